"""Interruption: what becomes of a job when an error, or Ctrl-C, ends the sending, the waiting or the delivery.

The error names the job and its remedy says how to go on; what is no SealdropError says so in a note (PEP 678).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sealdrop.errors import (
    ClientError,
    JobFailed,
    MalformedSeal,
    Mismatch,
    RefusedInput,
    SealdropError,
    ServiceRefused,
)
from sealdrop.request.delete import delete
from sealdrop.request.deployment import Deployment
from sealdrop.request.send import Submission

COLLECT = "Do not send its rows again: `sealdrop collect {job}` fetches the result."
DELETE = "Not all of its rows have arrived: `sealdrop jobs --delete {job}` deletes the job."
DELETED = "Not all of its rows had arrived, so the job was deleted: send them all again."
EXPIRES = "Not all of its rows have arrived, so the job will expire without a result: send them all again."
UNOPENED = (
    "The service must not learn that a result did not open. The receipt is kept: once the cause is known,"
    " `sealdrop collect {job}` opens the result."
)
UNKNOWN = "If the service made a job all the same, `sealdrop jobs` lists it; without its rows it will expire."
HOPELESS = frozenset({"job_not_found", "keyring_gone", "wrong_receipt"})  # nobody will ever collect these jobs


@contextmanager
def sending(deployment: Deployment, submission: Submission) -> Iterator[None]:
    """Delete the job if what happens inside leaves it without some of its rows; say so, or how to collect it.

    Word that a result did not open must not travel back to the service: MalformedSeal, Mismatch and whatever else may
    come of opening delete nothing.
    """
    try:
        yield
    except JobFailed:  # it says all there is to say
        raise
    except BaseException as error:
        if submission.is_created:
            _explain(error, submission.job.id, _outlook(deployment, submission, error))
        elif submission.is_announced and not _is_answer(error):
            _advise(error, UNKNOWN)
        raise


@contextmanager
def collectable(job: str) -> Iterator[None]:
    """Say how to collect the job later if what happens inside ends before its result is delivered."""
    try:
        yield
    except JobFailed:  # it says all there is to say
        raise
    except BaseException as error:
        _explain(error, job, _way_to_result(error))
        raise


def _outlook(deployment: Deployment, submission: Submission, error: BaseException) -> str:
    if submission.has_arrived:
        return _way_to_result(error)
    if not isinstance(error, (ClientError, RefusedInput, KeyboardInterrupt)):
        return EXPIRES
    try:
        delete(deployment, submission.job.id)
    except (SealdropError, KeyboardInterrupt):
        return DELETE
    return DELETED


def _way_to_result(error: BaseException) -> str:
    if isinstance(error, SealdropError) and error.code in HOPELESS:
        return ""
    return UNOPENED if isinstance(error, (MalformedSeal, Mismatch)) else COLLECT


def _is_answer(error: BaseException) -> bool:
    """Whether the service said that it makes no job."""
    return isinstance(error, ServiceRefused) and error.http_status < 500


def _explain(error: BaseException, job: str, advice: str) -> None:
    """Name the job and add the advice, unless it was done already, closer to where it happened."""
    name = f"job {job}: "
    if any(note.startswith(name) for note in getattr(error, "__notes__", ())):
        return
    if not isinstance(error, SealdropError):
        error.add_note(f"{name}{advice.format(job=job)}")
    elif not error.message.startswith(name):
        error.message = f"{name}{error.message}"
        error.args = (error.message,)
        _advise(error, advice.format(job=job))


def _advise(error: BaseException, advice: str) -> None:
    if isinstance(error, SealdropError):
        error.remedy = f"{error.remedy} {advice}".strip()
    else:
        error.add_note(advice)
