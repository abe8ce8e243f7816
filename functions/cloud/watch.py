"""The watch: an index of everything that settle must look at, and when."""

import zlib
from collections.abc import Iterator
from typing import Any

from cloud import clock, table
from cloud.changes import Key

# a few partitions, so that no single one takes every write
SHARDS = ("0", "1", "2", "3")
ATTRIBUTES = frozenset({"watch", "due"})
FIRST_LOOK = 300  # seconds until settle first looks at an unfinished job
SLOW_UPLOAD = 600  # seconds that an upload may go on after its grant has expired


def until(name: str, due: int) -> dict[str, Any]:
    """Return the attributes that bring an item before settle at the time `due`."""
    return {"watch": SHARDS[zlib.crc32(name.encode()) % len(SHARDS)], "due": due}


def overdue() -> Iterator[Key]:
    """Yield the keys of all items that settle must look at now."""
    for shard in SHARDS:
        yield from table.watched(shard, clock.now())
