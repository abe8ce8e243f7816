"""A data owner who does one step of the protocol at a time, so that a check can do any of them wrong."""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import numpy as np

from sealdrop.conformance.answers import Answer
from sealdrop.conformance.peer import Peer
from sealdrop.conformance.violations import Violation, require
from sealdrop.keyring import Keyring
from sealdrop_core.circuit import Array
from sealdrop_core.jobs import JOB_TERMINAL
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import Plan

Files = Mapping[int, tuple[int, bytes]]  # part ↦ rows and sealed file


@dataclass(frozen=True)
class Case:
    """A plan of a model."""

    manifest: Manifest
    plan: Plan

    def rows(self, count: int) -> Array:
        """Return rows inside the calibrated range, the same ones every time; of whole steps where scores are exact."""
        normalization = self.manifest.normalization
        draws = np.random.default_rng(7).uniform(-0.5, 0.5, (count, len(normalization.center)))
        if any(plan.parameters.scheme == "bfv" for plan in self.manifest.plans):
            draws = np.rint(2 * draws)
        rows: Array = draws * np.array(normalization.scale) + np.array(normalization.center)
        return rows


@dataclass
class Owner:
    """One tenant, and its keyrings by key configuration. `patience` is how many seconds a job may take."""

    peer: Peer
    patience: float
    keyrings: dict[str, Keyring] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def keyring(self, case: Case) -> Keyring:
        """Return the keyring for a plan."""
        wanted = case.plan.key_configuration
        if wanted not in self.keyrings:
            self.keyrings[wanted] = Keyring.generate(case.plan)
        return self.keyrings[wanted]

    def seal(self, case: Case, rows: Array) -> bytes:
        """Return a sealed input."""
        return self.keyring(case).seal(case.manifest, case.plan, rows)

    def offer(self, case: Case, keys: bytes) -> Answer:
        """Offer a keys file."""
        body = {"model": case.manifest.reference, "plan": case.plan.id, "bytes": len(keys), "sha256": _sha256(keys)}
        return self.peer.call("POST", "/v1/keys", body)

    def enroll(self, case: Case, keys: bytes | None = None) -> str | None:
        """Enroll the keys a plan needs, or others; return their id."""
        keys = keys or self.keyring(case).enrollment(case.plan)
        if keys is None:
            return None
        shown = self.offer(case, keys).require(200, 201).json
        if shown["upload"]:
            self.put(shown["upload"], keys, 200, 412)
        self.keys.add(shown["key"])
        return str(shown["key"])

    def order(self, case: Case, files: Files, key: str | None = None, *, parts: int | None = None) -> dict[str, Any]:
        """Return the request for a job of sealed files."""
        return {
            "model": case.manifest.reference,
            "manifest": case.manifest.digest,
            "plan": case.plan.id,
            "key": key,
            "rows": sum(rows for rows, _ in files.values()),
            "parts": parts or len(files),
            "uploads": [announced(part, rows, file) for part, (rows, file) in files.items()],
        }

    def submit(self, order: Mapping[str, Any], token: str | None = None) -> Answer:
        """Submit a job under an idempotency key."""
        answer = self.peer.call("POST", "/v1/jobs", order, headers={"idempotency-key": token or secrets.token_hex(16)})
        if answer.status == 201:
            self.jobs.append(answer.json["job"]["id"])
        return answer

    def put(self, grant: Mapping[str, Any], content: bytes, *statuses: int) -> None:
        """Upload a file as a grant says; raises Violation unless storage answers with one of `statuses` (200)."""
        answer = self.peer.store("PUT", grant["url"], content, grant["headers"])
        wanted = statuses or (200,)
        require(answer.status_code in wanted, f"storage answers an upload with {answer.status_code}, not {wanted}")

    def send(self, case: Case, files: Files, key: str | None = None) -> str:
        """Submit and upload a job; return its id."""
        created = self.submit(self.order(case, files, key)).require(201).json
        for grant in created["uploads"]:
            self.put(grant, files[grant["part"]][1])
        return str(created["job"]["id"])

    def look(self, job: str) -> Answer:
        """Look at a job."""
        return self.peer.call("GET", f"/v1/jobs/{job}").require(200)

    def await_end(self, job: str) -> Mapping[str, Any]:
        """Wait until a job has ended; return its last page. Raises Violation when it takes too long."""
        deadline = monotonic() + self.patience
        while monotonic() < deadline:
            answer = self.look(job)
            if answer.json["job"]["state"] in JOB_TERMINAL:
                require("retry-after" not in answer.headers, "an ended job asks for patience")
                page: Mapping[str, Any] = answer.json
                return page
            require("retry-after" in answer.headers, "an unfinished job does not say when to look again")
            sleep(0.1)
        raise Violation(f"job {job} has not ended after {self.patience:.0f} s")

    def fetch(self, part: Mapping[str, Any]) -> bytes:
        """Download the result of a part; its length and digest must be as announced."""
        link = part["download"]
        require(link is not None, f"part {part['part']} succeeded and has no download")
        answer = self.peer.store("GET", link["url"])
        require(answer.status_code == 200, f"storage answers a download with {answer.status_code}")
        require(len(answer.content) == link["bytes"], "a result has another length than announced")
        require(_sha256(answer.content) == link["sha256"], "a result has another SHA-256 than announced")
        return answer.content

    def tidy(self) -> None:
        """Delete every job and key that is left of the checks."""
        paths = [*(f"/v1/jobs/{job}" for job in self.jobs), *(f"/v1/keys/{key}" for key in self.keys)]
        for path in paths:
            with suppress(Violation):
                self.peer.call("DELETE", path)


def announced(part: int, rows: int, file: bytes) -> dict[str, Any]:
    """Return how a part is announced."""
    return {"part": part, "rows": rows, "bytes": len(file), "sha256": _sha256(file)}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
