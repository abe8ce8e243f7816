"""Interruption: what becomes of a job when an error, or Ctrl-C, ends the sending or the waiting.

The error names the job and its remedy says how to go on; what is no SealdropError says so in a note (PEP 678).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sealdrop.errors import ClientError, JobFailed, RefusedInput, SealdropError, ServiceRefused, TransportFailed
from sealdrop.request.delete import delete
from sealdrop.request.deployment import Deployment
from sealdrop.request.send import Submission

COLLECT = "The job goes on, so do not send its rows again: `sealdrop collect {job}` fetches the result."
DELETE = "Not all of its rows have arrived: `sealdrop jobs --delete {job}` deletes the job."
DELETED = "Not all of its rows had arrived, so the job was deleted: send them all again."


@contextmanager
def sending(deployment: Deployment, submission: Submission) -> Iterator[None]:
    """Delete the job if what happens inside leaves it without some of its rows; say so, or how to collect it.

    Word that a result did not open must not travel back to the service: MalformedSeal, Mismatch and whatever else is
    not listed here delete nothing.
    """
    try:
        yield
    except (ClientError, RefusedInput, KeyboardInterrupt) as error:
        if submission.is_created and not isinstance(error, JobFailed):
            _explain(error, submission.job.id, _outlook(deployment, submission))
        raise


@contextmanager
def waiting(job: str) -> Iterator[None]:
    """Say how to collect the job later if what happens inside ends the waiting for it."""
    try:
        yield
    except (ServiceRefused, TransportFailed, KeyboardInterrupt) as error:
        _explain(error, job, COLLECT)
        raise


def _outlook(deployment: Deployment, submission: Submission) -> str:
    if submission.has_arrived:
        return COLLECT
    try:
        delete(deployment, submission.job.id)
    except SealdropError:
        return DELETE
    return DELETED


def _explain(error: BaseException, job: str, advice: str) -> None:
    advice = advice.format(job=job)
    if not isinstance(error, SealdropError):
        error.add_note(f"job {job}: {advice}")
        return
    error.message = f"job {job}: {error.message}"
    error.args = (error.message,)
    if error.code != "job_not_found":
        error.remedy = f"{error.remedy} {advice}"
