"""How large a score can become, whatever admissible row comes: it must not wrap around the modulus."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.circuit import Affine, Array, SparseAffine
from sealdrop_core.lifting import Pair

Index = NDArray[np.int64]


def largest_score(affine: Affine | SparseAffine, pairs: Sequence[Pair], leeway: float) -> float:
    """Return a bound on |score| over rows that leave the box |x_i| <= 1 by at most `leeway`, summed over columns.

    `affine` maps columns, and then the products of `pairs` of them, to scores. With |x_i| <= 1 + e_i and the e_i
    summing to the leeway L, a score is at most the sum of all weights, plus L times the largest sum of weights one
    column takes part in, plus L^2 times the largest weight of a product.
    """
    weight = np.abs(affine.dense())
    return float((weight.sum(axis=1) + np.abs(affine.bias) + beyond(weight, pairs, leeway)).max())


def beyond(weight: Array, pairs: Sequence[Pair] | Index, leeway: float) -> Array:
    """Return what rows outside the box add to each score at most, given absolute weights (outputs, packed columns)."""
    columns = weight.shape[1] - len(pairs)
    part, products = weight[:, :columns].copy(), weight[:, columns:]
    if len(pairs):
        first, second = np.asarray(pairs, dtype=np.int64).T
        np.add.at(part.T, first, products.T)
        np.add.at(part.T, second, products.T)
    return np.asarray(leeway * part.max(axis=1) + leeway**2 * products.max(axis=1, initial=0.0))
