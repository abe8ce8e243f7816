"""Columns: the values of a table in memory, of the kind that the model takes. No message repeats a value."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import RefusedInput
from sealdrop.tables.cells import MAX_EXACT, Misfit, reader
from sealdrop.tables.refusal import RefusedRow
from sealdrop_core.dialect import Dialect
from sealdrop_core.manifest import Kind

_CELLS = reader(Dialect(missing=()))  # text within a table in memory: no word of it stands for a missing value
_WRONG = object()
NUMBERS = "Write numbers like 1234.5; encode categories as the model's training did."
FILL = "Fill in missing values before predicting."


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
        return np.fromiter(map(is_missing, self.values), np.bool_, len(self.values))


def typed(name: str, values: NDArray[Any], kind: Kind) -> Column:
    """Return a column of a table, shape (rows,), as values of the kind: float64 for numbers, objects for the rest.

    Raises RefusedInput (`not_numeric`), or RefusedRow (`not_numeric`, `unknown_category`) for single values.
    """
    if kind == "any":
        return Column(name, values)
    if values.dtype.kind in "Mm":
        raise RefusedInput(
            f"column '{name}' holds dates or durations, and the model takes none",
            code="not_numeric",
            remedy="Convert the column to what the model was fitted on.",
        )
    if kind == "number":
        return numeric(Column(name, values))
    convert = _text if kind == "text" else _exact
    what = "text" if kind == "text" else "integers that are exact"
    remedy = "Pass text, as the model's training did." if kind == "text" else "Pass integers, not floats."
    compared = f", and the model compares it with {what}"
    return Column(name, _converted(name, values, convert, "unknown_category", compared, remedy))


def numeric(column: Column) -> Column:
    """Return the column as numbers, NaN where there is no value. Raises RefusedRow (`not_numeric`)."""
    if column.values.dtype.kind in "fiub":
        return Column(column.name, np.asarray(column.values, dtype=np.float64))
    values = _converted(column.name, column.values, _number, "not_numeric", "", NUMBERS)
    return Column(column.name, values.astype(np.float64))


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, or pandas' NA or NaT."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):  # NA is neither equal nor unequal to itself, and an array has no one answer
        return type(value).__name__ == "NAType"


def _converted(
    name: str, values: NDArray[Any], convert: Callable[[Any], Any], code: str, compared: str, remedy: str
) -> NDArray[Any]:
    """Return the values as objects, NaN for none; refuse the rows of those that cannot be converted."""
    made = np.empty(len(values), dtype=object)
    made[:] = [np.nan if is_missing(value) else convert(value) for value in values]
    wrong = np.flatnonzero([value is _WRONG for value in made])
    if len(wrong):
        what = _described(values[wrong[0]], code)
        others = f" ({len(wrong)} such values in all)" if len(wrong) > 1 else ""
        message = f"row {wrong[0]}, column '{name}' {what}{compared}{others}"
        raise RefusedRow(message, rows=wrong, columns=name, code=code, remedy=remedy)
    return made


def _described(value: Any, code: str) -> str:
    """Return what a value is not, or of which type it is."""
    if code == "not_numeric":
        return "is not a number"
    return "holds a number" if isinstance(value, Real | np.number) else f"holds a value of type {type(value).__name__}"


def _number(value: Any) -> Any:
    if isinstance(value, str):
        number = value if isinstance(value, Misfit) else _CELLS.value(value)
        return _WRONG if isinstance(number, str) else float(number)
    if isinstance(value, Real | np.number | np.bool_) or type(value).__name__ == "Decimal":
        try:
            return float(value)
        except OverflowError:
            return math.inf
        except (TypeError, ValueError):  # a complex number of NumPy's
            return _WRONG
    return _WRONG


def _exact(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and abs(value) > MAX_EXACT:
        return _WRONG
    return value if isinstance(value, bool | int | float | str) else _WRONG  # text is no category of numbers


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, str) else _WRONG
