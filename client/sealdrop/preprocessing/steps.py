"""Steps: a model's preprocessing, run over the data owner's table before anything is sealed.

No message repeats a value of the data.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.refusal import RefusedRow
from sealdrop_core.circuit import Array
from sealdrop_core.steps import Bins, Branches, Codebook, Impute, Ordinal, Step, Value


@dataclass(frozen=True)
class Column:
    """Values of shape (rows,): numbers as float64, NaN for none, anything else as objects; `name` is its source's."""

    name: str
    values: NDArray[Any]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is no value."""
        if self.values.dtype.kind == "f":
            return np.asarray(np.isnan(self.values))
        return np.fromiter(map(_is_missing, self.values), np.bool_, len(self.values))


def run(steps: Sequence[Step], columns: list[Column]) -> Array:
    """Run the steps over the columns and return numbers, shape (rows, packed columns).

    Raises RefusedInput (`unknown_category`, `not_numeric`, `not_finite`).
    """
    made = _run(steps, columns)
    rows = np.column_stack([_numbers(column) for column in made])
    unset = np.argwhere(~np.isfinite(rows))
    if len(unset):
        row, name = int(unset[0][0]), made[unset[0][1]].name
        raise RefusedRow(
            f"row {row} has no value in column '{name}', and the model does not fill it in",
            row=row,
            column=name,
            code="not_finite",
            remedy="Fill in missing values before predicting.",
        )
    return rows


def numeric(column: Column) -> Column:
    """Return the column as numbers, NaN where there is no value.

    Raises RefusedInput (`not_numeric`).
    """
    return Column(column.name, _numbers(column))


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
        values = _numbers(column)
        reached = np.where(np.isnan(values), np.nan, np.searchsorted(edges, values, side="right"))
        if step.one_hot:
            yield from _one_hot(column.name, reached, len(edges) + 1)
        else:
            yield _codes(column.name, reached)


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
    numbers = not any(isinstance(category, str) for category in book.categories)
    keys = [None if gap else _key(value, numbers) for value, gap in zip(column.values, column.missing, strict=True)]
    for row, key in enumerate(keys):
        if not isinstance(key, Value | None) or (book.refuse_unknown and key not in codes):
            raise RefusedRow(
                f"row {row} holds no category of column '{column.name}' that the model knows",
                row=row,
                column=column.name,
                code="unknown_category",
                remedy="Use the categories that `sealdrop describe` lists.",
            )
    return np.array([codes.get(key, book.unknown) for key in keys], dtype=np.float64)  # None becomes NaN


def _key(value: Any, numbers: bool) -> Any:
    """Return a value as it stands among the categories; a table of text writes numbers as text."""
    value = value.item() if isinstance(value, np.generic) else value
    if numbers and isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _one_hot(name: str, codes: NDArray[Any], width: int) -> Iterator[Column]:
    for code in range(width):
        yield _codes(name, codes == code)


def _codes(name: str, values: NDArray[Any]) -> Column:
    return Column(name, values.astype(np.float64))


def _numbers(column: Column) -> Array:
    try:
        values = np.where(column.missing, np.nan, column.values)
        return values.astype(np.float64)
    except (TypeError, ValueError):
        raise RefusedInput(f"column '{column.name}' holds values that are no numbers", code="not_numeric") from None


def _is_missing(value: Any) -> bool:
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas' NA is neither equal nor unequal to itself
        return True
