"""Cells: the value of a piece of text, from its column's kind and the model's dialect alone.

A cell never depends on another cell, so a file may be read in pieces, and a browser reads it alike. Where
`pandas.read_csv` gives a column the kind that the model was fitted on, it gives the same values.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.dialect import Dialect
from sealdrop_core.manifest import Kind

Value = bool | int | float | str
_BOOLEANS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}
_NUMBER = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity)", re.ASCII | re.IGNORECASE)
_PLAIN_CHARACTERS = frozenset("0123456789+-.eE")
MAX_EXACT = 2**53  # float64 holds every integer up to here
_EXACT_DIGITS = 400  # a longer integer is no category of any table
_SPACES = " \t"


class Misfit(str):
    """A cell that does not fit the kind of its column: text that nothing may read again as another value."""


class CellReader:
    """The rule for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._decimal = dialect.decimal
        self._missing = frozenset(dialect.missing)
        texts = map(self._plain, dialect.missing)
        self._missing_numbers = frozenset(float(text) for text in texts if text and _NUMBER.fullmatch(text))

    def column(self, cells: Sequence[str], kind: Kind) -> NDArray[Any]:
        """Return the values of a column's cells, shape (cells,).

        Numbers come as float64, NaN where there is no value. Other kinds come as objects: NaN where there is no value.
        A cell that does not fit its kind is a Misfit, and makes objects of a column of numbers.
        """
        if kind in ("text", "any"):
            return _objects([np.nan if cell in self._missing else cell for cell in cells])
        if kind == "number" and (numbers := self._plain_numbers(cells)) is not None:
            return numbers
        values = [self.value(cell, exact=kind != "number") for cell in cells]
        fits = kind == "number" and not any(isinstance(value, Misfit) for value in values)
        return np.array(values, dtype=np.float64) if fits else _objects(values)

    def value(self, cell: str, *, exact: bool = False) -> Value:
        """Return the number or boolean that a cell holds, NaN for no value, or a Misfit if it holds neither.

        With `exact`, whole numbers are integers of any size.
        """
        if cell in self._missing:
            return np.nan
        if cell in _BOOLEANS:
            return _BOOLEANS[cell]
        text = self._plain(cell)
        if text is None or not _NUMBER.fullmatch(text):
            return Misfit(cell)
        number = float(text)
        if number in self._missing_numbers:
            return np.nan
        return _whole(text, number) if exact else number

    def _plain(self, cell: str) -> str | None:
        """Return a cell with a point for its decimal mark, without spaces around it; None if it has the other mark."""
        text = cell.strip(_SPACES)
        if self._decimal == ".":
            return text
        return None if "." in text else text.replace(",", ".")

    def _plain_numbers(self, cells: Sequence[str]) -> NDArray[np.float64] | None:
        """Return the cells as numbers if each is missing, or digits, point, sign and exponent: this is quick."""
        missing = [cell in self._missing for cell in cells]
        texts = ["0" if gap else cell for cell, gap in zip(cells, missing, strict=True)] if any(missing) else cells
        if self._decimal != "." or not _PLAIN_CHARACTERS.issuperset("".join(texts)):
            return None
        try:
            numbers = np.array(list(map(float, texts)))
        except ValueError:
            return None
        numbers[missing] = np.nan
        numbers[np.isin(numbers, list(self._missing_numbers))] = np.nan
        return numbers


@lru_cache(maxsize=16)
def reader(dialect: Dialect) -> CellReader:
    """Return the rule for a dialect."""
    return CellReader(dialect)


def _whole(text: str, number: float) -> int | float:
    """Return a number's text as an integer if it is one, to the last digit."""
    if not np.isfinite(number) or max(len(text), np.log10(abs(number) + 1)) > _EXACT_DIGITS:
        return number
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else number


def _objects(values: Sequence[Any]) -> NDArray[Any]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
