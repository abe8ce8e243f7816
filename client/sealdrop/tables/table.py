"""A table from a file: the columns that a model takes, each of its kind, as a DataFrame."""

import re
import warnings
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import RefusedInput
from sealdrop.tables.cells import MAX_EXACT, reader
from sealdrop.tables.csv_file import Lines, opened
from sealdrop.tables.refusal import RefusedRow
from sealdrop_core.dialect import Dialect
from sealdrop_core.manifest import Kind

LINES_AT_A_TIME = 20_000


@dataclass(frozen=True)
class Choice:
    """A column to read: its place in a line, the name it gets, and the kind of its values."""

    index: int
    name: str
    kind: Kind


Choose = Callable[[list[str]], Sequence[Choice]]


@dataclass(frozen=True)
class Table:
    """Chosen columns of a file as a DataFrame, the line of each row, and the text of a column that names the rows.

    A cell that does not fit its column's kind is still text; `unused` counts the columns that were not chosen.
    """

    frame: Any
    lines: Sequence[int]
    ids: list[str]
    unused: int

    @contextmanager
    def naming_lines(self) -> Iterator[None]:
        """Let refusals of rows, and warnings of them, name lines of the file."""
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                yield
            except RefusedRow as refusal:
                message = self._in_lines(refusal.message)
                raise RefusedInput(message, code=refusal.code, remedy=refusal.remedy) from None
        for warning in told:
            warnings.warn(self._in_lines(str(warning.message)), warning.category, stacklevel=2)

    def _in_lines(self, message: str) -> str:
        return re.sub(r"\brow ([0-9]+)", lambda row: f"line {self.lines[int(row[1])]}", message, count=1)


def read(
    path: Path, dialect: Dialect, choose: Choose, *, id_column: str | None = None, known: Sequence[str] = ()
) -> Table:
    """Read the columns that `choose` picks from the header of a CSV file. `known` are names of the model.

    Raises RefusedInput (`no_header`, `wrong_columns`, `no_rows`, `not_csv`, `not_read`).
    """
    cell_reader, numbers, ids = reader(dialect), array("q"), list[str]()
    with opened(path, dialect, known) as (header, lines):
        chosen = choose(header)
        key = _place(id_column, header)
        pieces: list[list[NDArray[Any]]] = [[] for _ in chosen]
        while cells := _columns(lines, numbers):
            if key is not None:
                ids += cells[key]
            for choice, piece in zip(chosen, pieces, strict=True):
                piece.append(cell_reader.column(cells[choice.index], choice.kind))
    columns = [_typed(np.concatenate(piece), choice.kind) for choice, piece in zip(chosen, pieces, strict=True)]
    used = {choice.index for choice in chosen} | {key}
    return Table(_frame(columns, [choice.name for choice in chosen]), numbers, ids, len(set(range(len(header))) - used))


def _columns(lines: Lines, numbers: "array[int]") -> list[tuple[str, ...]]:
    """Return the cells of the next lines, column by column, and note the numbers of these lines."""
    numbered = list(islice(lines, LINES_AT_A_TIME))
    numbers.extend(number for number, _ in numbered)
    return list(zip(*(line for _, line in numbered), strict=True))


def _place(id_column: str | None, header: list[str]) -> int | None:
    if id_column is None:
        return None
    if id_column not in header:
        raise RefusedInput(
            f"the file has no column '{id_column}' to keep", code="wrong_columns", remedy="Name a column of the file."
        )
    return header.index(id_column)


def _typed(values: NDArray[Any], kind: Kind) -> NDArray[Any]:
    """Return a column of integers or booleans as the type that pandas gives it, where that loses no digit."""
    if kind not in ("integer", "boolean") or any(isinstance(value, str) for value in values):
        return values
    gaps = np.array([value != value for value in values])
    if not gaps.any():
        if all(isinstance(value, bool) for value in values):
            return values.astype(bool)
        if all(type(value) is int and abs(value) < 2**63 for value in values):
            return values.astype(np.int64)
    if kind == "integer" and all(abs(value) <= MAX_EXACT for value in values[~gaps]):
        return values.astype(np.float64)
    return values


def _frame(columns: Sequence[NDArray[Any]], names: Sequence[str]) -> Any:
    import pandas  # slow to import, and needed for files only

    series = {index: pandas.Series(values, dtype=values.dtype, copy=False) for index, values in enumerate(columns)}
    return pandas.DataFrame(series, copy=False).set_axis(list(names), axis=1)
