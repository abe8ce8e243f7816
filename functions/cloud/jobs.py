"""Jobs in the table: created once, moved only along the legal moves, never left without an end."""

from contextlib import suppress
from itertools import islice
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from cloud import clock, ids, table, tokens, watch
from cloud.changes import Change, Item, Key, New
from cloud.paths import Slot
from cloud.records import Failure, Record, partition
from cloud.settings import settings
from sealdrop_core.errors import NotFound, Unavailable
from sealdrop_core.jobs import JOB_TERMINAL, JobState, job_sources

OPEN = frozenset(JobState) - JOB_TERMINAL


class Order(Record):
    """What a job is to do."""

    model: str
    manifest: str
    plan: str
    key: str | None = None
    rows: int
    parts: int


class Job(Order):
    """A job and where it stands. `expires` is when it stops taking uploads."""

    tenant: str
    id: str
    state: JobState
    succeeded: int = 0
    failed: int = 0
    created: int
    expires: int
    looks: int = 0
    error: Failure | None = None

    @property
    def settled(self) -> bool:
        """Whether every part has come to its end."""
        return self.succeeded + self.failed == self.parts

    @property
    def takes_uploads(self) -> bool:
        """Whether parts may still be uploaded."""
        return self.state in OPEN and clock.now() < self.expires

    def slot(self, part: int) -> Slot:
        """Return the place of one of its parts."""
        return Slot(self.tenant, self.id, part)


def key_of(tenant: str, job: str) -> Key:
    """Return where a job stands in the table."""
    return partition(tenant), f"JOB#{job}"


def create(tenant: str, order: Order, token: str, request: str) -> tuple[Job, bool]:
    """Create a job, or find the one that the same idempotency token created; say which.

    `request` is a digest of the request: the same token with another one raises Conflict (`idempotency_conflict`).
    """
    now = clock.now()
    job, ttl = ids.new(), now + settings().retention_seconds
    attributes = (
        order.model_dump()
        | {
            "state": JobState.AWAITING_UPLOAD,
            "succeeded": 0,
            "failed": 0,
            "created": now,
            "expires": now + settings().upload_seconds,
            "ttl": ttl,
            "looks": 0,
        }
        | watch.until(job, now + watch.FIRST_LOOK)
    )
    try:
        table.transact(tokens.claim(tenant, token, request, job, ttl), New(key_of(tenant, job), attributes))
    except table.Superseded:
        if found := repeated(tenant, token, request):
            return found, False
        raise Unavailable("the idempotency key is being forgotten just now") from None
    return _job(tenant, job, attributes), True


def repeated(tenant: str, token: str, request: str) -> Job | None:
    """Return the job that an idempotency token created, or None if the token is not known; raises as `create` does."""
    job = tokens.job_of(tenant, token, request)
    return find(tenant, job) if job else None


def find(tenant: str, job: str) -> Job:
    """Return a job; raises NotFound (`job_not_found`) when it is not there, deleted, or another's."""
    item = table.read(key_of(tenant, job))
    if item is None or item["state"] == JobState.DELETED:
        raise NotFound("there is no such job", code="job_not_found")
    return _job(tenant, job, item)


def newest(tenant: str, limit: int, cursor: str) -> tuple[list[Job], str | None]:
    """Return a page of jobs, newest first, and the cursor of the next page if there is one."""
    found = (
        _job(tenant, item["sk"].removeprefix("JOB#"), item)
        for item in table.items(partition(tenant), "JOB#", after=cursor, newest_first=True)
        if item["state"] != JobState.DELETED
    )
    page = list(islice(found, limit))
    more = page and any(True for _ in found)
    return page, (page[-1].id if more else None)


def move(job: Job, target: JobState, *, when: ConditionBase | None = None, **changes: Any) -> Job | None:
    """Move a job to a state; None when it is no longer in a state from which that is legal."""
    legal = Attr("state").is_in(sorted(job_sources(target)))
    unwatched = target in JOB_TERMINAL and not changes.keys() >= watch.ATTRIBUTES
    change = Change(
        key_of(job.tenant, job.id),
        when=legal & when if when else legal,
        set={"state": target} | changes,
        remove=sorted(watch.ATTRIBUTES) if unwatched else (),
    )
    try:
        return _job(job.tenant, job.id, table.write(change))
    except table.Superseded:
        return None


def finish(job: Job) -> None:
    """End a job whose parts have all come to their end; harmless at any other time."""
    if job.state in JOB_TERMINAL or not job.settled:
        return
    target = JobState.FAILED if job.failed else JobState.SUCCEEDED
    move(job, target, when=Attr("succeeded").eq(job.succeeded) & Attr("failed").eq(job.failed))


def delete(job: Job) -> None:
    """Delete a job; its objects are purged once no grant or lease on them can be alive."""
    last_use = max(settings().url_seconds, settings().lease_seconds)
    move(job, JobState.DELETED, **watch.until(job.id, clock.now() + last_use + watch.SLOW_UPLOAD))


def look(tenant: str, job: str) -> Job | None:
    """Return a job as it is now, a deleted one too."""
    item = table.read(key_of(tenant, job))
    return _job(tenant, job, item) if item else None


def look_again(job: Job, due: int) -> None:
    """Have settle look at an open job again at the time `due`."""
    still_open = Attr("state").is_in(sorted(OPEN))
    with suppress(table.Superseded):
        table.write(Change(key_of(job.tenant, job.id), when=still_open, set={"due": due}, add={"looks": 1}))


def unwatch(job: Job) -> None:
    """Tell settle that nothing is left to do for a job that has ended; one deleted meanwhile is still to be purged."""
    with suppress(table.Superseded):
        table.write(
            Change(key_of(job.tenant, job.id), when=Attr("state").eq(job.state), remove=sorted(watch.ATTRIBUTES))
        )


def _job(tenant: str, job: str, item: Item) -> Job:
    return Job.model_validate({**item, "tenant": tenant, "id": job})
