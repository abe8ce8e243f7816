"""Steps: a model's preprocessing, run over the data owner's table before anything is sealed.

No message repeats a value of the data.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.preprocessing.columns import FILL, Column, numeric
from sealdrop.tables.refusal import RefusedRow
from sealdrop_core.circuit import Array
from sealdrop_core.steps import Bins, Branches, Codebook, Impute, Ordinal, Step


def run(steps: Sequence[Step], columns: list[Column]) -> Array:
    """Run the steps over the columns and return numbers, shape (rows, packed columns).

    Raises RefusedRow (`unknown_category`, `not_numeric`, `not_finite`).
    """
    made = _run(steps, columns)
    rows = np.column_stack([numeric(column).values for column in made])
    unset = ~np.isfinite(rows)
    wrong = np.flatnonzero(unset.any(axis=1))
    if len(wrong):
        names = [made[place].name for place in unset[wrong].argmax(axis=1)]
        raise RefusedRow(
            f"row {wrong[0]}, column '{names[0]}' has no value, and the model does not fill it in",
            rows=wrong,
            columns=names,
            code="not_finite",
            remedy=FILL,
        )
    return rows


def _run(steps: Sequence[Step], columns: list[Column]) -> list[Column]:
    for step in steps:
        columns = list(_step(step, columns))
    return columns


def _step(step: Step, columns: list[Column]) -> Iterator[Column]:
    if isinstance(step, Branches):
        for branch in step.branches:
            yield from _run(branch.steps, [columns[index] for index in branch.columns])
    elif isinstance(step, Impute):
        yield from _impute(step, columns)
    elif isinstance(step, Bins):
        yield from _bins(step, columns)
    elif isinstance(step, Ordinal):
        for column, book in zip(columns, step.columns, strict=True):
            yield _codes(column.name, _looked_up(book, column))
    else:
        for column, book, width in zip(columns, step.columns, step.widths, strict=True):
            yield from _one_hot(column.name, _looked_up(book, column), width)


def _bins(step: Bins, columns: list[Column]) -> Iterator[Column]:
    for column, edges in zip(columns, step.edges, strict=True):
        values = numeric(column).values
        reached = np.where(np.isnan(values), np.nan, np.searchsorted(edges, values, side="right"))
        if step.one_hot:
            _refuse_gaps(column.name, np.isnan(reached))
            yield from _one_hot(column.name, reached, len(edges) + 1)
        else:
            yield _codes(column.name, reached)


def _refuse_gaps(name: str, gaps: NDArray[np.bool_]) -> None:
    """Refuse missing values that would be in no bin, and so a row of zeros that the model never saw."""
    if gaps.any():
        wrong = np.flatnonzero(gaps)
        message = f"row {wrong[0]}, column '{name}' has no value, and the model does not fill it in"
        raise RefusedRow(message, rows=wrong, columns=name, code="not_finite", remedy=FILL)


def _impute(step: Impute, columns: list[Column]) -> Iterator[Column]:
    gaps = [column.missing if step.missing is None else column.values == step.missing for column in columns]
    for column, fill, gap in zip(columns, step.fills, gaps, strict=True):
        if fill is not None:
            values = column.values.astype(object) if isinstance(fill, str) else column.values.copy()
            values[gap] = fill
            yield Column(column.name, values)
    for index in step.indicators:
        yield _codes(columns[index].name, gaps[index])


def _looked_up(book: Codebook, column: Column) -> Array:
    """Return each value's code, NaN for none."""
    codes = dict(zip(book.categories, book.codes, strict=True))
    keys = [None if gap else value for value, gap in zip(column.values, column.missing, strict=True)]
    if book.refuse_unknown:
        _refuse_unknown(column.name, keys, codes)
    return np.array([codes.get(key, book.unknown) for key in keys], dtype=np.float64)  # None becomes NaN


def _refuse_unknown(name: str, keys: Sequence[Any], codes: Mapping[Any, float | None]) -> None:
    wrong = np.flatnonzero([key not in codes for key in keys])
    if len(wrong):
        what = "has no value, and the model knows none there" if keys[wrong[0]] is None else "holds no known category"
        others = f" ({len(wrong)} such values in all)" if len(wrong) > 1 else ""
        raise RefusedRow(
            f"row {wrong[0]}, column '{name}' {what}{others}",
            rows=wrong,
            columns=name,
            code="unknown_category",
            remedy="Use the categories that `sealdrop describe` lists; the model's owner can allow others.",
        )


def _one_hot(name: str, codes: NDArray[Any], width: int) -> Iterator[Column]:
    for code in range(width):
        yield _codes(name, codes == code)


def _codes(name: str, values: NDArray[Any]) -> Column:
    return Column(name, values.astype(np.float64))
