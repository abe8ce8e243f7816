"""The bulk of a column's values: all but those far out."""

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.circuit import Array

FENCES = 3.0  # quartile ranges beyond the quartiles: Tukey's outer fences


def in_bulk(values: Array) -> NDArray[np.bool_]:
    """Return which values, shape (rows, columns), lie within the outer fences of their column.

    Quartiles are those of the distinct values: where most rows have the same value, the others are not far out.
    """
    inside = np.ones(values.shape, dtype=np.bool_)
    for column, inside_column in zip(values.T, inside.T, strict=True):
        first, third = np.quantile(np.unique(column), (0.25, 0.75))
        reach = FENCES * (third - first)
        inside_column &= (column >= first - reach) & (column <= third + reach)
    return inside
