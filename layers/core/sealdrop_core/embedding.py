"""The canonical embedding: a real polynomial of degree below N as its N/2 complex slots, and back.

SEAL's slot k is the value at the primitive 2N-th root of unity to the power 3^k. Going through the slots puts chosen
integers into single coefficients with the public encoder alone. Cheon, Kim, Kim, Song, "Homomorphic Encryption for
Arithmetic of Approximate Numbers", ASIACRYPT 2017, section 2.2.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Coefficients = NDArray[np.float64]
Slots = NDArray[np.complex128]


@cache
def _roots(degree: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Slots]:
    powers = np.empty(degree // 2, dtype=np.int64)
    power = 1
    for slot in range(degree // 2):
        powers[slot] = power
        power = power * 3 % (2 * degree)
    twist: Slots = np.exp(1j * np.pi * np.arange(degree) / degree)
    return (powers - 1) // 2, (2 * degree - powers - 1) // 2, twist


def to_slots(coefficients: Coefficients) -> Slots:
    """Return the slots, shape (..., N/2), of polynomials given by their coefficients, shape (..., N)."""
    degree = coefficients.shape[-1]
    index, _, twist = _roots(degree)
    return np.fft.ifft(coefficients * twist, norm="forward")[..., index]


def to_coefficients(slots: Slots) -> Coefficients:
    """Return the real coefficients, shape (..., N), of polynomials given by their slots, shape (..., N/2)."""
    degree = 2 * slots.shape[-1]
    index, mirrored, twist = _roots(degree)
    values = np.empty((*slots.shape[:-1], degree), dtype=np.complex128)
    values[..., index] = slots
    values[..., mirrored] = slots.conj()
    return np.ascontiguousarray((np.fft.fft(values, norm="forward") * twist.conj()).real)
