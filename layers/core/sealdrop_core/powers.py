"""Polynomial layers as powers: their coefficients move into the affine layer that follows.

V (a_1 z + a_2 z^2 + ...) = (V a_1) z + (V a_2) z^2 + ...: what is left to compute elementwise are powers alone, and the
affine layer reads each of them as a feature of its own.
"""

from collections.abc import Iterable

import numpy as np

from sealdrop_core.circuit import Affine, Circuit, Polynomial, SparseAffine


def exponents(polynomial: Polynomial) -> tuple[int, ...]:
    """Return the powers that have a coefficient, ascending; (1,) if none but the constant has one."""
    used = np.flatnonzero(np.atleast_2d(polynomial.coefficients).any(axis=0))
    return tuple(power for power in used.tolist() if power) or (1,)


def factors(exponent: int) -> tuple[int, int]:
    """Return two powers whose product is z^exponent, at the least depth: halves, or the largest power of two first."""
    half, odd = divmod(exponent, 2)
    first = half if not odd else 1 << (exponent.bit_length() - 1)
    return first, exponent - first


def products(powers: Iterable[int]) -> tuple[int, ...]:
    """Return every power above 1 that has to be multiplied to reach `powers`, in an order that can be computed."""
    needed, open_ = set[int](), [power for power in powers if power > 1]
    while open_:
        power = open_.pop()
        needed.add(power)
        open_ += [factor for factor in factors(power) if factor > 1]
    return tuple(sorted(needed))


def expand(circuit: Circuit) -> tuple[Affine | SparseAffine, ...]:
    """Return the affine layers, each reading the powers of the layer before it: all z, then all z^2, and so on."""
    later = zip(circuit.polynomials, circuit.affines[1:], strict=True)
    return circuit.affines[0], *(_absorb(polynomial, affine) for polynomial, affine in later)


def _absorb(polynomial: Polynomial, affine: Affine | SparseAffine) -> Affine | SparseAffine:
    width, used = affine.features, exponents(polynomial)
    coefficients = polynomial.by_power(width)
    bias = affine(coefficients[:1])[0]
    if isinstance(affine, Affine):
        return Affine(np.concatenate([affine.weight * coefficients[power] for power in used], axis=1), bias)
    return SparseAffine(
        features=width * len(used),
        rows=np.tile(affine.rows, len(used)),
        columns=np.concatenate([affine.columns + index * width for index in range(len(used))]),
        values=np.concatenate([affine.values * coefficients[power, affine.columns] for power in used]),
        bias=bias,
    )
