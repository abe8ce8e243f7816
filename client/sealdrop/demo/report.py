"""The demo's result on a terminal, plain or not."""

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sealdrop.demo.walk import ERROR, Walk
from sealdrop.timing import Timing

ROOMS = ("seal", "upload", "queue", "evaluate", "download", "open")


def show(walks: tuple[Walk, ...], console: Console) -> None:
    """Print what every walk showed."""
    for walk in walks:
        title = Text.assemble((walk.model, "bold"), f"  {walk.features} features, {walk.classes} classes")
        console.print()
        console.print(title)
        console.print(Padding(Group(_quality(walk), Text(), _rooms(walk), Text(), _seen(walk)), (0, 0, 0, 2)))
    console.print()
    if all(walk.passed for walk in walks):
        console.print(Text("Every label is the plaintext model's; nothing but ciphertexts left this machine's client."))
    else:
        console.print(Text(f"FAILED: a label differs, or a logit is off by {ERROR:g} or more.", style="bold red"))


def _quality(walk: Walk) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    rows = f"on {walk.rows} held-out rows"
    table.add_row("plaintext accuracy", f"{walk.plaintext_accuracy:.2%}", rows)
    table.add_row("encrypted accuracy", f"{walk.encrypted_accuracy:.2%}", rows)
    table.add_row("agreement", f"{walk.agreeing / walk.rows:.2%}", f"{walk.agreeing} of {walk.rows} labels")
    table.add_row("largest logit error", f"{walk.largest_error:.1e}", f"allowed: below {ERROR:g}")
    return table


def _rooms(walk: Walk) -> Table:
    """Return bytes and milliseconds of a batch and of a single row, side by side."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("request")
    for name in ("up", "down", *ROOMS, "total"):
        table.add_column(name, justify="right")
    table.add_row("", "bytes a row", "", *["ms"] * 7, style="dim")
    for label, timing in ((f"{walk.rows} rows", walk.batch), ("1 row", walk.single)):
        table.add_row(label, *_numbers(timing))
    return table


def _numbers(timing: Timing) -> list[str]:
    sizes = [f"{timing.bytes_up / timing.rows:,.0f}", f"{timing.bytes_down / timing.rows:,.0f}"]
    return sizes + [f"{getattr(timing, room):,.1f}" for room in (*ROOMS, "total")]


def _seen(walk: Walk) -> Text:
    """Return what lay in the server's bucket: the header it can read, and the body it cannot."""
    header, _, body = walk.seen.partition(b"\n\n")
    first = header.split(b"\n")[0].decode("ascii", "replace")
    return Text.assemble("the server saw  ", (f"{first} | {body[:16].hex(' ')} ...", "dim"))
