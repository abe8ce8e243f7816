"""Derivatives of a network's outputs by everything on the way."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sealdrop_core.circuit import Array
from sealdrop_core.powers import factors, products

Values = Mapping[int, Array]  # exponent ↦ shape (rows, units)
Norms = Mapping[int, float]  # exponent ↦ l2 norm


def largest_derivatives(
    weights: Sequence[Array], exponents: Sequence[Sequence[int]], values: Sequence[Values]
) -> tuple[list[Norms], float]:
    """Return the largest l2 norms of derivatives over rows and outputs: for each layer by its units', then by inputs.

    `weights` are those of the affine layers, `exponents` the powers that each layer between them hands on, `values` all
    powers of its units. Differentiates from the last layer to the first.
    """
    rows = len(values[0][1])
    slope = np.broadcast_to(weights[-1], (rows, *weights[-1].shape))
    found: list[Norms] = []
    for weight, used, powers in zip(weights[-2::-1], exponents[::-1], values[::-1], strict=True):
        by = dict(zip(used, np.split(slope, len(used), axis=2), strict=True))
        for exponent in reversed(products(used)):
            for factor, other in (factors(exponent), factors(exponent)[::-1]):
                by[factor] = by.get(factor, 0.0) + by[exponent] * powers[other][:, None, :]
        found.append({exponent: _largest_norm(derivative) for exponent, derivative in by.items()})
        slope = np.tensordot(by[1], weight, 1)  # as one product: a matrix for each row takes twice as long
    return found[::-1], _largest_norm(slope)


def _largest_norm(derivatives: Array) -> float:
    """Return the largest norm of derivatives of shape (rows, outputs, units)."""
    return math.sqrt(float(np.einsum("rou,rou->ro", derivatives, derivatives).max()))
