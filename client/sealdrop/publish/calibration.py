"""Calibration rows: what the owner's columns look like, checked before anything is derived from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.columns import Column, numeric
from sealdrop.preprocessing.frames import as_frame, is_frame
from sealdrop.preprocessing.rows import arranged, columns_of
from sealdrop.preprocessing.steps import run
from sealdrop.preprocessing.uses import Use, uses
from sealdrop.publish.compiled import Compiled
from sealdrop.publish.conventions import USUAL, Conventions, Range
from sealdrop.publish.ranges import packed
from sealdrop.publish.refusal import UnsupportedCalibration
from sealdrop.publish.unknown import confirm
from sealdrop.tables.names import listed
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Feature, Normalization
from sealdrop_core.steps import Step

MIN_ROWS = 2
MOST_ENDS = 512


@dataclass(frozen=True)
class Calibration:
    """The table in the model's order, its features, the steps, and the numbers these make of it.

    `rows` has shape (rows, packed columns), and `ranges` has the range of each packed column.
    """

    table: Any
    features: tuple[Feature, ...]
    steps: tuple[Step, ...]
    rows: Array
    ranges: tuple[Range, ...]
    exact: bool = False

    @classmethod
    def read(cls, X: Any, compiled: Compiled, conventions: Conventions = USUAL) -> Self:
        """Read a table with the model's columns; if the model has no names, those of the table become its own.

        Raises UnsupportedCalibration: `wrong_calibration_width`, `wrong_calibration_columns`,
        `calibration_not_numeric`, `calibration_not_finite`, `too_few_calibration_rows`, `calibration_not_encoded`,
        `wrong_range`.
        """
        try:
            table, names = _arranged(X, compiled, conventions)
            steps = confirm(compiled.steps, names, conventions.allow_unknown)
            used = uses(steps, compiled.width)
            unranged = [
                Feature.model_construct(name=name, kind=use.kind) for name, use in zip(names, used, strict=True)
            ]
            columns = columns_of(table, unranged)
            _check_finite(columns, used, bool(steps))
            features = tuple(map(_feature, columns, used, [conventions.range_of(name) for name in names]))
            rows = run(steps, columns)
        except RefusedInput as refusal:
            raise _refusal(refusal) from refusal
        _check_ranges(conventions, features)
        ranges = packed(steps, [_range(feature) for feature in features])
        assert all(ends is not None for ends in ranges)
        return cls(table, features, steps, rows, tuple(ends for ends in ranges if ends is not None))

    def sample(self, count: int) -> Self:
        """Return at most `count` rows, evenly spread over all of them."""
        chosen = np.unique(np.linspace(0, len(self.rows) - 1, min(count, len(self.rows))).round().astype(int))
        return self.at(chosen)

    def at(self, chosen: Any) -> Self:
        """Return the rows at these places."""
        rows = self.table.iloc[chosen] if is_frame(self.table) else self.table[chosen]
        return replace(self, table=rows, rows=self.rows[chosen])

    @property
    def normalization(self) -> Normalization:
        """The map of each packed column's range onto [-1, 1]; a constant column is only centred.

        Exact models take their columns as they are: an integer is an integer.
        """
        if self.exact:
            return Normalization(center=(0.0,) * len(self.ranges), scale=(1.0,) * len(self.ranges))
        low, high = np.array(self.ranges).T
        center, half = low / 2 + high / 2, high / 2 - low / 2
        return Normalization(center=tuple(center.tolist()), scale=tuple(np.where(half > 0, half, 1.0).tolist()))

    @property
    def ends(self) -> Array:
        """Rows like the calibration's, but at an end of one column's range that the calibration does not reach.

        An owner knows ranges beyond what the calibration rows show, and clients admit such rows. Shape (rows, packed
        columns). Of exact models, also the two rows at all low and at all high ends.
        """
        low, high = np.array(self.ranges).T
        beyond = [(index, low[index]) for index in np.flatnonzero(low < self.rows.min(axis=0))]
        beyond += [(index, high[index]) for index in np.flatnonzero(high > self.rows.max(axis=0))]
        beyond = beyond[:: -(-len(beyond) // MOST_ENDS)] if beyond else []
        rows = self.rows[np.linspace(0, len(self.rows) - 1, len(beyond)).round().astype(int)].copy()
        for row, (index, end) in zip(rows, beyond, strict=True):
            row[index] = end
        return np.vstack([rows, low, high]) if self.exact else rows


def _arranged(X: Any, compiled: Compiled, conventions: Conventions) -> tuple[Any, list[str]]:
    """Return the table with the model's columns in its order, and their names."""
    table = as_frame(X)
    names = list(compiled.names)
    if is_frame(table):
        table = table.drop(columns=[name for name in conventions.drop if name in table.columns])
        names = names or [str(name) for name in table.columns]
        if len(names) == compiled.width:
            table = arranged(table, names, conventions.columns).set_axis(names, axis=1)
    names = names or [f"x{index}" for index in range(compiled.width)]
    _check_shape(table.shape, compiled)
    if len(set(names)) < len(names):
        raise UnsupportedCalibration(
            "two columns have the same name", code="wrong_calibration_columns", remedy="Name every column its own."
        )
    return table, names


def _check_shape(shape: tuple[int, ...], compiled: Compiled) -> None:
    if shape[1] != compiled.width:
        raise UnsupportedCalibration(
            f"the calibration data has shape {shape} and the model takes {compiled.width} columns",
            code="wrong_calibration_width",
            remedy=f"Give rows of exactly the {compiled.width} columns the model was fitted on, without the target.",
        )
    if shape[0] < MIN_ROWS:
        raise UnsupportedCalibration(
            f"{shape[0]} calibration rows show no range",
            code="too_few_calibration_rows",
            remedy="Give a few hundred rows, or all the model was fitted on.",
        )


def _check_finite(columns: Sequence[Column], used: Sequence[Use], has_steps: bool) -> None:
    for column, use in zip(columns, used, strict=True):
        if use.kind != "number":
            continue
        bad = np.flatnonzero(np.isinf(column.values) if has_steps else ~np.isfinite(column.values))
        if len(bad):
            raise UnsupportedCalibration(
                f"{len(bad)} calibration values of column '{column.name}' are missing or infinite, row {bad[0]} first",
                code="calibration_not_finite",
                remedy="Drop these rows, or put a SimpleImputer into the pipeline that is published.",
            )


def _feature(column: Column, use: Use, given: Range | None) -> Feature:
    """Return a column's feature, with the range of its values, or the one its owner gave it."""
    if not use.computed:
        return Feature(name=column.name, kind=use.kind)
    values = numeric(column).values
    known = values[~np.isnan(values)]
    seen = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    low, high = given or seen
    outside = np.flatnonzero(~((low <= values) & (values <= high) | np.isnan(values)))
    if not np.isfinite(high - low) or len(outside):
        where = f": row {outside[0]} is outside" if len(outside) else ""
        raise UnsupportedCalibration(
            f"the range given for column '{column.name}' does not hold the calibration rows{where}",
            code="wrong_range",
            remedy="Give a finite range, low before high, that holds every row; or drop the rows that are wrong.",
        )
    return Feature(name=column.name, kind=use.kind, low=low, high=high)


def _check_ranges(conventions: Conventions, features: Sequence[Feature]) -> None:
    """Refuse a range for a column that is not there, or of which only categories or bins are made."""
    bounded = {feature.name for feature in features if feature.is_bounded}
    needless = [name for name in conventions.named_ranges if name not in bounded]
    if needless:
        raise UnsupportedCalibration(
            f"a range is given for {listed(needless)}, and the model computes with no such column",
            code="wrong_range",
            remedy="Give ranges for the columns that are numbers to the model; bins and categories need none.",
        )


def _range(feature: Feature) -> Range | None:
    return None if feature.low is None or feature.high is None else (feature.low, feature.high)


_CODES = {
    "wrong_columns": ("wrong_calibration_columns", "Give the columns that the model was fitted on, under their names."),
    "wrong_shape": ("wrong_calibration_width", "Give a table: rows of the model's columns."),
    "no_rows": ("too_few_calibration_rows", "Give a few hundred rows, or all the model was fitted on."),
    "not_numeric": ("calibration_not_numeric", "Put the encoders into the pipeline that is published."),
    "not_finite": ("calibration_not_finite", "Put a SimpleImputer into the pipeline that is published."),
    "unknown_category": (
        "calibration_not_encoded",
        "Give categories that the model's encoders know, as the type they were fitted on, or allow_unknown the column.",
    ),
}


def _refusal(refusal: RefusedInput) -> UnsupportedCalibration:
    code, remedy = _CODES[refusal.code]
    return UnsupportedCalibration(f"in the calibration data {refusal.message}", code=code, remedy=remedy)
