"""Schedules: at their rate, and at once when told to."""

import threading
from typing import Any

import pytest

from sealdrop.local.aws.account import Account
from sealdrop.local.errors import FunctionFailed
from sealdrop.local.template.functions import ScheduleTrigger
from sealdrop.local.triggers.schedules import Scheduler
from tests.local.scripted import ScriptedRuntime, function

ACCOUNT = Account.generate()


def scheduled(seconds: float) -> Any:
    return [function(schedules=(ScheduleTrigger("FnSweep", seconds),)), function(name="Other")]


def test_tick_sends_an_eventbridge_event() -> None:
    runtime = ScriptedRuntime(lambda event: None)
    Scheduler(scheduled(300), runtime, ACCOUNT).tick()
    [event] = runtime.events
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"] == [f"arn:aws:events:us-east-1:{ACCOUNT.number}:rule/FnSweep"]
    assert event["account"] == ACCOUNT.number


def test_tick_tells_of_failures() -> None:
    scheduler = Scheduler(scheduled(300), ScriptedRuntime(lambda event: event["absent"]), ACCOUNT)
    with pytest.raises(FunctionFailed):
        scheduler.tick()


def test_the_rate_goes_on_after_a_failure() -> None:
    twice = threading.Semaphore(0)

    def fail(event: Any) -> None:
        twice.release()
        raise RuntimeError("always")

    with Scheduler(scheduled(0.05), ScriptedRuntime(fail), ACCOUNT):
        assert all(twice.acquire(timeout=5) for _ in range(2))


def test_no_schedules_no_harm() -> None:
    with Scheduler([function()], ScriptedRuntime(lambda event: None), ACCOUNT):
        pass
