"""An overdue job: finished if it is complete, helped if something was lost, ended if its time is up."""

from collections.abc import Iterator

from aws_lambda_powertools import Logger

from cloud import clock, jobs, leases, messages, metrics, objects, parts, paths, watch
from cloud.jobs import Job
from cloud.messages import Arrival
from cloud.objects import Version
from cloud.parts import Part
from cloud.records import Failure
from cloud.settings import settings
from sealdrop_core.errors import EvaluationFailed, SealdropError, Unavailable
from sealdrop_core.jobs import JOB_TERMINAL, JobState

logger = Logger()


def settle(tenant: str, job_id: str) -> None:
    """Do what an overdue job needs."""
    job = jobs.look(tenant, job_id)
    if job is None:
        return
    if job.state in JOB_TERMINAL:
        if job.state is JobState.DELETED:
            for prefix in paths.job_prefixes(tenant, job_id):
                objects.purge(prefix)
        jobs.unwatch(job)
    elif job.settled:
        jobs.finish(job)
    else:
        _settle_open(job)


def _settle_open(job: Job) -> None:
    now = clock.now()
    prefix, _ = paths.job_prefixes(job.tenant, job.id)
    arrived = {version.key: version for version in objects.newest(prefix)}
    for part in _unfinished(job):
        _help(job, part, arrived.get(job.slot(part.part).input))
    if now >= job.expires + settings().evaluation_seconds:
        _end(job, JobState.FAILED, EvaluationFailed("evaluation did not come to an end", code="evaluation_timeout"))
    elif now >= job.expires and len(arrived) < job.parts:
        _end_incomplete(job, len(arrived))
    else:
        jobs.look_again(job, _next_look(job, now))


def _unfinished(job: Job) -> Iterator[Part]:
    return (part for part in parts.of(job) if not part.settled and not part.leased)


def _help(job: Job, part: Part, version: Version | None) -> None:
    """Send the message again that S3 or a dead owner lost; fail the part if that has been tried enough."""
    if part.attempts >= settings().max_attempts:
        reason = part.verdict or EvaluationFailed("every attempt ended without a word", code="evaluation_timeout")
        if leases.fail(job, part.part, reason):
            metrics.emit_failure(reason.code, blame="service")
    elif version is not None and version.written <= clock.now() - watch.FIRST_LOOK:
        messages.announce(Arrival(job.slot(part.part), version.id))
        logger.info("announced again", extra={"tenant": job.tenant, "job": job.id, "part": part.part})


def _end_incomplete(job: Job, arrived: int) -> None:
    message = f"{arrived} of {job.parts} parts had been uploaded when the time was up"
    remedy = "Submit the rows again and upload all parts before the job expires."
    if job.state is JobState.AWAITING_UPLOAD:
        _end(job, JobState.EXPIRED, Unavailable(message, code="upload_expired", remedy=remedy))
    else:
        _end(job, JobState.FAILED, Unavailable(message, code="upload_incomplete", remedy=remedy))


def _end(job: Job, target: JobState, reason: SealdropError) -> None:
    if jobs.move(job, target, error=Failure.of(reason).model_dump()) is None:
        return
    # a job that its owner did not finish uploading is no fault of ours
    ours = isinstance(reason, EvaluationFailed)
    metrics.emit(("code", reason.code), {"JobsFailed" if ours else "JobsExpired": 1})
    logger.info("job ended", extra={"tenant": job.tenant, "job": job.id, "state": target, "code": reason.code})


def _next_look(job: Job, now: int) -> int:
    """Return when to look again: ever later, but not past the moment its time is up."""
    limits = [job.expires, job.expires + settings().evaluation_seconds]
    return min([now + (watch.FIRST_LOOK << job.looks), *(limit for limit in limits if limit > now)])
