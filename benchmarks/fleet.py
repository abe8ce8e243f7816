"""Functions at a queue, event by event: a part waits for a function, is evaluated, and settles at the job's item.

Settling is a transaction on the part and the job. Transactions that meet at the job's item are refused and try again
after a random pause, as `cloud.table` does; a part that is refused too often goes back to the queue.
"""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

ATTEMPTS, LONGEST_PAUSE = 20, 2.0  # of cloud.table
TRANSACTION_SECONDS = 0.01  # that one holds the item; AWS quotes single-digit milliseconds for a write
TRANSACTION_UNITS = 2  # write units at the job's item
COME_BACK_SECONDS = 2.0


@dataclass(frozen=True)
class Fleet:
    """Functions that take messages: at most `concurrency`, each `service` seconds for a part.

    Lambda starts with 5 and adds 300 a minute: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """

    concurrency: int
    service: float
    ramp_per_minute: float = 300.0
    start_with: int = 5

    def available(self, seconds: float) -> int:
        """Functions that may run `seconds` after the first message."""
        return min(self.concurrency, self.start_with + int(self.ramp_per_minute * seconds / 60))

    def next_start(self, running: int) -> float:
        """Seconds after the first message at which one more than `running` may run."""
        return max(0.0, (running + 1 - self.start_with) * 60 / self.ramp_per_minute)


@dataclass
class Outcome:
    """How a job went."""

    parts: int = 0
    seconds: float = 0.0
    busiest: int = 0
    conflicts: int = 0
    given_back: int = 0
    puts: Counter[int] = field(default_factory=Counter)
    item_writes: Counter[int] = field(default_factory=Counter)

    @property
    def puts_per_second(self) -> int:
        """Objects written in the busiest second."""
        return max(self.puts.values())

    @property
    def item_writes_per_second(self) -> int:
        """Write units at the job's item in its busiest second, refused transactions included."""
        return max(self.item_writes.values())


def run_job(arrivals: Iterator[float], fleet: Fleet, seed: int = 1) -> Outcome:
    """Return how a job goes whose parts arrive at these seconds."""
    return _Run(fleet, random.Random(seed)).run(arrivals)


class _Run:
    """Events are (second, order, what, attempt); order breaks ties and keeps arrivals first in, first out."""

    def __init__(self, fleet: Fleet, draw: random.Random) -> None:
        self._fleet, self._draw = fleet, draw
        self._events: list[tuple[float, int, str, int]] = []
        self._order = 0
        self._waiting = self._running = 0
        self._item_free = 0.0
        self._outcome = Outcome()

    def run(self, arrivals: Iterator[float]) -> Outcome:
        for second in arrivals:
            self._outcome.parts += 1
            self._outcome.puts[int(second)] += 1
            self._at(second, "arrived")
        self._first = self._events[0][0]
        while self._events:
            now, _, what, attempt = heapq.heappop(self._events)
            getattr(self, f"_{what}")(now, attempt)
            self._outcome.seconds = now
        return self._outcome

    def _at(self, second: float, what: str, attempt: int = 0) -> None:
        self._order += 1
        heapq.heappush(self._events, (second, self._order, what, attempt))

    def _arrived(self, now: float, _: int) -> None:
        self._waiting += 1
        self._start(now, 0)

    def _start(self, now: float, _: int) -> None:
        if not self._waiting:
            return
        if self._running < self._fleet.available(now - self._first):
            self._waiting -= 1
            self._running += 1
            self._outcome.busiest = max(self._outcome.busiest, self._running)
            self._at(now + self._fleet.service, "evaluated")
        elif self._running < self._fleet.concurrency:
            self._at(self._first + self._fleet.next_start(self._running) + 1e-6, "start")

    def _evaluated(self, now: float, _: int) -> None:
        self._outcome.puts[int(now)] += 1
        self._settle(now, 0)

    def _settle(self, now: float, attempt: int) -> None:
        self._outcome.item_writes[int(now)] += TRANSACTION_UNITS
        if now >= self._item_free:
            self._item_free = now + TRANSACTION_SECONDS
            self._leave(now + TRANSACTION_SECONDS)
            return
        self._outcome.conflicts += 1
        if attempt + 1 == ATTEMPTS:
            self._outcome.given_back += 1
            self._at(now + COME_BACK_SECONDS, "arrived")
            self._leave(now)
            return
        self._at(now + self._draw.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**attempt)), "settle", attempt + 1)

    def _leave(self, now: float) -> None:
        self._at(now, "left")

    def _left(self, now: float, _: int) -> None:
        self._running -= 1
        self._start(now, 0)
