"""One job as its owner and the service write it: the requests and answers around golden files."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sealdrop_core.errors import NotFound
from sealdrop_core.sealed import MEDIA_TYPE
from tests.contract.documents.raised import ROOT
from tests.contract.vectors.models import MANIFESTS
from tests.contract.vectors.vector import FOLDER, Vector

EXAMPLES = ROOT / "contract" / "examples"
JOB, STORAGE = "01jzn8d3v7q4c5x6y7z8a9b0c1", "https://storage.example/sealdrop"
CREATED, EXPIRES, SOON = "2026-07-01T12:00:00Z", "2026-07-01T13:00:00Z", "2026-07-01T12:15:00Z"
Document = Mapping[str, Any]


def documents() -> Iterator[tuple[Path, Document]]:
    """Yield every example and the file it belongs in: `<schema>.json`, or `<schema>.<what it shows>.json`."""
    plan = "tiny_private"
    keys, sealed, result = (_golden(kind, plan) for kind in ("keys", "input", "result"))
    job, part = _job(plan, keys), {"part": 0, "rows": 3, "bytes": len(sealed)}
    upload = part | {"sha256": _sha256(sealed)}
    order = {name: job[name] for name in ("model", "manifest", "plan", "key", "rows", "parts")}
    grant = {"part": 0} | _grant(f"inputs/{JOB}/000000", sealed)
    done = part | {"state": "succeeded", "milliseconds": 3, "error": None, "download": _download(result)}
    reason = {
        "code": "wrong_rows",
        "detail": "the file's rows and the job's differ",
        "remedy": "Seal again.",
    }
    failed = part | {"state": "failed", "milliseconds": None, "error": reason, "download": None}
    examples: dict[str, Document] = {
        "health": {"status": "ok", "protocol": [1]},
        "model-list": {"models": [_model(MANIFESTS["tiny"]), _model(MANIFESTS["square"])]},
        "description": {
            "digest": MANIFESTS["tiny"].digest,
            "plaintext_baseline": False,
            "manifest": json.loads(MANIFESTS["tiny"].canonical()),
        },
        "offer": {"model": "tiny@1", "plan": plan, "bytes": len(keys), "sha256": _sha256(keys)},
        "key-view.awaiting-upload": _key(plan, keys, "awaiting_upload", _grant(f"keys/{_sha256(keys)}", keys)),
        "key-view.enrolled": _key(plan, keys, "enrolled", None),
        "job-request": order | {"uploads": [upload]},
        "job-created": {"job": job, "uploads": [grant]},
        "parts-request": {"uploads": [upload | {"part": 1}]},
        "uploads": {"uploads": [grant | {"part": 1}]},
        "job-list": {"jobs": [job], "cursor": None},
        "job-page.awaiting-upload": _page(job, part | {"state": "awaiting_upload"}),
        "job-page.succeeded": _page(job | {"state": "succeeded", "succeeded": 1}, done),
        "job-page.failed": _page(job | {"state": "failed", "failed": 1, "error": reason}, failed),
        "rows": {"rows": [[1.0, -0.5, 0.0], [3.0, 3.5, 8.0]]},
        "scores": {"reference": "tiny@1", "digest": MANIFESTS["tiny"].digest, "scores": [[0.5, -0.25], [0.25, 0.875]]},
        "problem": NotFound("there is no such job", code="job_not_found").problem()
        | {"request_id": "JKJaXmPLvHcESHA="},
    }
    return ((EXAMPLES / f"{name}.json", document) for name, document in examples.items())


def _golden(kind: str, plan: str) -> bytes:
    return Vector.read(FOLDER / kind / f"{plan}.vector").payload


def _sha256(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()


def _model(manifest: Any) -> Document:
    named = {"name": manifest.name, "version": manifest.version, "reference": manifest.reference}
    return named | {"digest": manifest.digest, "description": manifest.description, "retired": False}


def _key(plan: str, keys: bytes, state: str, upload: Document | None) -> Document:
    configuration = MANIFESTS["tiny"].plan(plan).key_configuration
    return {"key": _sha256(keys), "configuration": configuration, "state": state, "upload": upload}


def _grant(path: str, sealed: bytes) -> dict[str, Any]:
    headers = {
        "content-length": str(len(sealed)),
        "content-type": MEDIA_TYPE,
        "if-none-match": "*",
        "x-amz-checksum-sha256": b64encode(hashlib.sha256(sealed).digest()).decode(),
    }
    return {
        "part": None,
        "method": "PUT",
        "url": f"{STORAGE}/{path}?X-Amz-Signature=...",
        "headers": headers,
        "expires": SOON,
    }


def _download(result: bytes) -> Document:
    url = f"{STORAGE}/results/{JOB}/000000?X-Amz-Signature=..."
    return {"url": url, "bytes": len(result), "sha256": _sha256(result), "expires": SOON}


def _job(plan: str, keys: bytes) -> dict[str, Any]:
    named = {"id": JOB, "state": "awaiting_upload", "model": "tiny@1", "manifest": MANIFESTS["tiny"].digest}
    counts = {"plan": plan, "key": _sha256(keys), "rows": 3, "parts": 1, "succeeded": 0, "failed": 0}
    return named | counts | {"created": CREATED, "expires": EXPIRES, "error": None}


def _page(job: Document, part: Mapping[str, Any]) -> Document:
    return {"job": job, "parts": [{"milliseconds": None, "error": None, "download": None, **part}], "next": None}
