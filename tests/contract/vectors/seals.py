"""Golden files to be accepted: keys, inputs and results as the product makes them, which is different every time.

`make vectors` makes all of them anew, manifests and secrets too.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator

import numpy as np
import tenseal.sealapi as sealapi

from sealdrop.keyring import Keyring
from sealdrop.sealing.keys import seal_keys
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.evaluation import Program
from sealdrop_core.manifest import Manifest
from sealdrop_core.parameters import Parameters
from sealdrop_core.plan import Plan
from sealdrop_core.seal import ring
from sealdrop_core.sealed import Header, split
from tests.contract.vectors import owners
from tests.contract.vectors.circuits import CIRCUITS
from tests.contract.vectors.plans import manifests
from tests.contract.vectors.vector import FOLDER, Vector

JOB, PART = "01jzn8d3v7q4c5x6y7z8a9b0c1", 2
ROWS = 3


def write() -> None:
    """Write manifests, secrets and every golden file to be accepted, all of them new."""
    shutil.rmtree(FOLDER / "secrets", ignore_errors=True)
    drawn: set[Parameters] = set()
    for name, manifest in manifests():
        file = FOLDER / "manifests" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(manifest.canonical())
        for plan in manifest.plans:
            if plan.parameters not in drawn:
                owners.write_secret(plan.parameters, owners.secret_of(Keyring.generate(plan)))
            drawn.add(plan.parameters)
            for vector in _vectors(name, manifest, plan):
                vector.write()


def _vectors(name: str, manifest: Manifest, plan: Plan) -> Iterator[Vector]:
    keyring = _keyring(plan)
    key, enrolled = keyring.key_id(plan) or "none", keyring.enrollment(plan)
    asked = {"manifest": name, "plan": plan.id}
    if enrolled:
        yield _accepted(f"keys/{plan.id}", "the keys this plan asks for", {"kind": "keys"} | asked, enrolled)
    values = _rows(manifest, ROWS)
    sealed = keyring.seal(manifest, plan, values)
    asked |= {"key": key, "rows": str(len(values))}
    rows = {"values": json.dumps(values.tolist())}
    yield _accepted(f"input/{plan.id}", "rows sealed by their owner", {"kind": "input"} | asked | rows, sealed)
    job = {"job": JOB, "part": str(PART), "input": hashlib.sha256(sealed).hexdigest()}
    result = evaluated(CIRCUITS[name], plan, sealed, job, enrolled)
    scores = _scores(manifest, CIRCUITS[name], values)
    answers = {"scores": json.dumps(scores.tolist()), "within": str(plan.quote.error)}
    yield _accepted(f"result/{plan.id}", "scores of these rows", {"kind": "result"} | asked | job | answers, result)


def _accepted(path: str, comment: str, fields: dict[str, str], payload: bytes) -> Vector:
    return Vector(path, {"expect": "ok", "comment": comment} | fields, payload)


def _keyring(plan: Plan) -> Keyring:
    """Return a keyring of the golden secret, with public keys if the plan asks for them."""
    keyring = owners.keyring_of(plan, owners.read_secret(plan.parameters))
    if not plan.keys.needed:
        return keyring
    own = ring(plan.parameters)
    enrolled = seal_keys(own, plan, sealapi.KeyGenerator(own.native, keyring._native))
    return Keyring(plan.parameters, plan.keys, keyring._secret, enrolled)


def _rows(manifest: Manifest, count: int) -> Array:
    """Return rows that are quarters when they are normalised, so that BFV is exact."""
    quarters = np.random.default_rng(1).integers(-4, 5, (count, len(manifest.features))) / 4.0
    return quarters * np.array(manifest.normalization.scale) + np.array(manifest.normalization.center)


def _scores(manifest: Manifest, circuit: Circuit, values: Array) -> Array:
    normalization = manifest.normalization
    return circuit.evaluate((values - np.array(normalization.center)) / np.array(normalization.scale))


def evaluated(circuit: Circuit, plan: Plan, sealed: bytes, job: dict[str, str], enrolled: bytes | None) -> bytes:
    """Return the sealed result of a sealed input."""
    header, body = split(sealed, "input")
    program = Program(circuit, plan)
    keys = program.load_keys(split(enrolled, "keys")[1]) if enrolled else None
    result = program.answer(body, header.rows, keys)
    return Header("result", {**header.fields, **job, "bytes": str(len(result))}).render() + result


if __name__ == "__main__":
    write()
