"""What the service says, as types; fields this release does not know are ignored."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sealdrop_core.jobs import JobState, PartState

JOB_ID = r"[0-9a-z]{26}"


class _Resource(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Problem(_Resource):
    """Why a job or part failed."""

    code: str
    detail: str = ""
    remedy: str | None = None


class Grant(_Resource):
    """Leave to upload one object, once: send `headers` exactly, before the URL expires."""

    part: int | None = None
    url: str = Field(repr=False)
    headers: dict[str, str]


class Download(_Resource):
    """Leave to fetch one sealed result."""

    url: str = Field(repr=False)
    bytes: int
    sha256: str


class PartRecord(_Resource):
    """Where one part of a job stands."""

    part: int
    state: PartState
    rows: int
    milliseconds: float | None = None
    error: Problem | None = None
    download: Download | None = None


class JobRecord(_Resource):
    """Where a job stands."""

    id: str = Field(pattern=f"^{JOB_ID}$")
    state: JobState
    model: str
    manifest: str
    plan: str
    key: str | None = None
    rows: int
    parts: int
    succeeded: int = 0
    failed: int = 0
    created: str = ""
    expires: str = ""
    error: Problem | None = None


class JobCreated(_Resource):
    """The answer to a submitted job."""

    job: JobRecord
    uploads: list[Grant]


class JobPage(_Resource):
    """A job and some of its parts."""

    job: JobRecord
    parts: list[PartRecord] = []
    next: int | None = None


class JobList(_Resource):
    """Jobs, newest first, and where the list goes on."""

    jobs: list[JobRecord]
    cursor: str | None = None


class Uploads(_Resource):
    """Grants for further parts."""

    uploads: list[Grant]


class Enrollment(_Resource):
    """The answer to offered keys."""

    key: str
    state: str
    upload: Grant | None = None


class ModelSummary(_Resource):
    """One line of the list of models."""

    name: str
    version: int
    reference: str
    digest: str
    description: str = ""
    retired: bool = False


class ModelList(_Resource):
    """All models of a deployment."""

    models: list[ModelSummary]


class Description(_Resource):
    """A manifest as served: not yet believed."""

    digest: str
    manifest: dict[str, Any]
