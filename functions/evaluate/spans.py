"""A sealed body cut where blocks meet, so that several workers can share it."""

from collections.abc import Iterator
from typing import NamedTuple

from sealdrop_core.plan import Plan


class Span(NamedTuple):
    """Consecutive blocks: where they lie in the body, how many rows they hold, how long their result is."""

    start: int
    end: int
    rows: int
    result_bytes: int


def spans(plan: Plan, rows: int, count: int) -> Iterator[Span]:
    """Cut a body of `rows` rows into at most `count` spans of whole blocks."""
    blocks = -(-plan.blocks(rows) // count)
    step = blocks * plan.layout.rows_per_block
    for first in range(0, rows, step):
        held = min(step, rows - first)
        start = plan.input_bytes(first) if first else 0
        yield Span(start, start + plan.input_bytes(held), held, plan.result_bytes(held))
