"""Rows as the model takes them: finite numbers inside the model's ranges, after the model's own preprocessing.

Everything is checked here, before anything is sealed. No message repeats a value of the data.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import RowsRefused
from sealdrop.preprocessing.columns import FILL, Column, numeric, typed
from sealdrop.preprocessing.frames import as_frame, is_frame
from sealdrop.preprocessing.ranges import RangePolicy, within
from sealdrop.preprocessing.steps import run
from sealdrop.tables.names import Matching, match, refuse_count
from sealdrop.tables.refusal import Refused, RefusedRow
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Feature, Manifest

INFINITE = "is infinite", "Replace infinite values before predicting."
NO_VALUE = "has no value", FILL


@dataclass(frozen=True)
class Admitted:
    """Rows to be sealed, shape (rows, packed columns), and the rows of the table that are refused, in order."""

    rows: Array
    refused: tuple[Refused, ...] = ()


def admit(X: Any, manifest: Manifest, on_out_of_range: RangePolicy = "refuse", columns: Matching = "name") -> Admitted:
    """Return X as numbers, columns in the manifest's order and the manifest's steps taken.

    X is what `as_frame` takes. Columns with names are matched by name, or by position if `columns` says so; arrays have
    no names and go by position. With "report", rows that are refused are left out, told in a warning (RowsRefused), and
    returned as `refused`. Raises RefusedInput (`wrong_columns`, `wrong_shape`, `not_numeric`, `no_rows`, `not_finite`,
    `out_of_range`, `unknown_category`).
    """
    table = arranged(as_frame(X), [feature.name for feature in manifest.features], columns)
    if on_out_of_range != "report":
        return Admitted(_admitted(table, manifest, on_out_of_range))
    whole, left, refused = table, np.arange(len(table)), list[Refused]()
    while True:
        try:
            rows = _admitted(table, manifest, "report")
            break
        except RefusedRow as refusal:
            if len(refusal.rows) == len(table):
                _admitted(whole, manifest, "refuse")  # no row can be answered: refuse all, by their own numbers
            refused += map(Refused, left[refusal.rows].tolist(), refusal.columns, [refusal.code] * len(refusal.rows))
            others = np.delete(np.arange(len(table)), refusal.rows)
            left, table = left[others], table.iloc[others] if is_frame(table) else table[others]
    return Admitted(rows, _reported(refused))


def arranged(table: Any, names: Sequence[str], columns: Matching) -> Any:
    """Return a DataFrame or array with the model's columns, in the model's order.

    Raises RefusedInput (`wrong_columns`).
    """
    if is_frame(table):
        return table.iloc[:, match(list(table.columns), names, columns)]
    if table.shape[1] != len(names):
        raise refuse_count(table.shape[1], names)
    return table


def columns_of(table: Any, features: Sequence[Feature]) -> list[Column]:
    """Return the columns of an arranged table, each of its feature's kind.

    Raises RefusedInput (`not_numeric`, `unknown_category`).
    """
    return [typed(feature.name, _values(table, index), feature.kind) for index, feature in enumerate(features)]


def _values(table: Any, index: int) -> NDArray[Any]:
    """Return one column: as plain numbers if its type is one of these, as objects if not."""
    if not is_frame(table):
        return np.asarray(table[:, index])
    series = table.iloc[:, index]
    if isinstance(series.dtype, np.dtype):
        return np.asarray(series)
    return np.asarray(series.to_numpy(dtype=object))  # an integer that may be missing is exact as an object only


def _admitted(table: Any, manifest: Manifest, policy: RangePolicy) -> Array:
    columns, features = columns_of(table, manifest.features), manifest.features
    computed = [index for index, feature in enumerate(features) if feature.is_bounded]
    binned = [index for index, feature in enumerate(features) if feature.kind == "number" and not feature.is_bounded]
    _refuse_where(np.isinf, _matrix(columns, binned), [features[index].name for index in binned], *INFINITE)
    rows, names = _matrix(columns, computed), [features[index].name for index in computed]
    _refuse_where(np.isinf, rows, names, *INFINITE)
    if not manifest.steps:
        _refuse_where(np.isnan, rows, names, *NO_VALUE)
    rows = within(rows, [features[index] for index in computed], manifest.leeway, policy)
    if not manifest.steps:
        return rows
    if policy == "clip":
        for index, values in zip(computed, rows.T, strict=True):
            columns[index] = Column(columns[index].name, values)
    return run(manifest.steps, columns)


def _matrix(columns: Sequence[Column], chosen: Sequence[int]) -> Array:
    """Return chosen columns as numbers, shape (rows, chosen columns)."""
    values = [numeric(columns[index]).values for index in chosen]
    return np.column_stack(values) if values else np.empty((len(columns[0].values), 0))


def _refuse_where(test: Callable[[Array], Any], rows: Array, names: Sequence[str], what: str, remedy: str) -> None:
    """Refuse the rows of which a value passes a test of what is wrong."""
    wrong = np.asarray(test(rows))
    if not wrong.any():
        return
    places = np.flatnonzero(wrong.any(axis=1))
    columns = [names[column] for column in wrong[places].argmax(axis=1)]
    count = int(wrong.sum())
    others = f" ({count} such values in all)" if count > 1 else ""
    message = f"row {places[0]}, column '{columns[0]}' {what}{others}"
    raise RefusedRow(message, rows=places, columns=columns, code="not_finite", remedy=remedy)


def _reported(refused: Sequence[Refused]) -> tuple[Refused, ...]:
    """Return refused rows in order, after a warning that there are some."""
    if not refused:
        return ()
    ordered = tuple(sorted(refused))
    codes = ", ".join(sorted({row.code for row in ordered}))
    first = f"row {ordered[0].row} first, for its column '{ordered[0].column}'"
    warnings.warn(f"{len(ordered)} rows are not answered ({codes}): {first}", RowsRefused, stacklevel=4)
    return ordered
