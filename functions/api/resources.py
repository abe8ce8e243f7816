"""What the API says, as types."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from cloud import clock, objects
from cloud.jobs import Job
from cloud.parts import Part
from cloud.paths import Slot
from cloud.records import Failure
from cloud.settings import settings
from sealdrop_core.jobs import JobState, PartState


class _Resource(BaseModel):
    model_config = ConfigDict(frozen=True)


class Grant(_Resource):
    """Leave to upload one object, once: a presigned PUT and exactly the headers to send."""

    part: int | None = None
    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]
    expires: str

    @classmethod
    def upload(cls, key: str, length: int, sha256: str, *, until: int | None = None, part: int | None = None) -> Self:
        """Grant the upload of a sealed file of `length` bytes, at the latest until `until`."""
        now = clock.now()
        ends = min(now + settings().url_seconds, until or now + settings().url_seconds)
        url, headers = objects.grant_upload(key, length, sha256, max(1, ends - now))
        return cls(part=part, url=url, headers=headers, expires=clock.rfc3339(ends))


class Download(_Resource):
    """Leave to fetch one sealed result."""

    url: str
    bytes: int
    sha256: str
    expires: str


class PartView(_Resource):
    """A part of a job."""

    part: int
    state: PartState
    rows: int
    bytes: int
    milliseconds: int | None
    error: Failure | None
    download: Download | None

    @classmethod
    def of(cls, job: Job, part: Part) -> Self:
        """Show a part; a settled one with leave to fetch its result."""
        shown = part.state is PartState.SUCCEEDED
        return cls(
            part=part.part,
            state=part.state,
            rows=part.rows,
            bytes=part.bytes,
            milliseconds=part.milliseconds,
            error=part.error if part.state is PartState.FAILED else None,
            download=_download(job.slot(part.part), part) if shown else None,
        )


def _download(slot: Slot, part: Part) -> Download:
    seconds = settings().url_seconds
    return Download(
        url=objects.grant_download(slot.result, part.result_version, seconds),
        bytes=part.result_bytes or 0,
        sha256=part.result_sha256 or "",
        expires=clock.rfc3339(clock.now() + seconds),
    )


class JobView(_Resource):
    """A job. `expires` is when it stops taking uploads; `error` is why it failed, or will."""

    id: str
    state: JobState
    model: str
    manifest: str
    plan: str
    key: str | None
    rows: int
    parts: int
    succeeded: int
    failed: int
    created: str
    expires: str
    error: Failure | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """Show a job."""
        times = {"created": clock.rfc3339(job.created), "expires": clock.rfc3339(job.expires)}
        return cls.model_validate(job.model_dump() | times)


class JobCreated(_Resource):
    """A new job and where to upload its parts."""

    job: JobView
    uploads: list[Grant]


class Uploads(_Resource):
    """Where to upload further parts."""

    uploads: list[Grant]


class JobPage(_Resource):
    """A job and up to 100 of its parts; `next` is the `after` of the next page."""

    job: JobView
    parts: list[PartView]
    next: int | None


class JobList(_Resource):
    """Jobs, newest first."""

    jobs: list[JobView]
    cursor: str | None


class KeyView(_Resource):
    """Enrolled keys, or keys that await their upload."""

    key: str
    configuration: str
    state: Literal["awaiting_upload", "enrolled"]
    upload: Grant | None


class ModelView(_Resource):
    """One published version of a model."""

    name: str
    version: int
    reference: str
    digest: str
    description: str
    retired: bool


class ModelList(_Resource):
    """All published models."""

    models: list[ModelView]


class Description(_Resource):
    """A manifest, and the digest that names it.

    `plaintext_baseline` marks a deployment that takes rows in the clear as well, for comparison: not one for real data.
    """

    digest: str
    plaintext_baseline: bool
    manifest: dict[str, Any]


class Health(_Resource):
    """That the API answers, and which protocol versions it speaks."""

    status: Literal["ok"] = "ok"
    protocol: list[int]
