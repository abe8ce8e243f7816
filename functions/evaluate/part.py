"""One part's way: claim, take in, evaluate, write, settle.

Events come twice, late and out of order: the lease decides who works, the part's state whether there is work left.
"""

import secrets
from typing import NamedTuple

from cloud import clock, jobs, leases, objects, parts
from cloud.jobs import Job
from cloud.messages import Arrival
from cloud.parts import Part
from cloud.settings import settings
from evaluate import report
from evaluate.intake import Intake, take_in
from evaluate.pool import Pool
from evaluate.report import Stopwatch
from sealdrop_core.errors import EvaluationFailed, NotFound, SealdropError, Unavailable
from sealdrop_core.jobs import JOB_TERMINAL, JobState
from sealdrop_core.sealed import Header


class ComeBack(Exception):
    """There is work left that cannot be done now; the message is to come back in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"come back in {seconds} s")
        self.seconds = seconds


class Leased(NamedTuple):
    """A part under our lease."""

    job: Job
    part: Part
    owner: str
    arrival: Arrival


def evaluate(arrival: Arrival, pool: Pool, deadline: float) -> None:
    """Evaluate a part that has arrived; `deadline` is a time of `time.monotonic`.

    Returns once the part has come to its end, by us or by another; raises ComeBack when it has not.
    """
    job = _begun(arrival)
    leased = _claimed(job, arrival) if job else None
    if leased is None:
        return
    try:
        _check_attempts(leased.part)
        _work(leased, pool, deadline)
    except SealdropError as error:
        _give_up(leased, error)
    except Exception as error:
        report.unforeseen(arrival.slot, error)
        _give_up(leased, EvaluationFailed("this should not have happened"))


def _begun(arrival: Arrival) -> Job | None:
    try:
        job = jobs.find(arrival.slot.tenant, arrival.slot.job)
    except NotFound:
        return None
    if job.state is JobState.AWAITING_UPLOAD:
        job = jobs.move(job, JobState.EVALUATING) or jobs.look(job.tenant, job.id) or job
    return None if job.state in JOB_TERMINAL else job


def _claimed(job: Job, arrival: Arrival) -> Leased | None:
    owner = secrets.token_hex(16)
    if part := leases.claim(arrival.slot, owner):
        return Leased(job, part, owner, arrival)
    held = parts.find(arrival.slot)
    if held is None or held.settled:
        return None
    # another is at it: should it die, this message is here to finish the work
    raise ComeBack(max(1, held.lease_until - clock.now() + 1))


def _check_attempts(part: Part) -> None:
    if part.attempts > settings().max_attempts:
        raise part.verdict or EvaluationFailed(
            "every attempt at this part ended without a word",
            code="evaluation_timeout",
            remedy="Submit fewer rows in a part.",
        )


def _work(leased: Leased, pool: Pool, deadline: float) -> None:
    job, part, owner, arrival = leased
    watch = Stopwatch()
    with watch.phase("Read"):
        intake = take_in(job, part, arrival)
    with watch.phase("Evaluate"):
        body = pool.evaluate(intake.work, intake.body, part.rows, deadline)
    with watch.phase("Write"):
        result = _header(job, part, intake, len(body)).render() + body
        sha256, version = objects.write(arrival.slot.result, result)
    outcome = {"result_bytes": len(result), "result_sha256": sha256, "result_version": version}
    if leases.succeed(job, part.part, owner, milliseconds=watch.total, **outcome):
        report.succeeded(job, part, len(result), watch)


def _header(job: Job, part: Part, intake: Intake, length: int) -> Header:
    same = {name: intake.header.fields[name] for name in ("model", "manifest", "plan", "key", "rows")}
    return Header("result", same | {"job": job.id, "part": str(part.part), "input": part.sha256, "bytes": str(length)})


def _give_up(leased: Leased, error: SealdropError) -> None:
    """Fail the part, or give the lease back for another attempt."""
    slot = leased.arrival.slot
    if error.retryable and leased.part.attempts < settings().max_attempts:
        leases.release(slot, leased.owner, error)
        # a worker is back at once; an outage of minutes is worth waiting for
        seconds = (4 if isinstance(error, Unavailable) else 2) ** leased.part.attempts
        report.retried(slot, error.code, seconds)
        raise ComeBack(seconds) from error
    if leases.fail(leased.job, leased.part.part, error, leased.owner):
        report.failed(slot, error)
