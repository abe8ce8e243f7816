"""Ranges: rows like those the model was calibrated on, or near enough that no score can wrap around.

Unseen rows leave the range of seen ones now and then. A model's leeway says by how much a row may, in half-ranges,
summed over its columns: far in one column, or a little in many.
"""

import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np

from sealdrop.errors import OutOfRange, RefusedInput
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Feature

RangePolicy = Literal["refuse", "warn", "clip"]


def within(rows: Array, features: Sequence[Feature], leeway: float, policy: RangePolicy) -> Array:
    """Return the rows, those beyond the leeway clipped if that is the policy; NaN is a missing value and in range.

    Raises RefusedInput (`out_of_range`) or warns OutOfRange, as the policy says.
    """
    low = np.array([feature.low for feature in features], dtype=np.float64)
    high = np.array([feature.high for feature in features], dtype=np.float64)
    if not ((np.fmin.reduce(rows) < low) | (np.fmax.reduce(rows) > high)).any():
        return rows
    half = np.where(high > low, (high - low) / 2, 1.0)
    excess = np.nan_to_num(np.maximum(np.maximum(low - rows, rows - high), 0.0) / half, posinf=np.inf)
    beyond = np.flatnonzero(excess.sum(axis=1) > leeway * (1 + 1e-9))
    if not beyond.size:
        return rows
    if policy == "clip":
        clipped = rows.copy()
        clipped[beyond] = np.clip(rows[beyond], low, high)
        return clipped
    row = int(beyond[0])
    worst = int(excess[row].argmax())
    message = (
        f"{beyond.size} row(s) are too far from the calibrated ranges, row {row} first: its column"
        f" '{features[worst].name}' leaves [{low[worst]:g}, {high[worst]:g}] by {excess[row, worst] / 2:.3g} times its"
        f" width, and {int((excess[row] > 0).sum())} of its columns leave theirs"
    )
    if policy == "refuse":
        raise RefusedInput(
            message,
            code="out_of_range",
            remedy="Check units and order of the columns; or clip or warn: `on_out_of_range`, or --out-of-range.",
        )
    warnings.warn(message, OutOfRange, stacklevel=2)
    return rows
