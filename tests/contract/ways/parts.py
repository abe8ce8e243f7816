"""Ways to the codes of parts."""

import hashlib
import os
import signal
from typing import Any

from botocore.exceptions import EndpointConnectionError

from evaluate import process
from sealdrop_core.circuit import Affine, Circuit
from sealdrop_core.manifest import Weights
from tests.contract.ways.world import NOTHING, World, header_field, way
from tests.functions.events import BUCKET


@way("part", "malformed_header")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=lambda file: file[::-1]))


@way("part", "unsupported_version")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=lambda file: file.replace(b"/1 ", b"/2 ", 1)))


@way("part", "wrong_kind")
def _(world: World) -> Any:
    keys = world.owner.model.keyrings[world.private.id].enrollment(world.private)
    return world.evaluate(world.send(world.private, lambda file: keys.ljust(len(file))[: len(file)]))


@way("part", "wrong_length")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=lambda file: file[:-1]))


@way("part", "too_large")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=lambda file: file + b"\0"))


@way("part", "wrong_checksum")
def _(world: World) -> Any:
    grant = world.submit().json
    return world.evaluate((grant["job"]["id"], world.owner.put(grant["uploads"][0], world.seal())))


@way("part", "wrong_model")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=header_field("model", "lineal@1")))


@way("part", "wrong_plan")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=header_field("plan", "x" * len(world.plan.id))))


@way("part", "wrong_key")
def _(world: World) -> Any:
    return world.evaluate(world.send(world.private, header_field("key", NOTHING)))


@way("part", "wrong_rows")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=header_field("rows", "5")))


@way("part", "residue_out_of_range")
def _(world: World) -> Any:
    return world.evaluate(world.send(change=lambda file: file[:-8] + b"\xff" * 8))


@way("part", "key_not_found")
def _(world: World) -> Any:
    sent = world.send(world.private)
    (keys,) = world.owner.aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")["Versions"]
    world.owner.aws.s3.delete_object(Bucket=BUCKET, Key=keys["Key"], VersionId=keys["VersionId"])
    return world.evaluate(sent)


@way("part", "key_malformed")
def _(world: World) -> Any:
    sent = world.send(world.private)
    (keys,) = world.owner.aws.s3.list_objects_v2(Bucket=BUCKET, Prefix="keys/")["Contents"]
    enrolled = world.owner.model.keyrings[world.private.id].enrollment(world.private)
    world.replace(keys["Key"], enrolled[:-1] + bytes([enrolled[-1] ^ 1]))
    return world.evaluate(sent)


@way("part", "malformed_weights")
def _(world: World) -> Any:
    weights = Circuit((Affine([[1.0]], [0.0]),)).to_bytes()
    digest = Weights(sha256=hashlib.sha256(weights).hexdigest(), bytes=len(weights))
    manifest = world.owner.model.manifest.model_copy(update={"name": "broken", "weights": digest})
    world.store().add(manifest, weights)
    sealed = world.owner.model.keyrings[world.plan.id].seal(manifest, world.plan, world.rows)
    order = world.owner.request(world.plan, {0: (4, sealed)}, model="broken@1", manifest=manifest.digest)
    answer = world.owner.submit(order).json
    return world.evaluate((answer["job"]["id"], world.owner.put(answer["uploads"][0], sealed)))


@way("part", "upload_expired")
def _(world: World) -> Any:
    job, (key, version) = world.send()
    world.owner.aws.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
    return world.evaluate((job, (key, version)))


@way("part", "unavailable")
def _(world: World) -> Any:
    def unreachable(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="s3")

    sent = world.send()
    world.patch.setattr(world.owner.aws.s3, "put_object", unreachable)
    return world.evaluate(sent, times=5)


@way("part", "evaluation_failed")
def _(world: World) -> Any:
    sent = world.send()
    world.replace("models/linear/1/weights.npz", b"other")
    return world.evaluate(sent)


@way("part", "evaluation_timeout")
def _(world: World) -> Any:
    return world.evaluate(world.send(), times=5, seconds=5)  # nothing is left after the reserve


@way("part", "worker_died")
def _(world: World) -> Any:
    real = process._converse

    def fatal(*conversation: Any) -> bytes:
        for worker in world.pool._processes:
            os.kill(worker._process.pid, signal.SIGKILL)
        return real(*conversation)

    world.patch.setattr(process, "_converse", fatal)
    return world.evaluate(world.send(), times=5)


@way("part", "delivery_failed")
def _(world: World) -> Any:
    return world.bury(world.send())
