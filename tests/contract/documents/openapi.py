"""The OpenAPI document: routes and types as Powertools knows them, statuses and refusals as the contract lists them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from api.routes import app
from tests.contract.documents import codes, schemas
from tests.contract.documents.raised import ROOT

FILE = ROOT / "contract" / "openapi.json"
_REF = "#/components/schemas/"
_ALWAYS = ("invalid_request", "unauthenticated", "internal_error", "unavailable")
_MODEL = ("model_not_found", "model_retired", "evaluation_failed")
_PARTS = ("too_large", "wrong_length", "part_conflict", "job_not_found", "evaluation_failed", "plan_not_found")

# operation ↦ statuses of success, and the codes it can be refused with besides those of every operation
OPERATIONS: Mapping[str, tuple[Sequence[int], Sequence[str]]] = {
    "report_health": ((200,), ()),
    "list_models": ((200,), ()),
    "describe_model": ((200,), _MODEL),
    "enroll_keys": ((200, 201), (*_MODEL, "plan_not_found", "wrong_length")),
    "look_up_keys": ((200,), ("key_not_found",)),
    "delete_keys": ((204,), ("key_not_found",)),
    "answer_in_the_clear": ((200,), (*_MODEL, "not_found")),
    "list_jobs": ((200,), ()),
    "submit_job": (
        (200, 201),
        (*_MODEL, *_PARTS, "manifest_mismatch", "key_required", "key_not_found", "wrong_key", "idempotency_conflict"),
    ),
    "follow_job": ((200,), ("job_not_found",)),
    "delete_job": ((204,), ("job_not_found",)),
    "announce_parts": ((200,), _PARTS),
}
# answered by a function of its own, which a deployment has only where its owner wants to compare
BASELINE = "/v1/models/{reference}/plaintext"
_DONE = {200: "Done before, or nothing to create", 201: "Created", 204: "Deleted"}


def document() -> dict[str, Any]:
    """Return the document."""
    made = json.loads(app.get_openapi_json_schema(title="sealdrop", version="1"))
    made["paths"][BASELINE] = _baseline(made["paths"]["/v1/models/{reference}"]["get"])
    paths = {path: dict(sorted(made["paths"][path].items())) for path in sorted(made["paths"])}
    for path in paths.values():
        for operation in path.values():
            _finish(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "sealdrop",
            "version": "1",
            "summary": "Inference on sealed rows; CONTRACT.md says what the bytes mean.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"sigv4": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(_components().items())),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "sigv4": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "AWS SigV4"},
            },
        },
    }


def _baseline(described: dict[str, Any]) -> dict[str, Any]:
    """Return the path of the baseline, which names a model as describing it does."""
    schema = {name: {"application/json": {"schema": {"$ref": f"{_REF}{name}"}}} for name in ("Rows", "Scores")}
    return {
        "post": {
            "operationId": "answer_in_the_clear",
            "parameters": described["parameters"],
            "requestBody": {"content": schema["Rows"], "required": True},
            "responses": {"200": {"content": schema["Scores"]}},
        }
    }


def _finish(operation: dict[str, Any]) -> None:
    """Give an operation its name, its statuses and its refusals."""
    name = operation["operationId"].partition("_v1_")[0]
    done, refused = OPERATIONS[name]
    operation["operationId"] = operation["summary"] = name
    operation["summary"] = name.replace("_", " ").capitalize()
    content = operation["responses"]["200"]["content"]
    found = {status: {"description": _DONE[status], "content": content} for status in done if status != 204}
    if len(done) == 1 and 200 in done:
        found[200]["description"] = "Here it is"
    if 204 in done:
        found[204] = {"description": _DONE[204]}
    operation["responses"] = {str(status): answer for status, answer in (found | _refusals(refused)).items()}


def _refusals(refused: Sequence[str]) -> dict[int, Any]:
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys((*_ALWAYS, *refused)):
        by_status.setdefault(codes.answers()[code], []).append(code)
    content = {"application/problem+json": {"schema": {"$ref": f"{_REF}Problem"}}}
    return {
        status: {"description": f"Refused: {', '.join(by_status[status])}", "content": content}
        for status in sorted(by_status)
    }


def _components() -> dict[str, Any]:
    """Return the schemas of all types, each with those it is made of beside it."""
    found: dict[str, Any] = {}
    for kind in (*schemas.REQUESTS, *schemas.ANSWERS):
        one = json.loads(json.dumps(schemas.schema(kind)).replace("#/$defs/", _REF))
        found |= one.pop("$defs", {}) | {kind.__name__: one}
    return found
