"""When a request is sent again: after transient failures, with jitter, as patiently as the other side asks.

Only what is safe to repeat is ever sent through here: reads, uploads that cannot overwrite, and posts that carry an
idempotency key or are idempotent by contract.
"""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from threading import Event
from time import time
from typing import TypeVar

import httpx
import tenacity

Result = TypeVar("Result")
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
ATTEMPTS = 6
LONGEST_PAUSE = 20.0  # seconds
NEVER = Event()


class Stopped(Exception):
    """The work was called off, by an error elsewhere or by the user."""


class Transient(Exception):
    """An answer worth another attempt; `response` is it."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds the Retry-After header asks for, given as seconds or as a date; None without the header."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None


_JITTER = tenacity.wait_random_exponential(multiplier=0.2, max=LONGEST_PAUSE)


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = retry_after(error.response) if isinstance(error, Transient) else None
    return min(LONGEST_PAUSE, asked or 0.0) + _JITTER(state)


def persist(once: Callable[[], Result], stop: Event = NEVER) -> Result:
    """Return what `once` returns, after up to six attempts, none of them after `stop` is set.

    Raises what the last attempt raised: Transient, or httpx.TransportError; or Stopped.
    """
    policy = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type((Transient, httpx.TransportError)),
        stop=tenacity.stop_any(tenacity.stop_after_attempt(ATTEMPTS), tenacity.stop_when_event_set(stop)),
        wait=_pause,
        sleep=tenacity.sleep_using_event(stop),
        reraise=True,
    )
    try:
        return policy(once)
    except (Transient, httpx.TransportError):
        if stop.is_set():
            raise Stopped from None
        raise
