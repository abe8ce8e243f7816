"""What the log and the metrics learn of a part: counts, sizes, times and codes; never its bytes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools import Logger

from cloud import metrics
from cloud.jobs import Job
from cloud.parts import Part
from cloud.paths import Slot
from sealdrop_core.errors import SealdropError

logger = Logger()


class Stopwatch:
    """Milliseconds by phase."""

    def __init__(self) -> None:
        self.phases: dict[str, int] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.phases[name] = round((time.perf_counter() - start) * 1000)

    @property
    def total(self) -> int:
        """Milliseconds of all phases."""
        return sum(self.phases.values())


def succeeded(job: Job, part: Part, result_bytes: int, watch: Stopwatch) -> None:
    """Report a part that was evaluated."""
    counts = {"PartsSucceeded": 1, "Rows": part.rows, "BytesIn": part.bytes, "BytesOut": result_bytes}
    metrics.emit(("model", job.model), counts, {f"{name}Milliseconds": ms for name, ms in watch.phases.items()})
    logger.info("part succeeded", extra=_names(job.slot(part.part)) | {"ms": watch.phases})


def failed(slot: Slot, error: SealdropError) -> None:
    """Report a part that is given up."""
    metrics.emit_failure(error.code, blame="owner" if error.status < 500 else "service")
    logger.warning("part failed", extra=_names(slot) | {"code": error.code})


def retried(slot: Slot, code: str, seconds: int) -> None:
    """Report a message that will come back."""
    logger.warning("part comes back", extra=_names(slot) | {"code": code, "seconds": seconds})


def unforeseen(slot: Slot, error: Exception) -> None:
    """Report a defect of ours."""
    logger.error("unforeseen", extra=_names(slot) | {"error": type(error).__name__}, exc_info=error)


def _names(slot: Slot) -> dict[str, object]:
    return {"tenant": slot.tenant, "job": slot.job, "part": slot.part}
