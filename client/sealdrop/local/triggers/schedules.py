"""EventBridge schedules: functions invoked at their rate."""

import logging
import threading
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sealdrop.local.aws.account import Account
from sealdrop.local.errors import FunctionFailed
from sealdrop.local.runtime.invocation import Runtime
from sealdrop.local.template.functions import Function, ScheduleTrigger

_logger = logging.getLogger(__name__)


class Scheduler:
    """Invokes scheduled functions, each when its period has passed. A context manager."""

    def __init__(self, functions: Iterable[Function], runtime: Runtime, account: Account) -> None:
        self._schedules = [(function, schedule) for function in functions for schedule in function.schedules]
        self._runtime = runtime
        self._account = account
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealdrop-schedules", daemon=True)

    def tick(self) -> None:
        """Invoke every scheduled function now, whatever its rate. Raises FunctionFailed."""
        for function, schedule in self._schedules:
            self._runtime.invoke(function, to_event(schedule, self._account))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        start = time.monotonic()
        due = {schedule: start + schedule.seconds for _, schedule in self._schedules}
        while due and not self._stopping.wait(max(0.0, min(due.values()) - time.monotonic())):
            for function, schedule in self._schedules:
                if due[schedule] <= time.monotonic():
                    due[schedule] += schedule.seconds
                    self._invoke(function, schedule)

    def _invoke(self, function: Function, schedule: ScheduleTrigger) -> None:
        try:
            self._runtime.invoke(function, to_event(schedule, self._account))
        except FunctionFailed as error:
            _logger.error("scheduled %s failed: %s", function.name, error.error_type)


def to_event(schedule: ScheduleTrigger, account: Account) -> dict[str, Any]:
    """Return the event a schedule sends.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account.number,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": account.region,
        "resources": [f"arn:aws:events:{account.region}:{account.number}:rule/{schedule.name}"],
        "detail": {},
    }
