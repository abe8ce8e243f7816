"""Ranges: rows like those the model was calibrated on, or near enough that no score can wrap around.

Unseen rows leave the range of seen ones now and then. A model's leeway says by how much a row may, in half-ranges,
summed over its columns: far in one column, or a little in many.
"""

import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import OutOfRange
from sealdrop.tables.refusal import RefusedRow
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Feature

RangePolicy = Literal["refuse", "warn", "clip", "report"]


def within(rows: Array, features: Sequence[Feature], leeway: float, policy: RangePolicy) -> Array:
    """Return the rows, those beyond the leeway clipped if that is the policy; NaN is a missing value and in range.

    The rows hold no infinities, and the features have ranges. Raises RefusedRow (`out_of_range`) or warns OutOfRange,
    as the policy says.
    """
    low = np.array([feature.low for feature in features], dtype=np.float64)
    high = np.array([feature.high for feature in features], dtype=np.float64)
    if not ((np.fmin.reduce(rows) < low) | (np.fmax.reduce(rows) > high)).any():
        return rows
    half = np.where(high > low, high / 2 - low / 2, 1.0)
    with np.errstate(over="ignore"):  # too far is too far
        excess = np.nan_to_num(np.maximum(np.maximum(low - rows, rows - high), 0.0) / half, posinf=np.inf)
    beyond = np.flatnonzero(excess.sum(axis=1) > leeway * (1 + 1e-9))
    if not beyond.size:
        return rows
    if policy == "clip":
        clipped = rows.copy()
        clipped[beyond] = np.clip(rows[beyond], low, high)
        return clipped
    refusal = _refusal(beyond, excess, low, high, features)
    if policy != "warn":
        raise refusal
    warnings.warn(refusal.message, OutOfRange, stacklevel=2)
    return rows


def _refusal(
    beyond: NDArray[np.intp], excess: Array, low: Array, high: Array, features: Sequence[Feature]
) -> RefusedRow:
    """Return what to say of the first row beyond, and of the column it leaves farthest."""
    row, far = int(beyond[0]), "too far from the model's ranges"
    worst = int(excess[row].argmax())
    measured = high[worst] > low[worst] and np.isfinite(excess[row, worst])
    by = f" by {excess[row, worst] / 2:.3g} times its width" if measured else ""
    columns = int((excess[row] > 0).sum())
    others = f", and {columns} of its columns leave theirs" if columns > 1 else ""
    return RefusedRow(
        (f"row {row} is {far}" if beyond.size == 1 else f"{beyond.size} rows are {far}, row {row} first")
        + f": its column '{features[worst].name}' leaves [{low[worst]:g}, {high[worst]:g}]{by}{others}",
        rows=beyond,
        columns=[features[column].name for column in excess[beyond].argmax(axis=1)],
        code="out_of_range",
        remedy="Check the units of the columns. `on_out_of_range` (--out-of-range) can report such rows, or clip them.",
    )
