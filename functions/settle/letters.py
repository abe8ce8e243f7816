"""Dead letters: messages that were given up become parts that have failed."""

from aws_lambda_powertools import Logger

from cloud import jobs, leases, messages, metrics, parts
from cloud.messages import Arrival
from sealdrop_core.errors import EvaluationFailed, InvalidRequest
from sealdrop_core.jobs import JOB_TERMINAL

logger = Logger()


class NotYet(Exception):
    """Someone may be working on the part; the letter is to come back."""


def settle(body: str) -> None:
    """Fail the parts a dead letter is about, unless they have come to their end; raises NotYet."""
    try:
        arrivals = messages.arrivals(body)
    except InvalidRequest as error:
        # nothing hangs on it, and it would come back for ever
        _report("foreign_message")
        logger.error("a foreign message was given up", extra={"code": error.code})
        return
    settled = [_settle(arrival) for arrival in arrivals]
    if not all(settled):
        raise NotYet


def _settle(arrival: Arrival) -> bool:
    """Return whether the part has come to its end."""
    slot = arrival.slot
    job, part = jobs.look(slot.tenant, slot.job), parts.find(slot)
    if job is None or job.state in JOB_TERMINAL or part is None or part.settled:
        return True
    reason = part.verdict or EvaluationFailed(
        "the part could not be delivered to evaluation", code="delivery_failed", remedy="Submit the rows again."
    )
    if part.leased or not leases.fail(job, part.part, reason):
        return False
    _report(reason.code)
    metrics.emit_failure(reason.code, blame="service")
    logger.error("part given up", extra={"tenant": job.tenant, "job": job.id, "part": part.part, "code": reason.code})
    return True


def _report(code: str) -> None:
    metrics.emit(("code", code), {"DeadLetters": 1})
