"""What a part takes in, checked before any work is done: cheap checks first."""

import hashlib
from functools import lru_cache
from typing import NamedTuple

from cloud import models, objects, paths
from cloud.jobs import Job
from cloud.messages import Arrival
from cloud.parts import Part
from cloud.settings import settings
from evaluate.process import Work
from sealdrop_core.errors import EvaluationFailed, MalformedSeal, Mismatch, NotFound
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import Header, split


class Intake(NamedTuple):
    """A sealed input that is what its job says it is, and what evaluating it takes."""

    header: Header
    body: memoryview
    work: Work


def take_in(job: Job, part: Part, arrival: Arrival) -> Intake:
    """Read a part's sealed input and check it against its job.

    Raises NotFound (`upload_expired`, `key_not_found`), MalformedSeal or Mismatch, each with the code of what is wrong.
    """
    plan = _plan(job)
    sealed = _read(part, arrival)
    header, body = split(sealed, "input")
    _check_header(header, job, part)
    if len(body) != plan.input_bytes(part.rows):
        raise MalformedSeal(f"{part.rows} rows do not take {len(body)} bytes", code="wrong_length")
    if hashlib.sha256(sealed).hexdigest() != part.sha256:
        raise MalformedSeal("the file is not the one that was announced", code="wrong_checksum")
    return Intake(header, body, _work(job, plan))


def _plan(job: Job) -> Plan:
    plan = models.manifest(job.model, job.manifest).plan(job.plan)
    if plan is None:
        raise EvaluationFailed("the model has lost this plan", remedy="Ask the model owner.")
    return plan


def _read(part: Part, arrival: Arrival) -> bytes:
    try:
        sealed = objects.read(arrival.slot.input, part.bytes, arrival.version).body
    except NotFound:
        raise NotFound(
            "the sealed input is gone", code="upload_expired", remedy="Submit the rows in a new job."
        ) from None
    if len(sealed) != part.bytes:
        raise MalformedSeal(f"{len(sealed)} bytes arrived and {part.bytes} were announced", code="wrong_length")
    return sealed


def _check_header(header: Header, job: Job, part: Part) -> None:
    expected = {
        "model": (job.model, "wrong_model"),
        "manifest": (job.manifest, "wrong_model"),
        "plan": (job.plan, "wrong_plan"),
        "key": (job.key or "none", "wrong_key"),
        "rows": (str(part.rows), "wrong_rows"),
    }
    for name, (value, code) in expected.items():
        if header.fields[name] != value:
            raise Mismatch(f"the file's {name} and the job's differ", code=code)


def _work(job: Job, plan: Plan) -> Work:
    weights = models.weights(models.manifest(job.model, job.manifest))
    program = f"{job.manifest}/{plan.id}"
    if job.key is None:
        return Work(plan, program, weights)
    body = _keys(job.tenant, job.key, plan.key_configuration, plan.key_bytes)
    return Work(plan, program, weights, f"{job.tenant}/{job.key}", body)


@lru_cache(maxsize=4)
def _keys(tenant: str, key: str, configuration: str, length: int) -> memoryview:
    """Return the body of a sealed keys file; its name is its digest, so a copy never grows old."""
    try:
        sealed = objects.read(paths.keys(tenant, key), settings().max_part_bytes).body
    except NotFound:
        raise NotFound("the keys are gone", code="key_not_found", remedy="Enroll the keys again.") from None
    header, body = split(sealed, "keys")
    if header.fields["configuration"] != configuration:
        raise Mismatch("the enrolled keys are for another key configuration", code="wrong_key")
    if hashlib.sha256(sealed).hexdigest() != key or len(body) != length:
        raise MalformedSeal("the enrolled keys are damaged", code="key_malformed", remedy="Enroll the keys again.")
    return body
