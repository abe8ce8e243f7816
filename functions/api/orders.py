"""What a request for a job must be before anything is stored or granted."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from cloud import keys, models
from cloud.jobs import Job, Order
from cloud.parts import Count, Upload
from cloud.settings import settings
from sealdrop_core import sealed
from sealdrop_core.errors import InvalidRequest, MalformedSeal, Mismatch, NotFound
from sealdrop_core.names import Digest, PlanId, Reference
from sealdrop_core.plan import Plan


class Announcement(Upload):
    """A part that is to be uploaded: its number and rows, length and SHA-256 of its sealed file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PartsRequest(BaseModel):
    """Up to 100 parts to upload."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    uploads: list[Announcement] = Field(min_length=1, max_length=100)


class JobRequest(BaseModel):
    """A job: rows of one owner for one plan of one model, in parts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: Reference
    manifest: Digest
    plan: PlanId
    key: Digest | None = None
    rows: Count
    parts: Count
    uploads: list[Announcement] = Field(max_length=100)

    @property
    def order(self) -> Order:
        """What is to be done, without where the bytes come from."""
        return Order(**self.model_dump(exclude={"uploads"}))


def plan_of(tenant: str, request: JobRequest) -> Plan:
    """Return the plan a new job is for.

    Raises NotFound, Gone, Mismatch (`manifest_mismatch`, `wrong_key`) or InvalidRequest (`key_required`).
    """
    model = models.find(request.model)
    if request.manifest != model.manifest:
        raise Mismatch(
            "the model's manifest is another one",
            code="manifest_mismatch",
            remedy="Describe the model again and seal the rows for what it says now.",
        )
    plan = _plan(request)
    _check_key(tenant, plan, request.key)
    return plan


def plan_for(job: Job) -> Plan:
    """Return the plan of a job, also when its model has been retired since."""
    return _plan(job)


def _plan(order: JobRequest | Order) -> Plan:
    plan = models.manifest(order.model, order.manifest).plan(order.plan)
    if plan is None:
        raise NotFound(f"model '{order.model}' has no plan '{order.plan}'", code="plan_not_found")
    return plan


def _check_key(tenant: str, plan: Plan, key: str | None) -> None:
    if plan.keys.needed and key is None:
        raise InvalidRequest(
            f"plan '{plan.id}' needs enrolled keys", code="key_required", remedy="Enroll keys for this plan first."
        )
    if key is None:
        return
    found = keys.find(tenant, key)
    if found.configuration != plan.key_configuration or not plan.keys.needed:
        raise Mismatch("these keys are for another key configuration", code="wrong_key")
    if found.state is not keys.KeyState.ENROLLED:
        raise NotFound(
            "these keys have not been uploaded", code="key_not_found", remedy="Upload the keys file, then try again."
        )


def check(order: JobRequest | Job, plan: Plan, uploads: Sequence[Upload]) -> None:
    """Check the announced parts against the order: numbers, sizes, and the exact length the plan gives them.

    Raises InvalidRequest (also `too_large`) or MalformedSeal (`wrong_length`).
    """
    limits = settings()
    if order.parts > min(limits.max_parts, order.rows):
        raise InvalidRequest(
            f"a job has at most {limits.max_parts} parts, and no more than rows",
            code="too_large",
            remedy="Cut the rows into fewer parts, or into several jobs.",
        )
    if len({upload.part for upload in uploads}) != len(uploads):
        raise InvalidRequest("a part is announced twice")
    for upload in uploads:
        if upload.part >= order.parts or upload.rows > order.rows:
            raise InvalidRequest(f"part {upload.part} does not belong to a job of this size")
        if upload.bytes > limits.max_part_bytes:
            raise InvalidRequest(
                f"part {upload.part} has more than {limits.max_part_bytes} bytes",
                code="too_large",
                remedy="Cut the rows into more parts.",
            )
        _check_length(order, plan, upload)


def _check_length(order: JobRequest | Job, plan: Plan, upload: Upload) -> None:
    body = plan.input_bytes(upload.rows)
    fields = {
        "model": order.model,
        "manifest": order.manifest,
        "plan": order.plan,
        "key": order.key or "none",
        "rows": str(upload.rows),
        "bytes": str(body),
    }
    expected = len(sealed.Header("input", fields).render()) + body
    if upload.bytes != expected:
        raise MalformedSeal(
            f"part {upload.part}: {upload.rows} rows take {expected} bytes, not {upload.bytes}", code="wrong_length"
        )
