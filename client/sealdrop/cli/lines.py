"""Lines of a CSV file with a header row, and what is wrong with files that are none."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer

from sealdrop.errors import RefusedInput

Lines = Iterator[tuple[int, list[str]]]  # numbered as an editor numbers them
MODEL_COLUMNS = "Give the file a header row with the model's column names; `sealdrop describe` lists them."


@contextmanager
def opened(path: Path) -> Iterator[tuple[list[str], Lines]]:
    """Open a CSV file and read its header; give it and the lines below."""
    try:
        with _text(path) as file:
            lines = csv.reader(file)
            header = [name.strip() for name in next(lines, [])]
            if any("\0" in name for name in header):
                raise _refuse_encoding()
            if not header or all(is_number(name) for name in header):
                raise RefusedInput("the file has no header row", code="no_header", remedy=MODEL_COLUMNS)
            yield header, ((lines.line_num, line) for line in lines if line)
    except UnicodeDecodeError:
        raise _refuse_encoding() from None
    except csv.Error as error:
        raise RefusedInput(
            f"this is no CSV file: {error}", code="not_numeric", remedy="Save the rows as comma-separated values."
        ) from None


def _text(path: Path) -> TextIO:
    """Open a file, or standard input, as text whose line ends are left to the CSV reader."""
    if path == Path("-"):
        return io.TextIOWrapper(typer.get_binary_stream("stdin"), newline="", encoding="utf-8-sig")
    return path.open(newline="", encoding="utf-8-sig")


def check_separator(header: list[str], features: Sequence[str] = ()) -> None:
    """Raise RefusedInput (`wrong_columns`) if the header is one cell because something else than commas separates."""
    if len(header) == 1 and header[0] not in features:
        for separator, name in ((";", "';'"), ("\t", "tabs"), ("|", "'|'")):
            if separator in header[0]:
                raise refuse_columns(
                    f"the file seems to be separated by {name}",
                    "Save it with commas between cells, and a decimal point in numbers.",
                )


def whole(lines: Lines, header: list[str]) -> Lines:
    """Yield lines that are as long as the header; refuse others, and a file without any."""
    number = None
    for number, line in lines:
        if len(line) != len(header):
            raise refuse_columns(
                f"line {number} has {len(line)} cells and the header {len(header)}",
                "Correct that line; a comma within a number separates cells, too.",
            )
        yield number, line
    if number is None:
        raise RefusedInput("the file has no rows", code="no_rows", remedy="Put at least one row below the header.")


def is_number(text: str) -> bool:
    """Return whether Python reads the text as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def refuse_columns(message: str, remedy: str) -> RefusedInput:
    """Return the refusal of columns that are missing, too many or of unequal length (`wrong_columns`)."""
    return RefusedInput(message, code="wrong_columns", remedy=remedy)


def _refuse_encoding() -> RefusedInput:
    return RefusedInput("the file is not text in UTF-8", code="not_numeric", remedy="Save the file as UTF-8.")
