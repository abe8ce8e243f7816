"""Bounded concurrency: a few threads carry bytes while one thread computes."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WIDTH = 4


def bounded_map(
    work: Callable[[Item], Result], items: Iterable[Item], stop: Event, width: int = WIDTH
) -> Generator[Result, None, None]:
    """Yield `work(item)` for each item, in order, with at most `width` of them under way or waiting to be taken.

    Items are drawn in the caller's thread, one at a time. However it ends early (an error here or there, Ctrl-C, or a
    caller that takes no more), `stop` is set and no thread outlives it; work that looks at `stop` now and then ends
    soon.
    """
    under_way: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(width, thread_name_prefix="sealdrop") as pool:
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) == width:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
