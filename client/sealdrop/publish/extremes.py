"""Extremes: columns whose range a few calibration rows rule, so that all other rows share a small part of it."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

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
        return f"row {self.row} stretches the range of column '{self.column}' {self.narrower:.2g} times"


def extremes(calibration: Calibration) -> list[Extreme]:
    """Return the columns that few rows rule, the most stretched first."""
    numbers = [(feature, index) for index, feature in enumerate(calibration.features) if feature.kind == "number"]
    if not numbers:
        return []
    columns = _columns(calibration.table)
    values = np.column_stack([np.clip(_numbers(columns[index]), own.low, own.high) for own, index in numbers])
    values = np.where(np.isfinite(values), values, _median(values))
    narrower, rows = _narrower(values), np.abs(values - _median(values)).argmax(axis=0)
    stretched = np.flatnonzero(narrower >= NARROWER)
    found = [Extreme(numbers[index][0].name, int(rows[index]), float(narrower[index])) for index in stretched]
    return sorted(found, key=lambda extreme: -extreme.narrower)


def warn_of(found: Sequence[Extreme]) -> None:
    """Warn ExtremeCalibrationRow of the most stretched column, if there is any."""
    if found:
        others = f"; {len(found) - 1} other columns are stretched too" if len(found) > 1 else ""
        warnings.warn(f"{found[0]}{others}. {REMEDY}", ExtremeCalibrationRow, stacklevel=3)


def stretched(refusal: Infeasible, found: Sequence[Extreme]) -> Infeasible:
    """Return the refusal of a plan with what stretches the scores' range."""
    return Infeasible(f"{refusal.message}: {found[0]}", remedy=REMEDY)


def _columns(table: Any) -> Array:
    """Return the table's columns, shape (columns, rows), as they came."""
    table = table.toarray() if hasattr(table, "toarray") else table
    return np.asarray(table.to_numpy(dtype=object) if hasattr(table, "to_numpy") else table).T


def _numbers(values: Array) -> Array:
    """Return the column's numbers, NaN for what is none."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        return np.array([_number(value) for value in values])


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _median(values: Array) -> Array:
    """Return each column's median of known values, 0 where none is known."""
    known = np.where(np.isfinite(values).any(axis=0), values, 0.0)
    return np.asarray(np.nanmedian(known, axis=0))


def _narrower(values: Array) -> Array:
    """Return by what factor each column's range shrinks if it must hold all but a few of the rows, wherever it lies.

    A column of which most values are the same has no range to lose: its factor is 1.
    """
    rows = len(values)
    few = max(int(FEW * rows), 1)
    if rows <= 2 * few + 1:
        return np.ones(values.shape[1])
    parted = np.partition(values, (few, rows - few - 1), axis=0)
    low, high = np.sort(parted[: few + 1], axis=0), np.sort(parted[rows - few - 1 :], axis=0)
    widths, whole = (high - low).min(axis=0), high[-1] - low[0]
    return np.asarray(np.divide(whole, widths, out=np.ones(values.shape[1]), where=widths > 0))
