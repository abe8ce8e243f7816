"""Calibration rows: what the owner's columns look like, checked before anything is derived from them."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.steps import Column, numeric, run
from sealdrop.publish.categories import categorical
from sealdrop.publish.compiled import Compiled
from sealdrop.publish.refusal import UnsupportedCalibration
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Feature, Normalization

MIN_ROWS = 2


@dataclass(frozen=True)
class Calibration:
    """The table as it was given, its columns, and the numbers its steps make: rows of shape (rows, packed columns)."""

    table: Any
    features: tuple[Feature, ...]
    rows: Array
    exact: bool = False

    @classmethod
    def read(cls, X: Any, compiled: Compiled) -> Self:
        """Read an array or a DataFrame with the model's columns; a DataFrame's names win over the model's.

        Raises UnsupportedCalibration: `wrong_calibration_width`, `wrong_calibration_columns`,
        `calibration_not_numeric`, `calibration_not_finite`, `too_few_calibration_rows`, `calibration_not_encoded`.
        """
        table = _table(X, compiled)
        own = [str(name) for name in getattr(X, "columns", ())]
        if own and compiled.names and own != list(compiled.names):
            raise UnsupportedCalibration(
                "the calibration data's columns are not the model's, or stand in another order",
                code="wrong_calibration_columns",
                remedy="Give the columns the model was fitted on, in the same order.",
            )
        names = own or compiled.names or [f"x{index}" for index in range(compiled.width)]
        if len(set(names)) < len(names):
            raise UnsupportedCalibration(
                "two columns have the same name", code="wrong_calibration_columns", remedy="Name every column its own."
            )
        kept = categorical(compiled.steps, compiled.width)
        try:
            columns = [Column(name, values) for name, values in zip(names, table.T, strict=True)]
            columns = [column if index in kept else numeric(column) for index, column in enumerate(columns)]
            if not compiled.steps:
                _check_finite(columns)
            rows = run(compiled.steps, columns)
        except RefusedInput as refusal:
            raise _refusal(refusal) from refusal
        features = tuple(_feature(column, index in kept) for index, column in enumerate(columns))
        return cls(X, features, rows)

    def sample(self, count: int) -> Self:
        """Return at most `count` rows, evenly spread over all of them."""
        chosen = np.unique(np.linspace(0, len(self.rows) - 1, min(count, len(self.rows))).round().astype(int))
        rows = self.table.iloc if hasattr(self.table, "iloc") else self.table
        table = [rows[index] for index in chosen] if isinstance(rows, list | tuple) else rows[chosen]
        return replace(self, table=table, rows=self.rows[chosen])

    @property
    def normalization(self) -> Normalization:
        """The map of each packed column's range onto [-1, 1]; a constant column is only centred.

        Exact models take their columns as they are: an integer is an integer.
        """
        if self.exact:
            return Normalization(center=(0.0,) * self.rows.shape[1], scale=(1.0,) * self.rows.shape[1])
        low, high = self.rows.min(axis=0), self.rows.max(axis=0)
        center, half = low / 2 + high / 2, high / 2 - low / 2
        return Normalization(center=tuple(center.tolist()), scale=tuple(np.where(half > 0, half, 1.0).tolist()))


def _table(X: Any, compiled: Compiled) -> Any:
    """Return the calibration data, shape (rows, columns): numbers, or objects if there are steps to make numbers."""
    X = X.toarray() if hasattr(X, "toarray") else X
    if hasattr(X, "to_numpy"):
        _check_width(X.shape, compiled)
    kind = object if compiled.steps else np.float64
    try:
        table = X.to_numpy(dtype=kind) if hasattr(X, "to_numpy") else np.asarray(X, dtype=kind)
    except (TypeError, ValueError):
        raise UnsupportedCalibration(
            "the calibration data is not a table of numbers",
            code="calibration_not_numeric",
            remedy="Put the encoders into the pipeline that is published.",
        ) from None
    _check_width(table.shape, compiled)
    if len(table) < MIN_ROWS:
        raise UnsupportedCalibration(
            f"{len(table)} calibration rows show no range",
            code="too_few_calibration_rows",
            remedy="Give a few hundred rows, or all the model was fitted on.",
        )
    return table


def _check_width(shape: tuple[int, ...], compiled: Compiled) -> None:
    if len(shape) != 2 or shape[1] != compiled.width:
        raise UnsupportedCalibration(
            f"the calibration data has shape {shape} and the model takes {compiled.width} columns",
            code="wrong_calibration_width",
            remedy=f"Give rows of exactly the {compiled.width} columns the model was fitted on, without the target.",
        )


def _feature(column: Column, category: bool) -> Feature:
    if category:
        return Feature(name=column.name, kind="category")
    known = column.values[~column.missing]
    if not len(known):
        known = np.zeros(1)
    return Feature(name=column.name, low=float(known.min()), high=float(known.max()))


def _check_finite(columns: list[Column]) -> None:
    bad = np.argwhere(~np.isfinite(np.column_stack([column.values for column in columns])))
    if len(bad):
        row, column = bad[0]
        raise UnsupportedCalibration(
            f"{len(bad)} calibration values are missing or infinite, the first in row {row}, column {column}",
            code="calibration_not_finite",
            remedy="Drop these rows, or put a SimpleImputer into the pipeline that is published.",
        )


_CODES = {
    "not_numeric": ("calibration_not_numeric", "Put the encoders into the pipeline that is published."),
    "not_finite": ("calibration_not_finite", "Put a SimpleImputer into the pipeline that is published."),
    "unknown_category": ("calibration_not_encoded", "Give rows whose categories the model's encoders know."),
}


def _refusal(refusal: RefusedInput) -> UnsupportedCalibration:
    code, remedy = _CODES[refusal.code]
    return UnsupportedCalibration(f"in the calibration data {refusal.message}", code=code, remedy=remedy)
