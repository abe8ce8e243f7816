"""What the command line says: results on standard output, everything else on standard error.

Text that came from a service may hold anything, so no markup is read in it and no control character is printed.
"""

import json
import warnings as python_warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, TextIO

from rich.cells import cell_len
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Display
from rich.text import Text

from sealdrop.cli.streams import Stream, standard_output
from sealdrop.timing import Progress, Timing
from sealdrop_core.errors import SealdropError

out = Stream(markup=False, emoji=False, highlight=False, soft_wrap=True)
err = Stream(markup=False, emoji=False, highlight=False, soft_wrap=True, stderr=True)
GAP = "  "  # between columns
PATIENCE = 1.0  # seconds before a progress bar appears


def printable(value: object) -> str:
    """Return the text without control characters: nothing a service says may steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in str(value))


def complain(error: SealdropError, *, as_json: bool = False) -> None:
    """Say on standard error what went wrong, its code, and what to do about it."""
    if as_json:
        err.print(json.dumps(error.problem()))
        return
    code = f"[{printable(error.code)}]"
    err.print(Text.assemble(("error: ", "bold red"), f"{printable(error.message)} ", (code, "dim")))
    if request_id := getattr(error, "request_id", ""):
        err.print(f"request id: {printable(request_id)}")
    err.print(Text.assemble(("hint: ", "bold cyan"), printable(error.remedy)))


def note(text: str) -> None:
    """Say something on standard error that is neither a result nor an error."""
    err.print(printable(text), style="dim")


def warn(text: str) -> None:
    """Say a warning on standard error."""
    err.print(Text.assemble(("warning: ", "bold yellow"), printable(text)))


def print_json(value: object) -> None:
    """Print one JSON document."""
    with suppress(BrokenPipeError), standard_output() as file:
        write_json(value, file)


def write_json(value: object, file: TextIO) -> None:
    """Write one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False), file=file)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table without borders; numbers are right-aligned, and a line that is too long runs on."""
    names, body = list(columns), [list(row) for row in rows]
    right = [bool(body) and all(isinstance(row[index], (int, float)) for row in body) for index in range(len(names))]
    header, *lines = _aligned([names, *body], right)
    out.print(Text("\n").join([Text(header, style="bold"), *map(Text, lines)]))


def print_card(fields: Mapping[str, object]) -> None:
    """Print names and values, one a line."""
    width = max(map(cell_len, fields), default=0) + len(GAP)
    for name, value in fields.items():
        padded = name + " " * (width - cell_len(name))
        out.print(Text.assemble((padded, "bold"), printable(value)))


def _aligned(rows: Sequence[Sequence[object]], right: Sequence[bool]) -> list[str]:
    """Return a line for each row, its cells as wide as the widest of their column."""
    cells = [[printable(value) for value in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        padded = [gap + cell if flush else cell + gap for cell, gap, flush in zip(row, gaps, right, strict=True)]
        lines.append(GAP.join(padded).rstrip())
    return lines


@contextmanager
def warnings_shown() -> Iterator[None]:
    """Show warnings as this command line's own, when they are raised."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("always")
        python_warnings.showwarning = lambda message, *_: warn(str(message))
        yield


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Give a callback that says on a terminal what is being done, until the next step or the end."""
    with err.status("") as status:
        yield lambda step: status.update(f"{step} …")


@contextmanager
def bar(what: str) -> Iterator[Any]:
    """Give a progress callback that draws on a terminal once a second has passed, until all rows are opened."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    display = Display(*columns, console=err, transient=True, disable=not err.is_terminal)
    task = display.add_task(what, total=None)
    started = monotonic()

    def update(progress: Progress) -> None:
        if monotonic() - started > PATIENCE and not display.disable:
            display.start()
        display.update(task, total=3 * progress.rows, completed=progress.sealed + progress.uploaded + progress.opened)
        if progress.opened == progress.rows:
            display.stop()  # what comes now is the answer

    try:
        yield update
    finally:
        display.stop()


def size(count: int) -> str:
    """Return a number of bytes for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.1f} kB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"


def summary(timing: Timing) -> str:
    """Return one line on where bytes and time went."""
    stages = ", ".join(
        f"{name} {getattr(timing, name):.0f}" for name in ("seal", "upload", "queue", "evaluate", "download", "open")
    )
    return (
        f"{timing.rows} rows, {size(timing.bytes_up)} up, {size(timing.bytes_down)} down,"
        f" {timing.total:.0f} ms ({stages})"
    )
