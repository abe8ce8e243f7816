"""A CSV file: its header, its lines, and what is wrong with files that are none."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sealdrop.errors import RefusedInput
from sealdrop_core.dialect import Dialect

Lines = Iterator[tuple[int, list[str]]]  # numbered as an editor numbers them
STANDARD_INPUT = Path("-")
_OTHERS = ((",", "commas"), (";", "';'"), ("\t", "tabs"), ("|", "'|'"))


@contextmanager
def opened(path: Path, dialect: Dialect, known: Sequence[str] = ()) -> Iterator[tuple[list[str], Lines]]:
    """Open a CSV file, or standard input if the path is `-`; give its column names and the lines below.

    Names are those that `pandas.read_csv` gives. `known` are names that a column may have although another separator
    is in them. Raises RefusedInput (`no_header`, `wrong_columns`, `not_csv`, `not_read`).
    """
    try:
        with _text(path) as file:
            lines = csv.reader(file, delimiter=dialect.separator)
            header = next((line for line in lines if not _is_blank(line)), [])
            if any("\0" in name for name in header):
                raise _refuse_encoding()
            if not header:
                raise RefusedInput(
                    "the file has no header row", code="no_header", remedy="Write the column names first."
                )
            _check_separator(header, dialect, known)
            yield _named(header), _whole(lines, len(header))
    except UnicodeDecodeError:
        raise _refuse_encoding() from None
    except csv.Error as error:
        raise RefusedInput(
            f"the file is no CSV file: {error}", code="not_csv", remedy="Save the rows as comma-separated values."
        ) from None
    except OSError as error:
        raise RefusedInput(
            f"the file cannot be read: {error.strerror or type(error).__name__}",
            code="not_read",
            remedy="Name a file that exists and that you may read.",
        ) from None


def _text(path: Path) -> TextIO:
    """Open a file as text whose line ends are left to the CSV reader."""
    if path != STANDARD_INPUT:
        return path.open(newline="", encoding="utf-8-sig")
    if sys.stdin is None or sys.stdin.closed:
        raise OSError("standard input is closed")
    return io.TextIOWrapper(sys.stdin.buffer, newline="", encoding="utf-8-sig")


def _is_blank(line: list[str]) -> bool:
    """Whether a line is empty or has only spaces: such a line is no row."""
    return not line or (len(line) == 1 and not line[0].strip(" \t"))


def _named(header: list[str]) -> list[str]:
    """Return the column names: a column without a name gets one, and a name that comes again gets a number."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    for index, cell in enumerate(header):
        first = name = cell or f"Unnamed: {index}"
        while counts[name]:
            name = f"{first}.{counts[first]}"
            counts[first] += 1
        counts[name] += 1
        names.append(name)
    return names


def _whole(lines: Iterator[list[str]], width: int) -> Lines:
    """Yield lines that are as long as the header; refuse others, and a file without any."""
    empty = True
    number: int = lines.line_num  # type: ignore[attr-defined]
    for line in lines:
        start, number = number + 1, lines.line_num  # type: ignore[attr-defined]
        if _is_blank(line):
            continue
        if len(line) != width:
            raise RefusedInput(
                f"line {start} has {len(line)} cells and the header has {width}",
                code="wrong_columns",
                remedy="Correct that line. A separator within a cell needs quotes around the cell.",
            )
        empty = False
        yield start, line
    if empty:
        raise RefusedInput("the file has no rows", code="no_rows", remedy="Put at least one row below the header.")


def _check_separator(header: list[str], dialect: Dialect, known: Sequence[str]) -> None:
    """Raise RefusedInput (`wrong_columns`) if the header is one cell because another separator is in it."""
    if len(header) != 1 or header[0] in known:
        return
    for separator, name in _OTHERS:
        if separator != dialect.separator and separator in header[0]:
            raise RefusedInput(
                f"the file seems to be separated by {name}",
                code="wrong_columns",
                remedy="Name the separator with --sep, and the decimal mark of its numbers with --decimal.",
            )


def _refuse_encoding() -> RefusedInput:
    return RefusedInput("the file is not text in UTF-8", code="not_csv", remedy="Save the file as UTF-8.")
