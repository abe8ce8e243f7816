"""The life of a job and of its parts: one table of legal moves, enforced by conditional writes.

    job   awaiting_upload → evaluating → succeeded | failed      awaiting_upload → expired
          any → deleted
    part  awaiting_upload → evaluating → succeeded | failed      awaiting_upload → failed
          evaluating → evaluating is a new lease after the old one ran out

A part moves by itself; the job's state follows from its parts and its deadline.
"""

from collections.abc import Mapping
from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    EVALUATING = "evaluating"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    DELETED = "deleted"


class PartState(StrEnum):
    """Where one part of a job stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    EVALUATING = "evaluating"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


JOB_MOVES: Mapping[JobState, frozenset[JobState]] = {
    JobState.AWAITING_UPLOAD: frozenset({JobState.EVALUATING, JobState.FAILED, JobState.EXPIRED, JobState.DELETED}),
    JobState.EVALUATING: frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.DELETED}),
    JobState.SUCCEEDED: frozenset({JobState.DELETED}),
    JobState.FAILED: frozenset({JobState.DELETED}),
    JobState.EXPIRED: frozenset({JobState.DELETED}),
    JobState.DELETED: frozenset(),
}

PART_MOVES: Mapping[PartState, frozenset[PartState]] = {
    PartState.AWAITING_UPLOAD: frozenset({PartState.EVALUATING, PartState.FAILED}),
    PartState.EVALUATING: frozenset({PartState.EVALUATING, PartState.SUCCEEDED, PartState.FAILED}),
    PartState.SUCCEEDED: frozenset(),
    PartState.FAILED: frozenset(),
}

JOB_TERMINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.EXPIRED, JobState.DELETED})
PART_TERMINAL = frozenset(state for state, moves in PART_MOVES.items() if not moves)


def job_sources(target: JobState) -> frozenset[JobState]:
    """Return the states from which a job may move to `target`."""
    return frozenset(state for state, moves in JOB_MOVES.items() if target in moves)


def part_sources(target: PartState) -> frozenset[PartState]:
    """Return the states from which a part may move to `target`."""
    return frozenset(state for state, moves in PART_MOVES.items() if target in moves)
