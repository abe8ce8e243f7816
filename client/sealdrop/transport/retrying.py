"""When a request is sent again: after transient failures, with jitter, as patiently as the other side asks.

Only what is safe to repeat is ever sent through here: reads, uploads that cannot overwrite, and posts that carry an
idempotency key or are idempotent by contract.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import Event
from time import time
from typing import TypeVar

import httpx
import tenacity

Result = TypeVar("Result")
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 20.0  # seconds of our own choosing
LONGEST_WISH = 300.0  # seconds; who asks to be left alone for longer is not asked again
NEVER = Event()


@dataclass(frozen=True)
class Patience:
    """How long a request is sent again: no more after so many seconds, or so many attempts."""

    seconds: float
    attempts: int

    def within(self, seconds: float) -> "Patience":
        """Return this patience, but no more than so many seconds of it."""
        return replace(self, seconds=min(self.seconds, seconds))


HURRIED = Patience(10.0, 6)  # nothing would be lost: better to say at once that nobody answers
PATIENT = Patience(300.0, 100)  # a job is under way: it outlives a router's restart, or a deployment's


class Stopped(Exception):
    """The work was called off, by an error elsewhere or by the user."""


class Transient(Exception):
    """An answer worth another attempt; `response` is it."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds the Retry-After header asks for, given as seconds or as a date, at most a day.

    None without the header, or if it cannot be read.
    """
    text = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(text) if text.isascii() and text.isdigit() else _seconds_until(text)
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), 86400.0)


def _seconds_until(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time()


_JITTER = tenacity.wait_random_exponential(multiplier=0.2, max=LONGEST_PAUSE)


def _asked(error: BaseException | None) -> float:
    return (retry_after(error.response) or 0.0) if isinstance(error, Transient) else 0.0


def _is_worthwhile(error: BaseException) -> bool:
    return isinstance(error, (Transient, httpx.TransportError)) and _asked(error) <= LONGEST_WISH


def _pause(state: tenacity.RetryCallState) -> float:
    return _asked(state.outcome.exception() if state.outcome else None) + _JITTER(state)


def persist(once: Callable[[], Result], stop: Event = NEVER, patience: Patience = HURRIED) -> Result:
    """Return what `once` returns, after as many attempts as `patience` allows, none of them after `stop` is set.

    Raises what the last attempt raised: Transient, or httpx.TransportError; or Stopped.
    """
    policy = tenacity.Retrying(
        retry=tenacity.retry_if_exception(_is_worthwhile),
        stop=tenacity.stop_any(
            tenacity.stop_after_delay(patience.seconds),
            tenacity.stop_after_attempt(patience.attempts),
            tenacity.stop_when_event_set(stop),
        ),
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
