"""The time, as the table and the wire write it."""

import time
from datetime import UTC, datetime


def now() -> int:
    """Return the seconds since the epoch."""
    return int(time.time())


def milliseconds() -> int:
    """Return the milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def rfc3339(seconds: int) -> str:
    """Write an epoch time as RFC 3339, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
