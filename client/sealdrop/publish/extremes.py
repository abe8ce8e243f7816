"""Extremes: columns whose range a few calibration rows rule, so that all other rows share a small part of it."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sealdrop.preprocessing.columns import numeric
from sealdrop.preprocessing.rows import columns_of
from sealdrop.publish.calibration import Calibration
from sealdrop_core.circuit import Array
from sealdrop_core.errors import Infeasible

FEW = 0.01  # of the rows, and at least one
NARROWER = 32.0  # times: the numbers that are encrypted lose as much of their precision
REMEDY = "Drop the row, or state the column's range: ranges={column: (low, high)}."


class ExtremeCalibrationRow(UserWarning):
    """A few calibration rows stretch the range of a column, and with it the error of all other rows."""


@dataclass(frozen=True)
class Extreme:
    """A column that would be `narrower` times narrower without few rows, of which `row` is the most extreme."""

    column: str
    row: int
    narrower: float

    def __str__(self) -> str:
        times = f"{self.narrower:.0f}" if self.narrower < 1e6 else f"{self.narrower:.1e}"
        return f"row {self.row} stretches the range of column '{self.column}' {times} times"


def extremes(calibration: Calibration) -> list[Extreme]:
    """Return the columns that few rows rule, the most stretched first."""
    columns = zip(calibration.features, columns_of(calibration.table, calibration.features), strict=True)
    numbers = [(feature, _filled(numeric(column).values)) for feature, column in columns if feature.is_bounded]
    if not numbers:
        return []
    values = np.array([np.clip(column, feature.low, feature.high) for feature, column in numbers])
    narrower = _narrower(values)
    stretches = [
        Extreme(numbers[index][0].name, _farthest(values[index]), float(narrower[index]))
        for index in np.flatnonzero(narrower >= NARROWER)
    ]
    return sorted(stretches, key=lambda extreme: -extreme.narrower)


def warn_of(stretches: Sequence[Extreme]) -> None:
    """Warn ExtremeCalibrationRow of the most stretched column, if there is any."""
    if stretches:
        others = f"; {len(stretches) - 1} other columns are stretched too" if len(stretches) > 1 else ""
        warnings.warn(f"{stretches[0]}{others}. {REMEDY}", ExtremeCalibrationRow, stacklevel=3)


def stretched(refusal: Infeasible, stretches: Sequence[Extreme]) -> Infeasible:
    """Return the refusal of a plan with what stretches the scores' range."""
    return Infeasible(f"{refusal.message}: {stretches[0]}", remedy=REMEDY)


def _filled(numbers: Array) -> Array:
    """Return a column's numbers, shape (rows,); what is missing becomes the median of the others."""
    missing = np.isnan(numbers)
    if not missing.any():
        return numbers
    return np.where(missing, 0.0 if missing.all() else np.median(numbers[~missing]), numbers)


def _narrower(values: Array) -> Array:
    """Return by what factor each column's range shrinks if it must hold all but few rows, wherever it lies.

    `values` have shape (columns, rows). A column of which most values are the same has no range to lose: its factor
    is 1.
    """
    columns, rows = values.shape
    few = max(int(FEW * rows), 1)
    if rows <= 2 * few + 1:
        return np.ones(columns)
    parted = np.partition(values, (few, rows - few - 1), axis=1)
    low, high = np.sort(parted[:, : few + 1], axis=1), np.sort(parted[:, rows - few - 1 :], axis=1)
    widths, whole = (high - low).min(axis=1), high[:, -1] - low[:, 0]
    return np.asarray(np.divide(whole, widths, out=np.ones(columns), where=widths > 0))


def _farthest(column: Array) -> int:
    return int(np.abs(column - np.median(column)).argmax())
