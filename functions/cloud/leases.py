"""Leases on parts: one owner at a time, and every part settled and counted exactly once."""

from contextlib import suppress
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from cloud import clock, jobs, table
from cloud.changes import Change
from cloud.jobs import Job
from cloud.parts import Part, key_of, part_of
from cloud.paths import Slot
from cloud.records import Failure
from cloud.settings import settings
from sealdrop_core.errors import SealdropError
from sealdrop_core.jobs import PartState, part_sources

_OPEN = Attr("state").is_in(sorted(jobs.OPEN))


def claim(slot: Slot, owner: str) -> Part | None:
    """Take a lease on a part; None when it has come to its end or another's lease is alive."""
    now = clock.now()
    # our own lease counts as free: the answer to a first attempt may have been lost on the way
    free = Attr("lease_until").not_exists() | Attr("lease_until").lte(now) | Attr("owner").eq(owner)
    change = Change(
        key_of(slot),
        when=_legal(PartState.EVALUATING) & free,
        set={"state": PartState.EVALUATING, "owner": owner, "lease_until": now + settings().lease_seconds},
        add={"attempts": 1},
    )
    try:
        return part_of(table.write(change))
    except table.Superseded:
        return None


def release(slot: Slot, owner: str, error: SealdropError) -> None:
    """Give a lease back for another attempt, and note why; harmless when the lease is not ours any more."""
    change = Change(
        key_of(slot),
        when=_legal(PartState.EVALUATING) & Attr("owner").eq(owner),
        set={"lease_until": 0, "error": Failure.of(error).model_dump()},
        remove=("owner",),
    )
    with suppress(table.Superseded):
        table.write(change)


def succeed(job: Job, part: int, owner: str, **result: Any) -> bool:
    """Settle a part with its result; False when the lease was not ours any more."""
    ended = _end(job, part, PartState.SUCCEEDED, Attr("owner").eq(owner), result, forget=("error",))
    return _settle(job, ended, Change(jobs.key_of(job.tenant, job.id), _OPEN, add={"succeeded": 1}))


def fail(job: Job, part: int, error: SealdropError, owner: str | None = None) -> bool:
    """Settle a part as failed: by its owner, or by anyone while no lease is alive. False when too late."""
    unleased = Attr("lease_until").not_exists() | Attr("lease_until").lte(clock.now())
    reason = {"error": Failure.of(error).model_dump()}
    ended = _end(job, part, PartState.FAILED, Attr("owner").eq(owner) if owner else unleased, reason)
    # the first part that fails says why the job does
    return _settle(job, ended, Change(jobs.key_of(job.tenant, job.id), _OPEN, first=reason, add={"failed": 1}))


def _end(
    job: Job,
    part: int,
    target: PartState,
    when: ConditionBase,
    values: dict[str, Any],
    forget: tuple[str, ...] = (),
) -> Change:
    return Change(
        key_of(job.slot(part)),
        when=_legal(target) & when,
        set={"state": target} | values,
        remove=("owner", "lease_until", *forget),
    )


def _settle(job: Job, ended: Change, counted: Change) -> bool:
    try:
        table.transact(ended, counted)
    except table.Superseded:
        return False
    # if this process dies here, a reader of the job or settle finishes it
    if now := jobs.look(job.tenant, job.id):
        jobs.finish(now)
    return True


def _legal(target: PartState) -> ConditionBase:
    return Attr("state").is_in(sorted(part_sources(target)))
