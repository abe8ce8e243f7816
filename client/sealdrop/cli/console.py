"""What the command line says: results on standard output, everything else on standard error.

Text that came from a service may hold anything, so no markup is read in it and no control character is printed.
"""

import json
import warnings as python_warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Display
from rich.table import Table
from rich.text import Text

from sealdrop.timing import Progress, Timing
from sealdrop_core.errors import SealdropError

out = Console(markup=False, highlight=False, soft_wrap=True)
err = Console(markup=False, highlight=False, soft_wrap=True, stderr=True)
WIDE = 1000  # characters; a pipe has no right margin
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
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table without borders; numbers are right-aligned, and only the last column is ever folded."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    body, names = [list(row) for row in rows], list(columns)
    for index, column in enumerate(names):
        numeric = bool(body) and all(isinstance(row[index], (int, float)) for row in body)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=column != names[-1])
    for row in body:
        table.add_row(*(printable(value) for value in row))
    _show(table)


def print_card(fields: Mapping[str, object]) -> None:
    """Print names and values, one a line."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in fields.items():
        table.add_row(name, printable(value))
    _show(table)


def _show(table: Table) -> None:
    console = out if out.is_terminal else Console(markup=False, highlight=False, width=WIDE)
    console.print(table)


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
    """Give a progress callback that draws on a terminal once a second has passed."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    display = Display(*columns, console=err, transient=True, disable=not err.is_terminal)
    task = display.add_task(what, total=None)
    started = monotonic()

    def update(progress: Progress) -> None:
        if monotonic() - started > PATIENCE and not display.disable:
            display.start()
        display.update(task, total=3 * progress.rows, completed=progress.sealed + progress.uploaded + progress.opened)

    try:
        yield update
    finally:
        display.stop()


def size(count: int) -> str:
    """Return a number of bytes for people."""
    if count < 10_000:
        return f"{count} B"
    return f"{count / 1e3:.1f} kB" if count < 10_000_000 else f"{count / 1e6:.1f} MB"


def summary(timing: Timing) -> str:
    """Return one line on where bytes and time went."""
    stages = ", ".join(
        f"{name} {getattr(timing, name):.0f}" for name in ("seal", "upload", "queue", "evaluate", "download", "open")
    )
    return (
        f"{timing.rows} rows, {size(timing.bytes_up)} up, {size(timing.bytes_down)} down,"
        f" {timing.total:.0f} ms ({stages})"
    )
