"""/v1/keys: enroll the public keys that a plan needs."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, ConfigDict

from api.resources import Grant, KeyView
from api.tenant import Tenant
from cloud import keys, models, paths
from cloud.keys import Enrollment, KeyState
from cloud.parts import Count
from sealdrop_core import sealed
from sealdrop_core.errors import InvalidRequest, MalformedSeal, NotFound
from sealdrop_core.names import SHA256, Digest, PlanId, Reference
from sealdrop_core.plan import Plan

KeyId = Annotated[str, Path(pattern=f"^{SHA256}$", description="SHA-256 of the sealed keys file")]


class Offer(BaseModel):
    """Keys to enroll: the plan they are for, length and SHA-256 of the sealed keys file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: Reference
    plan: PlanId
    bytes: Count
    sha256: Digest


def enroll_keys(tenant: Tenant, offer: Offer) -> Response[KeyView]:
    """Return where to upload the keys file; enrolling twice is harmless."""
    model = models.find(offer.model)
    plan = models.manifest(model.reference, model.manifest).plan(offer.plan)
    if plan is None:
        raise NotFound(f"model '{offer.model}' has no plan '{offer.plan}'", code="plan_not_found")
    _check_length(plan, offer.bytes)
    found, new = keys.offer(tenant, offer.sha256, plan.key_configuration, offer.bytes)
    return Response(201 if new else 200, "application/json", _shown(found))


def look_up_keys(tenant: Tenant, key: KeyId) -> KeyView:
    """Return whether keys are enrolled, and where to upload them if they are not."""
    return _shown(keys.find(tenant, key))


def delete_keys(tenant: Tenant, key: KeyId) -> Response[None]:
    """Delete keys; jobs that still need them will fail."""
    keys.delete(keys.find(tenant, key))
    return Response(204)


def _check_length(plan: Plan, length: int) -> None:
    if not plan.keys.needed:
        raise InvalidRequest(f"plan '{plan.id}' needs no keys", remedy="Submit jobs without a key.")
    expected = plan.key_bytes
    fields = {"configuration": plan.key_configuration, "bytes": str(expected)}
    expected += len(sealed.Header("keys", fields).render())
    if length != expected:
        raise MalformedSeal(f"keys for this plan take {expected} bytes, not {length}", code="wrong_length")


def _shown(found: Enrollment) -> KeyView:
    enrolled = found.state is KeyState.ENROLLED
    return KeyView(
        key=found.id,
        configuration=found.configuration,
        state="enrolled" if enrolled else "awaiting_upload",
        upload=None if enrolled else Grant.upload(paths.keys(found.tenant, found.id), found.bytes, found.id),
    )
