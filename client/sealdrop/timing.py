"""Where the time and the bytes of one request went, stage by stage."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from threading import Lock
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Timing:
    """Milliseconds of each stage, summed over the parts, which overlap: the sum may exceed `total`.

    `seal`, `upload`, `download` and `open` are this side's; `evaluate` is the function's own count, from claiming
    a part to storing its result; `queue` is what else passes between a part's arrival and the sight of its result.
    """

    rows: int
    parts: int
    bytes_up: int
    bytes_down: int
    seal: float
    upload: float
    queue: float
    evaluate: float
    download: float
    open: float
    total: float

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Progress:
    """How many of the `rows` have been sealed, uploaded and opened."""

    rows: int
    sealed: int = 0
    uploaded: int = 0
    opened: int = 0


class Stopwatch:
    """Count time, bytes and rows for all threads of one request and calls `progress` as rows move."""

    def __init__(self, rows: int, progress: Callable[[Progress], None] | None = None) -> None:
        self._started = perf_counter()
        self._lock = Lock()
        self._rows = rows
        self._stages = dict.fromkeys(("seal", "upload", "queue", "evaluate", "download", "open"), 0.0)
        self._bytes_up = self._bytes_down = self._parts = 0
        self._done = {"sealed": 0, "uploaded": 0, "opened": 0}
        self._arrived: dict[int, float] = {}
        self.progress = progress

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time spent inside towards a stage."""
        start = perf_counter()
        yield
        with self._lock:
            self._stages[name] += (perf_counter() - start) * 1e3

    def sealed(self, rows: int) -> None:
        """Count sealed rows."""
        self._advance("sealed", rows)

    def uploaded(self, part: int, rows: int, size: int) -> None:
        """Count one part that arrived."""
        with self._lock:
            self._bytes_up += size
            self._arrived[part] = perf_counter()
        self._advance("uploaded", rows)

    def evaluated(self, part: int, milliseconds: float) -> None:
        """Count one part whose result is in sight."""
        with self._lock:
            waited = (perf_counter() - self._arrived.get(part, self._started)) * 1e3
            self._stages["evaluate"] += milliseconds
            self._stages["queue"] += max(0.0, waited - milliseconds)

    def opened(self, rows: int, size: int) -> None:
        """Count one part that was opened."""
        with self._lock:
            self._parts += 1
            self._bytes_down += size
        self._advance("opened", rows)

    def read(self) -> Timing:
        """Return what was counted up to now."""
        total = (perf_counter() - self._started) * 1e3
        return Timing(self._rows, self._parts, self._bytes_up, self._bytes_down, total=total, **self._stages)

    def _advance(self, what: str, rows: int) -> None:
        with self._lock:
            self._done[what] += rows
            if self.progress:
                self.progress(Progress(self._rows, **self._done))
