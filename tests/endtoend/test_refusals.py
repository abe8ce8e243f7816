"""What is refused on the way, by storage and by the evaluator, and that nothing is lost by it."""

import base64
import hashlib
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest

from sealdrop import Client, RefusedInput, ServiceRefused
from sealdrop.local import Stack
from sealdrop_core.manifest import Manifest
from sealdrop_core.sealed import Header, split
from tests.endtoend.conftest import Clock, Published


class Owner:
    """A data owner who speaks the protocol by hand."""

    def __init__(self, stack: Stack, client: Client, published: Published) -> None:
        model = client.model(published.name)
        self.manifest: Manifest = model.manifest
        self.plan = self.manifest.plan_for(3)
        model.predict(published.held_out[:3])  # enrolls the keys
        self.published = published
        self.keyring = client._deployment.keystore.keyring(self.plan)
        self.http = httpx.Client(base_url=stack.url, headers={"authorization": f"Bearer {stack.token('hospital')}"})

    def seal(self) -> bytes:
        rows = np.asarray(self.published.held_out)[:3]
        return self.keyring.seal(self.manifest, self.plan, rows)

    def create(self, file: bytes) -> httpx.Response:
        """Ask for a job of one part for the bytes of a file."""
        upload = {"part": 0, "rows": 3, "bytes": len(file), "sha256": hashlib.sha256(file).hexdigest()}
        order = {
            "model": self.manifest.reference,
            "manifest": self.manifest.digest,
            "plan": self.plan.id,
            "key": self.keyring.key_id(self.plan),
            "rows": 3,
            "parts": 1,
            "uploads": [upload],
        }
        return self.http.post("/v1/jobs", json=order, headers={"idempotency-key": uuid4().hex})

    def submit(self, file: bytes) -> dict[str, Any]:
        """Create a job of one part for the bytes of a file; return the answer."""
        answer = self.create(file)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def outcome(self, job: str, seconds: float = 30.0) -> dict[str, Any]:
        """Follow a job to its end; return it and its part."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page = self.http.get(f"/v1/jobs/{job}").json()
            if page["job"]["state"] not in ("awaiting_upload", "evaluating"):
                return dict(page)
            time.sleep(0.1)
        raise AssertionError(f"the job hangs: {page}")


@pytest.fixture(scope="module")
def owner(stack: Stack, client: Client, cancer: Published) -> Owner:
    return Owner(stack, client, cancer)


def _put(grant: dict[str, Any], body: bytes, **headers: str) -> httpx.Response:
    return httpx.put(grant["url"], content=body, headers=grant["headers"] | headers)


def test_storage_takes_the_announced_bytes_once_and_in_time(owner: Owner, clock: Clock) -> None:
    file = owner.seal()
    created = owner.submit(file)
    (grant,) = created["uploads"]
    other = bytes([*file[:-1], file[-1] ^ 1])
    digest = base64.b64encode(hashlib.sha256(other).digest()).decode()

    assert _put(grant, other).status_code == 400  # not the checksum that was announced
    assert _put(grant, other, **{"x-amz-checksum-sha256": digest}).status_code == 403  # a header was signed otherwise
    for wrong in (file + b"x", file[:-1]):  # not the length that was signed
        assert _put(grant, wrong, **{"content-length": str(len(wrong))}).status_code == 403
    clock.ahead = timedelta(hours=2)
    assert "expired" in _put(grant, file).text
    clock.ahead = timedelta()
    assert owner.http.get(f"/v1/jobs/{created['job']['id']}").json()["job"]["state"] == "awaiting_upload"

    assert _put(grant, file).status_code == 200
    assert _put(grant, file).status_code == 412  # written once
    assert owner.outcome(created["job"]["id"])["job"]["state"] == "succeeded"


def _of_another_model(owner: Owner, file: bytes) -> bytes:
    header, body = split(file, "input")
    return Header("input", {**header.fields, "model": "breast-cancer@9"}).render() + bytes(body)


def _residues_too_large(owner: Owner, file: bytes) -> bytes:
    header, body = split(file, "input")
    return header.render() + b"\xff" * len(body)


def _random(owner: Owner, file: bytes) -> bytes:
    return np.random.default_rng(0).bytes(len(file))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_of_another_model, "wrong_model"),
        (_residues_too_large, "residue_out_of_range"),
        (_random, "malformed_header"),
    ],
)
def test_a_spoiled_body_fails_its_part_with_a_code(owner: Owner, spoil: Any, code: str) -> None:
    file = spoil(owner, owner.seal())
    created = owner.submit(file)
    assert _put(created["uploads"][0], file).status_code == 200
    page = owner.outcome(created["job"]["id"])
    assert page["job"]["state"] == "failed"
    assert page["parts"][0]["error"]["code"] == code
    assert page["parts"][0]["error"]["remedy"]


def test_a_truncated_body_is_refused_before_it_is_uploaded(owner: Owner) -> None:
    answer = owner.create(owner.seal()[:-100])
    assert answer.status_code == 422
    assert answer.json()["code"] == "wrong_length"


def test_a_stranger_learns_nothing_of_a_job(owner: Owner, stack: Stack) -> None:
    created = owner.submit(owner.seal())
    stranger = {"authorization": f"Bearer {stack.token('stranger')}"}
    of_another = httpx.get(f"{stack.url}/v1/jobs/{created['job']['id']}", headers=stranger)
    of_nobody = httpx.get(f"{stack.url}/v1/jobs/{'0' * 26}", headers=stranger)
    assert of_another.status_code == of_nobody.status_code == 404
    answers = [answer.json() | {"request_id": ""} for answer in (of_another, of_nobody)]
    assert answers[0] == answers[1]
    assert httpx.get(f"{stack.url}/v1/jobs").status_code == 401


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda rows: rows[:, :-1], "wrong_columns"),
        (lambda rows: np.where(np.arange(rows.shape[1]) == 4, np.nan, rows), "not_finite"),
        (lambda rows: np.where(np.arange(rows.shape[1]) == 4, np.inf, rows), "not_finite"),
        (lambda rows: rows * 1000, "out_of_range"),
    ],
)
def test_rows_are_refused_before_anything_is_sealed(client: Client, cancer: Published, change: Any, code: str) -> None:
    before = len(client.jobs())
    with pytest.raises(RefusedInput) as refusal:
        client.model("breast-cancer").predict(change(np.asarray(cancer.held_out)[:3]))
    assert refusal.value.code == code
    assert len(client.jobs()) == before


def test_an_unknown_model_is_named_as_such(client: Client) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        client.model("no-such-model")
    assert refusal.value.code == "model_not_found"
