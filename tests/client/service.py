"""A deployment in memory: the contract's API and object storage, behind httpx.MockTransport."""

import json
import re
from collections import Counter
from collections.abc import Callable
from threading import Lock

import httpx

from sealdrop_core.manifest import Manifest
from tests.client.objects import Objects
from tests.client.stored import StoredJob

API, TOKEN = "https://api.test/stage", "good-token"
Rule = Callable[[httpx.Request], httpx.Response | None]


class Service:
    """Rows are evaluated as they arrive; results show after `looks_before_done` looks at the job.

    A rule in `rules` sees every request first and may answer it. `log` has "METHOD path" of every request.
    """

    def __init__(self) -> None:
        self.models: dict[str, tuple[Manifest, bytes]] = {}
        self.objects = Objects(self.models)
        self.jobs: dict[str, StoredJob] = {}
        self.repeats: dict[str, str] = {}
        self.rules: list[Rule] = []
        self.log: list[str] = []
        self.requests: list[httpx.Request] = []
        self.looks: Counter[str] = Counter()
        self.looks_before_done = 0
        self._lock = Lock()

    # what sealdrop.publish takes for a store

    def newest(self, name: str) -> Manifest | None:
        """Return nothing: every publication is a first one."""

    def add(self, manifest: Manifest, weights: bytes) -> Manifest:
        """Keep a model."""
        self.models[manifest.reference] = manifest, weights
        return manifest

    # what httpx.MockTransport takes for a network

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        request.read()
        path = request.url.path.removeprefix("/stage")
        with self._lock:
            self.log.append(f"{request.method} {path}")
            self.requests.append(request)
            for rule in self.rules:
                answer = rule(request)
                if answer is not None:
                    return answer
            if request.url.host == "storage.test":
                return self._store(request)
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return problem(401, "unauthenticated")
            return self._api(request, path)

    def fail(self, pattern: str, *answers: httpx.Response | BaseException) -> None:
        """Give these answers to the next requests whose "METHOD path" matches, then behave again."""
        left = list(answers)

        def rule(request: httpx.Request) -> httpx.Response | None:
            if not left or not re.search(pattern, f"{request.method} {request.url.path}"):
                return None
            answer = left.pop(0)
            if isinstance(answer, BaseException):
                raise answer
            return answer

        self.rules.append(rule)

    def _api(self, request: httpx.Request, path: str) -> httpx.Response:  # noqa: C901 (a routing table)
        body = json.loads(request.content) if request.content else {}
        match request.method, path.split("/")[2:]:
            case "GET", ["models"]:
                listed = [
                    {"name": m.name, "version": m.version, "reference": m.reference, "digest": m.digest}
                    for m, _ in self.models.values()
                ]
                return httpx.Response(200, json={"models": listed})
            case "GET", ["models", reference]:
                return self._model(reference)
            case "POST", ["keys"]:
                return self._enroll(body)
            case "POST", ["jobs"]:
                return self._create(body, request.headers["idempotency-key"])
            case "POST", ["jobs", job, "uploads"]:
                return httpx.Response(200, json={"uploads": self._grants(job, body["uploads"])})
            case "GET", ["jobs"]:
                return self._list(request)
            case "GET", ["jobs", job] if job in self.jobs:
                return self._look(job, int(request.url.params.get("after", -1)))
            case "DELETE", ["jobs", job] if self.jobs.pop(job, None):
                return httpx.Response(204)
        return problem(404, "job_not_found")

    def _model(self, reference: str) -> httpx.Response:
        for known, (manifest, _) in self.models.items():
            if reference in (known, manifest.name):
                return httpx.Response(
                    200, json={"digest": manifest.digest, "manifest": json.loads(manifest.canonical())}
                )
        return problem(404, "model_not_found", remedy="List the models.")

    def _enroll(self, body: dict) -> httpx.Response:
        name = f"keys/t/{body['sha256']}"
        there = name in self.objects
        grant = None if there else self.objects.grant(name, body["sha256"], body["bytes"])
        state = "enrolled" if there else "awaiting_upload"
        answer = {"key": body["sha256"], "configuration": "c", "state": state, "upload": grant}
        return httpx.Response(200 if there else 201, json=answer)

    def _create(self, body: dict, key: str) -> httpx.Response:
        if body["key"] and f"keys/t/{body['key']}" not in self.objects:
            return problem(404, "key_not_found", remedy="Enroll the keys.")
        job = self.repeats.setdefault(key, f"j{len(self.jobs):025d}")
        self.jobs.setdefault(job, StoredJob(body))
        uploads = self._grants(job, body["uploads"])
        return httpx.Response(201, json={"job": self.jobs[job].record(job), "uploads": uploads})

    def _grants(self, job: str, uploads: list[dict]) -> list[dict]:
        grants = []
        for upload in uploads:
            self.jobs[job].parts.setdefault(upload["part"], {**upload, "state": "awaiting_upload"})
            name = f"inputs/t/{job}/{upload['part']:06d}"
            grants.append({"part": upload["part"], **self.objects.grant(name, upload["sha256"], upload["bytes"])})
        return grants

    def _store(self, request: httpx.Request) -> httpx.Response:
        answer = self.objects.answer(request)
        kind, _, *rest = request.url.path[1:].split("/")
        if (request.method, kind, answer.status_code) == ("PUT", "inputs", 200):
            job, number = rest
            self.jobs[job].parts[int(number)]["state"] = "succeeded"
        return answer

    def _list(self, request: httpx.Request) -> httpx.Response:
        start, limit = int(request.url.params.get("cursor", 0)), int(request.url.params["limit"])
        ids = sorted(self.jobs, reverse=True)
        cursor = str(start + limit) if start + limit < len(ids) else None
        return httpx.Response(
            200, json={"jobs": [self.jobs[j].record(j) for j in ids[start : start + limit]], "cursor": cursor}
        )

    def _look(self, job: str, after: int) -> httpx.Response:
        self.looks[job] += 1
        hidden = self.looks[job] <= self.looks_before_done
        later = sorted(number for number in self.jobs[job].parts if number > after)
        parts = [self.jobs[job].part(job, number, self.objects, hidden) for number in later[:100]]
        record = self.jobs[job].record(job)
        if hidden:
            record["state"] = "evaluating"
        going = record["state"] == "evaluating"
        answer = {"job": record, "parts": parts, "next": later[99] if len(later) > 100 else None}
        return httpx.Response(200, json=answer, headers={"retry-after": "0"} if going else {})


def problem(status: int, code: str, *, remedy: str = "Do otherwise.", **headers: str) -> httpx.Response:
    """Return problem details."""
    details = {"code": code, "detail": f"about {code}", "remedy": remedy, "status": status, "request_id": "r-1"}
    return httpx.Response(status, json=details, headers=headers)
