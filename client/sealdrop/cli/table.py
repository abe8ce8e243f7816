"""Rows from a CSV file or from NumPy's, without pandas."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sealdrop.cli.lines import Lines, check_separator, is_number, opened, refuse_columns, whole
from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.refusal import RefusedRow
from sealdrop.preprocessing.rows import column_order
from sealdrop_core.manifest import Manifest

WRITE = (
    "Write numbers like 1234.5: with a decimal point, and thousands not separated;"
    " encode categories as the model's training did."
)


@dataclass(frozen=True)
class Table:
    """A CSV file's values in the model's column order, shape (rows, features), and its id column if asked for."""

    X: NDArray[Any]
    lines: Sequence[int]  # of the file, one for each row
    ids: list[str]
    ignored: tuple[str, ...]

    @contextmanager
    def line_told(self) -> Iterator[None]:
        """Let the refusal of a row name its line of the file."""
        try:
            yield
        except RefusedRow as refusal:
            line = f"line {self.lines[refusal.row]}"
            message = refusal.message.replace(f"row {refusal.row}", line, 1)
            raise RefusedInput(message, code=refusal.code, remedy=refusal.remedy) from None


class NotANumber(RefusedInput):
    """A cell that is empty, or no number."""


class NamedRows(np.ndarray[tuple[int, ...], np.dtype[np.float64]]):
    """Rows with the names of their columns: as much of a DataFrame as publishing asks for."""

    columns: tuple[str, ...]


def read(path: Path, manifest: Manifest, id_column: str | None = None) -> Table:
    """Read a model's columns from a CSV file with a header row, or from standard input if the path is `-`.

    Columns are matched by name, in any order, and others are ignored; only if none of the names is there, and the
    number fits, they go by position. Numbers only, unless the model's own steps take text and empty cells. Raises
    RefusedInput (`no_header`, `wrong_columns`, `not_numeric`, `no_rows`).
    """
    ids: list[str] = []
    numbers = array("q")
    with opened(path) as (header, lines):
        features = [feature.name for feature in manifest.features]
        check_separator(header, features)
        if id_column is not None and id_column not in header:
            raise refuse_columns(f"there is no column '{id_column}' to keep", "Name a column of the file.")
        order = _order(header, features, id_column)
        key = header.index(id_column) if id_column else None
        rows = _noted(whole(lines, header), numbers, key, ids)
        X = _values(rows, order, header, manifest) if manifest.steps else _numbers(rows, order, header)
    used = {*order, key}
    return Table(X, numbers, ids, tuple(name for index, name in enumerate(header) if index not in used))


def read_array(path: Path) -> NDArray[Any]:
    """Read an npy file, or of an npz file its one array or the one named X; nothing is unpickled.

    Raises RefusedInput (`not_numeric`).
    """
    try:
        read = np.load(path, allow_pickle=False)
        if isinstance(read, np.ndarray):
            return read
        with read as archive:
            return np.asarray(archive["X" if "X" in archive.files else archive.files[0]])
    except (ValueError, OSError, IndexError, BadZipFile) as error:
        raise RefusedInput(
            f"{path.name} is no array of plain numbers",
            code="not_numeric",
            remedy="Save the rows with numpy.save or numpy.savez.",
        ) from error


def read_all(path: Path, drop: Sequence[str]) -> NamedRows:
    """Read every column of a CSV file of numbers but those to drop. Raises RefusedInput like `read`."""
    with opened(path) as (header, lines):
        check_separator(header)
        check_drop(drop, header)
        order = [index for index, name in enumerate(header) if name not in drop]
        rows = _numbers(whole(lines, header), order, header).view(NamedRows)
    rows.columns = tuple(header[index] for index in order)
    return rows


def check_drop(drop: Sequence[str], columns: Sequence[str]) -> None:
    """Raise RefusedInput (`wrong_columns`) if there is no such column to drop."""
    if unknown := set(drop) - set(columns):
        raise refuse_columns(f"there is no column '{min(unknown)}' to drop", "Name a column of the file.")


def _noted(rows: Lines, numbers: "array[int]", key: int | None, ids: list[str]) -> Lines:
    """Yield the lines, putting their numbers and ids aside."""
    for number, line in rows:
        numbers.append(number)
        if key is not None:
            ids.append(line[key])
        yield number, line


def _order(header: list[str], features: Sequence[str], id_column: str | None) -> list[int]:
    """Return where each feature stands in a line."""
    kept = [index for index, name in enumerate(header) if name != id_column or name in features]
    if set(features) <= set(header):
        kept = [index for index in kept if header[index] in set(features)]
    order = column_order([header[index] for index in kept], features)
    return kept if order is None else [kept[index] for index in order]


def _numbers(rows: Lines, order: list[int], header: list[str]) -> NDArray[np.float64]:
    cells = array("d")
    for number, line in rows:
        try:
            cells.extend([float(line[index]) for index in order])
        except ValueError:
            wrong = next(index for index in order if not is_number(line[index]))
            raise _refuse_cell(number, header[wrong], line[wrong]) from None
    return np.frombuffer(cells).reshape(-1, len(order))


def _values(rows: Lines, order: list[int], header: list[str], manifest: Manifest) -> NDArray[Any]:
    """Return text where the model takes categories, numbers elsewhere, and None for empty cells."""
    numeric = [feature.kind == "number" for feature in manifest.features]
    table: list[list[object]] = []
    for number, line in rows:
        values: list[object] = [line[index].strip() or None for index in order]
        for position, value in enumerate(values):
            if numeric[position] and value is not None:
                if not is_number(str(value)):
                    raise _refuse_cell(number, header[order[position]], str(value))
                values[position] = float(str(value))
        table.append(values)
    return np.array(table, dtype=object)


def _refuse_cell(line: int, column: str, cell: str) -> NotANumber:
    empty = not cell.strip()
    what, remedy = ("is empty", "Fill in empty cells.") if empty else ("is not a number", WRITE)
    return NotANumber(f"line {line}, column '{column}' {what}", code="not_numeric", remedy=remedy)
