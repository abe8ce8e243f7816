"""Rows from a CSV file or from NumPy's, without pandas."""

import csv
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.rows import column_order
from sealdrop_core.manifest import Manifest

Lines = Iterator[tuple[int, list[str]]]  # numbered as an editor numbers them
MODEL_COLUMNS = "Give the file a header row with the model's column names; `sealdrop describe` lists them."
FILL_IN = "Fill in empty cells; encode categories as the model's training did."


@dataclass(frozen=True)
class Table:
    """A CSV file's values in the model's column order, shape (rows, features), and its id column if asked for."""

    X: NDArray[Any]
    ids: list[str]
    ignored: tuple[str, ...]


class NamedRows(np.ndarray[tuple[int, ...], np.dtype[np.float64]]):
    """Rows with the names of their columns: as much of a DataFrame as publishing asks for."""

    columns: tuple[str, ...]


def read(path: Path, manifest: Manifest, id_column: str | None = None) -> Table:
    """Read a model's columns from a CSV file with a header row.

    Columns are matched by name, in any order, and others are ignored; only if none of the names is there, and the
    number fits, they go by position. Numbers only, unless the model's own steps take text and empty cells. Raises
    RefusedInput (`no_header`, `wrong_columns`, `not_numeric`, `no_rows`).
    """
    ids: list[str] = []
    with _opened(path) as (header, lines):
        if id_column is not None and id_column not in header:
            raise _refuse_columns(f"there is no column '{id_column}' to keep", "Name a column of the file.")
        order = _order(header, [feature.name for feature in manifest.features], id_column)
        key = header.index(id_column) if id_column else None
        rows = _whole(lines, header, key, ids)
        X = _values(rows, order, header, manifest) if manifest.steps else _numbers(rows, order, header)
    used = {*order, key}
    return Table(X, ids, tuple(name for index, name in enumerate(header) if index not in used))


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
    with _opened(path) as (header, lines):
        check_drop(drop, header)
        order = [index for index, name in enumerate(header) if name not in drop]
        rows = _numbers(_whole(lines, header), order, header).view(NamedRows)
    rows.columns = tuple(header[index] for index in order)
    return rows


def check_drop(drop: Sequence[str], columns: Sequence[str]) -> None:
    """Raise RefusedInput (`wrong_columns`) if there is no such column to drop."""
    if unknown := set(drop) - set(columns):
        raise _refuse_columns(f"there is no column '{min(unknown)}' to drop", "Name a column of the file.")


@contextmanager
def _opened(path: Path) -> Iterator[tuple[list[str], Lines]]:
    """Open a CSV file and read its header; give it and the lines below."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file)
            header = [name.strip() for name in next(lines, [])]
            if not header or all(_is_number(name) for name in header):
                raise RefusedInput("the file has no header row", code="no_header", remedy=MODEL_COLUMNS)
            yield header, ((lines.line_num, line) for line in lines if line)
    except (UnicodeDecodeError, csv.Error):
        raise RefusedInput("this is no CSV file in UTF-8", code="not_numeric", remedy=MODEL_COLUMNS) from None


def _order(header: list[str], features: Sequence[str], id_column: str | None) -> list[int]:
    """Return where each feature stands in a line."""
    kept = [index for index, name in enumerate(header) if name != id_column or name in features]
    if set(features) <= set(header):
        kept = [index for index in kept if header[index] in set(features)]
    order = column_order([header[index] for index in kept], features)
    return kept if order is None else [kept[index] for index in order]


def _whole(lines: Lines, header: list[str], key: int | None = None, ids: list[str] | None = None) -> Lines:
    """Yield lines that are as long as the header, putting their ids aside; refuse others, and a file without any."""
    number = None
    for number, line in lines:
        if len(line) != len(header):
            raise _refuse_columns(f"line {number} has {len(line)} cells and the header {len(header)}", MODEL_COLUMNS)
        if key is not None and ids is not None:
            ids.append(line[key])
        yield number, line
    if number is None:
        raise RefusedInput("the file has no rows", code="no_rows", remedy="Put at least one row below the header.")


def _numbers(rows: Lines, order: list[int], header: list[str]) -> NDArray[np.float64]:
    cells = array("d")
    for number, line in rows:
        try:
            cells.extend([float(line[index]) for index in order])
        except ValueError:
            wrong = next(index for index in order if not _is_number(line[index]))
            raise _refuse_text(number, header[wrong]) from None
    return np.frombuffer(cells).reshape(-1, len(order))


def _values(rows: Lines, order: list[int], header: list[str], manifest: Manifest) -> NDArray[Any]:
    """Return text where the model takes categories, numbers elsewhere, and None for empty cells."""
    numeric = [feature.kind == "number" for feature in manifest.features]
    table: list[list[object]] = []
    for number, line in rows:
        values: list[object] = [line[index].strip() or None for index in order]
        for position, value in enumerate(values):
            if numeric[position] and value is not None:
                if not _is_number(str(value)):
                    raise _refuse_text(number, header[order[position]])
                values[position] = float(str(value))
        table.append(values)
    return np.array(table, dtype=object)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_columns(message: str, remedy: str) -> RefusedInput:
    return RefusedInput(message, code="wrong_columns", remedy=remedy)


def _refuse_text(line: int, column: str) -> RefusedInput:
    return RefusedInput(f"line {line}, column '{column}' is not a number", code="not_numeric", remedy=FILL_IN)
