"""Medians of calls timed in turn, so that a drifting machine drifts under both sides of a ratio."""

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

BURST = 0.05  # seconds one call is repeated before the next has its turn: caches are as warm as a busy worker's


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and every thread it starts meanwhile, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def medians(calls: Mapping[str, Callable[[], object]], *, rounds: int = 15) -> dict[str, float]:
    """Return the median milliseconds of each call; in every round each has a burst."""
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                taken[name] += _burst(call)
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in taken.items()}


def _burst(call: Callable[[], object]) -> list[float]:
    taken, end = [], time.perf_counter() + BURST
    while not taken or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1e3)
    return taken
