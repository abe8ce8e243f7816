"""Column packing: see `ColumnLayout`; coefficient or slot r of ciphertext i is feature i of row r."""

import numpy as np

from sealdrop_core.circuit import Array, Index
from sealdrop_core.layouts import ColumnLayout


def pack_rows(values: Array, layout: ColumnLayout, width: int) -> Array:
    """Return one line for each feature, shape (features, width), from rows of shape (rows, features)."""
    lines = np.zeros((layout.features, width))
    lines[:, : len(values)] = values.T
    return lines


def positions(layout: ColumnLayout, rows: int) -> Index | None:
    """Return the coefficients of a result that carry outputs; None if every coefficient is needed to read a slot."""
    return np.arange(rows) if layout.encoding == "coefficient" else None
