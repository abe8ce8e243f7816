"""Ways to the codes of answers."""

from typing import Any

from cloud import models
from tests.contract.ways.world import NOBODY, NOTHING, World, way
from tests.functions.events import TABLE


@way("answer", "invalid_request")
def _(world: World) -> Any:
    return world.owner.submit({})


@way("answer", "unsupported_version")
def _(world: World) -> Any:
    return world.owner.call("GET", "/v2/models")


@way("answer", "key_required")
def _(world: World) -> Any:
    return world.owner.submit(world.owner.request(world.private, {0: (4, world.seal(world.private))}, key=None))


@way("answer", "too_large")
def _(world: World) -> Any:
    return world.submit(parts=100_000)


@way("answer", "unauthenticated")
def _(world: World) -> Any:
    return world.owner.api("GET", "/v1/models", tenant=None)


@way("answer", "not_found")
def _(world: World) -> Any:
    return world.owner.call("GET", "/v1/unknown")


@way("answer", "model_not_found")
def _(world: World) -> Any:
    return world.owner.call("GET", "/v1/models/unknown")


@way("answer", "plan_not_found")
def _(world: World) -> Any:
    return world.submit(plan="unknown")


@way("answer", "key_not_found")
def _(world: World) -> Any:
    return world.owner.call("GET", f"/v1/keys/{NOTHING}")


@way("answer", "job_not_found")
def _(world: World) -> Any:
    return world.owner.call("GET", f"/v1/jobs/{NOBODY}")


@way("answer", "idempotency_conflict")
def _(world: World) -> Any:
    world.owner.submit(world.order(), "once")
    return world.owner.submit(world.order(), "once")


@way("answer", "part_conflict")
def _(world: World) -> Any:
    job = world.submit().json["job"]["id"]
    return world.owner.call("POST", f"/v1/jobs/{job}/uploads", {"uploads": world.order()["uploads"]})


@way("answer", "model_retired")
def _(world: World) -> Any:
    world.store().retire("linear@1")
    return world.submit()


@way("answer", "manifest_mismatch")
def _(world: World) -> Any:
    return world.submit(manifest=NOTHING)


@way("answer", "wrong_key")
def _(world: World) -> Any:
    return world.submit(key=world.owner.enroll(world.private))


@way("answer", "wrong_length")
def _(world: World) -> Any:
    return world.submit(uploads=[{"part": 0, "rows": 4, "bytes": 1, "sha256": NOTHING}])


@way("answer", "internal_error")
def _(world: World) -> Any:
    world.patch.setattr(models, "every", None)
    return world.owner.call("GET", "/v1/models")


@way("answer", "unavailable")
def _(world: World) -> Any:
    world.owner.aws.dynamodb.delete_table(TableName=TABLE)
    return world.owner.call("GET", "/v1/jobs")


@way("answer", "evaluation_failed")
def _(world: World) -> Any:
    world.replace("models/linear/1/manifest.json", b"{}")
    return world.submit()
