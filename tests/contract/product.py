"""The product as a reader of golden files: the evaluator takes inputs and keys in, the client opens results."""

import hashlib
from time import monotonic
from typing import Any

import numpy as np

from cloud import objects, paths
from cloud.jobs import Job
from cloud.messages import Arrival
from cloud.objects import Content
from cloud.parts import Part
from cloud.paths import Slot
from evaluate.intake import take_in
from evaluate.pool import Pool
from sealdrop_core.errors import NotFound
from sealdrop_core.jobs import JobState, PartState
from sealdrop_core.sealed import Header, split
from tests.contract.vectors import owners
from tests.contract.vectors.circuits import CIRCUITS
from tests.contract.vectors.models import MANIFESTS
from tests.contract.vectors.vector import FOLDER, Vector

SLOT = Slot("t" + "0" * 32, "0" * 26, 0)


class Product:
    """The evaluator with a bucket that is a dict, and the client's keyring with the golden secrets."""

    def __init__(self, pool: Pool, monkeypatch: Any) -> None:
        self.pool, self.bucket = pool, dict[str, bytes]()
        for name, manifest in MANIFESTS.items():
            self.bucket[paths.manifest(name, 1)] = manifest.canonical()
            self.bucket[paths.weights(name, 1)] = CIRCUITS[name].to_bytes()
        monkeypatch.setattr(objects, "read", self._read)

    def _read(self, key: str, limit: int, version: str | None = None) -> Content:
        if key not in self.bucket:
            raise NotFound("the object is not there")
        return Content(self.bucket[key], version)

    def read(self, vector: Vector) -> Any:
        """Read a golden file as what it should be; return the scores of a result. Raises SealdropError."""
        return getattr(self, f"read_{vector.kind}")(vector)

    def read_input(self, vector: Vector) -> np.ndarray:
        """Evaluate a sealed input and open the result."""
        key = vector.fields["key"]
        if key != "none":
            self.bucket[paths.keys(SLOT.tenant, key)] = accepted("keys", vector.fields["plan"]).payload
        return self._evaluate(vector, vector.payload, None if key == "none" else key, int(vector.fields["rows"]))

    def read_keys(self, vector: Vector) -> None:
        """Evaluate the golden input of the same plan under a keys file."""
        key = hashlib.sha256(vector.payload).hexdigest()
        self.bucket[paths.keys(SLOT.tenant, key)] = vector.payload
        header, body = split(accepted("input", vector.fields["plan"]).payload, "input")
        sealed = Header("input", {**header.fields, "key": key}).render() + body
        self._evaluate(vector, sealed, key, header.rows)

    def read_result(self, vector: Vector) -> np.ndarray:
        """Open a sealed result."""
        return self._open(vector, vector.payload, vector.fields)

    def _evaluate(self, vector: Vector, sealed: bytes, key: str | None, rows: int) -> np.ndarray:
        manifest = MANIFESTS[vector.fields["manifest"]]
        self.bucket[SLOT.input] = sealed
        sha256 = hashlib.sha256(sealed).hexdigest()
        order = {"model": manifest.reference, "manifest": manifest.digest, "plan": vector.fields["plan"], "key": key}
        job = Job(
            **order,
            rows=rows,
            parts=1,
            tenant=SLOT.tenant,
            id=SLOT.job,
            state=JobState.EVALUATING,
            created=0,
            expires=0,
        )
        part = Part.model_construct(part=0, rows=rows, bytes=len(sealed), sha256=sha256, state=PartState.EVALUATING)
        intake = take_in(job, part, Arrival(SLOT, None))
        body = self.pool.evaluate(intake.work, intake.body, rows, monotonic() + 60)
        answer = {"job": SLOT.job, "part": "0", "input": sha256, "key": key or "none", "rows": str(rows)}
        fields = {**intake.header.fields, **answer, "bytes": str(len(body))}
        return self._open(vector, Header("result", fields).render() + body, answer)

    def _open(self, vector: Vector, sealed: bytes, asked: Any) -> np.ndarray:
        manifest = MANIFESTS[vector.fields["manifest"]]
        plan = manifest.plan(vector.fields["plan"])
        keyring = owners.keyring_of(plan, owners.read_secret(plan.parameters))
        keyring.key_id = lambda plan: asked["key"] if asked["key"] != "none" else None
        expected = {"job": asked["job"], "part": int(asked["part"]), "rows": int(asked["rows"])}
        return keyring.open(manifest, plan, sealed, input_sha256=asked["input"], **expected)


def accepted(kind: str, plan: str) -> Vector:
    """Return the golden file of a kind and a plan that is to be accepted."""
    return Vector.read(FOLDER / kind / f"{plan}.vector")


def scores_of(vector: Vector) -> np.ndarray:
    """Return what the circuit makes of the rows of a golden input."""
    manifest = MANIFESTS[vector.fields["manifest"]]
    values, normalization = np.array(vector.numbers("values")), manifest.normalization
    scaled = (values - np.array(normalization.center)) / np.array(normalization.scale)
    return CIRCUITS[vector.fields["manifest"]].evaluate(scaled)
