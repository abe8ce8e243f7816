"""JSON Schemas of what travels as JSON, from the types that the functions read and write."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from api import resources
from api.keys import Offer
from api.orders import JobRequest, PartsRequest
from baseline.plaintext import Rows, Scores
from sealdrop_core.manifest import Manifest
from tests.contract.documents.raised import ROOT

FOLDER = ROOT / "contract" / "schemas"


class Problem(BaseModel):
    """Why a request was refused: problem details (RFC 9457), and what to do about it."""

    type: str = Field(pattern=r"^urn:sealdrop:problem:[a-z_]+$")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: str = Field(pattern=r"^[a-z_]+$")
    remedy: str
    retryable: bool
    request_id: str


REQUESTS: tuple[type[BaseModel], ...] = (Offer, JobRequest, PartsRequest, Rows)
ANSWERS: tuple[type[BaseModel], ...] = (
    *(resources.Health, resources.ModelList, resources.Description, resources.KeyView),
    *(resources.JobCreated, resources.Uploads, resources.JobList, resources.JobPage),
    *(Scores, Problem, Manifest),
)


def documents() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every schema and the file it belongs in."""
    for kind in (*REQUESTS, *ANSWERS):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:sealdrop:schema:v1:{name}"}
        yield FOLDER / f"{name}.json", head | schema(kind)


def schema(kind: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a type; a description's manifest is a manifest."""
    mode = "validation" if kind in REQUESTS else "serialization"
    found = TypeAdapter(kind).json_schema(mode=mode)
    if kind is resources.Description:
        manifest = schema(Manifest)
        found["$defs"] = manifest.pop("$defs") | {"Manifest": manifest}
        found["properties"]["manifest"] = {"$ref": "#/$defs/Manifest"}
    return found


def rendered(document: Mapping[str, Any]) -> str:
    """Return a JSON document as it is kept."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
