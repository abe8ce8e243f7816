"""Parts of jobs in the table, as their owner announced them and as they stand."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from cloud import clock, table
from cloud.changes import Item, Key, New
from cloud.jobs import Job
from cloud.paths import Slot
from cloud.records import Failure, Record, partition
from cloud.settings import settings
from sealdrop_core.errors import Conflict, EvaluationFailed, Unavailable
from sealdrop_core.jobs import PART_TERMINAL, PartState
from sealdrop_core.names import Digest

Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Upload(Record):
    """A part as its owner announces it: rows, and length and SHA-256 of the sealed file."""

    part: Annotated[int, Field(ge=0, le=999_998)]
    rows: Count
    bytes: Count
    sha256: Digest


class Part(Upload):
    """A part and where it stands."""

    state: PartState = PartState.AWAITING_UPLOAD
    owner: str | None = None
    lease_until: int = 0
    attempts: int = 0
    milliseconds: int | None = None
    error: Failure | None = None
    result_bytes: int | None = None
    result_sha256: str | None = None
    result_version: str | None = None

    @property
    def settled(self) -> bool:
        """Whether the part has come to its end."""
        return self.state in PART_TERMINAL

    @property
    def leased(self) -> bool:
        """Whether someone may be working on it right now."""
        return not self.settled and self.lease_until > clock.now()

    @property
    def verdict(self) -> EvaluationFailed | None:
        """Why the last attempt came to nothing, if it said so."""
        known = self.error
        return EvaluationFailed(known.detail, code=known.code, remedy=known.remedy) if known else None


def key_of(slot: Slot) -> Key:
    """Return where a part stands in the table."""
    return f"{partition(slot.tenant)}#J#{slot.job}", f"PART#{slot.part:06d}"


def declare(job: Job, uploads: Sequence[Upload]) -> list[Part]:
    """Write up to 100 announced parts unless they are there; return them as they are.

    Raises Conflict (`part_conflict`) when one of them was announced with other bytes.
    """
    ttl = clock.now() + settings().retention_seconds
    new = {
        upload.part: New(
            key_of(job.slot(upload.part)),
            upload.model_dump() | {"state": PartState.AWAITING_UPLOAD, "attempts": 0, "ttl": ttl},
        )
        for upload in uploads
    }
    try:
        table.transact(*new.values())
    except table.Superseded:
        return _redeclare(job, uploads, new)
    return [Part(**upload.model_dump()) for upload in uploads]


def _redeclare(job: Job, uploads: Sequence[Upload], new: dict[int, New]) -> list[Part]:
    known = {part: found for part in new if (found := find(job.slot(part)))}
    for upload in uploads:
        if (
            upload.part in known
            and known[upload.part].model_dump(include=set(Upload.model_fields)) != upload.model_dump()
        ):
            raise Conflict(f"part {upload.part} was announced with other bytes", code="part_conflict")
    try:
        table.transact(*(change for part, change in new.items() if part not in known))
    except table.Superseded:
        raise Unavailable("another request announces the same parts") from None
    return [known.get(upload.part) or Part(**upload.model_dump()) for upload in uploads]


def find(slot: Slot) -> Part | None:
    """Return a part, or None."""
    item = table.read(key_of(slot))
    return part_of(item) if item else None


def of(job: Job, after: int = -1) -> Iterator[Part]:
    """Yield the announced parts of a job in order, those beyond `after`."""
    pk, _ = key_of(job.slot(0))
    return map(part_of, table.items(pk, "PART#", after=f"{after:06d}" if after >= 0 else ""))


def part_of(item: Item) -> Part:
    """Read a part."""
    number = int(item["sk"].removeprefix("PART#"))
    return Part.model_validate({**item, "part": number})
