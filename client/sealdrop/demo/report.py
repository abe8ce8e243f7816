"""The demo's result on a terminal, plain or not."""

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sealdrop.demo.walk import ERROR, Walk
from sealdrop.timing import Timing

STAGES = ("seal", "upload", "queue", "evaluate", "download", "open", "total")


def show(walks: tuple[Walk, ...], console: Console) -> None:
    """Print what was found of every model."""
    for walk in walks:
        console.print()
        console.print(Text.assemble((walk.model, "bold"), f"  {walk.features} features, {walk.classes} classes"))
        console.print(
            Padding(Group(_quality(walk), Text(), _stages(walk), Text(), _seen(walk)), (0, 0, 0, 2), expand=False)
        )
    console.print()
    if all(walk.passed for walk in walks):
        console.print("Every label is the plaintext model's. No row, score or secret key left the client.")
    else:
        console.print(f"FAILED: a label differs, or a logit is off by {ERROR:g} or more.", style="bold red")


def _quality(walk: Walk) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    rows = f"of {walk.rows} held-out rows"
    table.add_row("plaintext accuracy", f"{walk.plaintext_accuracy:.2%}", rows)
    table.add_row("encrypted accuracy", f"{walk.encrypted_accuracy:.2%}", rows)
    table.add_row("agreement", f"{walk.agreeing / walk.rows:.2%}", f"{walk.agreeing} of {walk.rows} labels")
    table.add_row("largest logit error", f"{walk.largest_error:.1e}", f"allowed: below {ERROR:g}")
    for label, timing in _requests(walk):
        up, down = timing.bytes_up / timing.rows, timing.bytes_down / timing.rows
        table.add_row(f"bytes a row, {label}", f"{up + down:,.0f}", f"{up:,.0f} up, {down:,.0f} down")
    return table


def _stages(walk: Walk) -> Table:
    """Return the milliseconds of a batch and of a single row, stage by stage."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("milliseconds", min_width=18)
    for stage in STAGES:
        table.add_column(stage, justify="right", min_width=6)
    for label, timing in _requests(walk):
        table.add_row(label, *(_milliseconds(getattr(timing, stage)) for stage in STAGES))
    return table


def _milliseconds(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _requests(walk: Walk) -> tuple[tuple[str, Timing], ...]:
    return (f"{walk.rows} rows", walk.batch), ("1 row", walk.single)


def _seen(walk: Walk) -> Text:
    """Return what lies in the server's bucket: a header it can read, and a body it cannot."""
    _, _, body = walk.seen.partition(b"\n\n")
    return Text(f"what the server saw: {body[:14].hex(' ')} ...", style="dim")
