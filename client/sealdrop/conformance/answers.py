"""An answer of the API, held against the OpenAPI document as soon as it comes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from sealdrop.conformance.violations import Violation, require

_BASE = "urn:sealdrop:openapi"
_PROBLEM = "application/problem+json"
# what a gateway may answer by itself, before anything of ours has seen the request
_IN_FRONT = frozenset({401, 403, 413, 429, 503, 504})


@cache
def document() -> Mapping[str, Any]:
    """Return the OpenAPI document: the installed one, or that of the clone around this file."""
    installed = files("sealdrop.conformance") / "openapi.json"
    clone = Path(__file__).parents[3] / "contract" / "openapi.json"
    found: Mapping[str, Any] = json.loads(installed.read_text() if installed.is_file() else clone.read_text())
    return found


@cache
def _registry() -> Registry[Any]:
    found: Registry[Any] = Registry().with_resource(_BASE, DRAFT202012.create_resource(document()))
    return found


@cache
def _paths() -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    """Return the operations by path, those without variables first."""
    found = sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
    return tuple((re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations) for path, operations in found)


def _operation(method: str, path: str) -> Mapping[str, Any] | None:
    matching = (operations for pattern, operations in _paths() if pattern.fullmatch(path))
    found: Mapping[str, Any] | None = next(matching, {}).get(method.lower())
    return found


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    request: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @cached_property
    def json(self) -> Any:
        """The body as JSON; raises Violation when it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            raise Violation(f"{self.request}: the answer is no JSON") from None

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        return self.json.get("code") if self.content and isinstance(self.json, dict) else None

    def validate(self, method: str, path: str) -> None:
        """Raise Violation unless status, media type and body are ones the OpenAPI document has for the request."""
        if self.status in _IN_FRONT and self.code is None:
            return
        operation = _operation(method, path)
        if operation is None:
            self._hold(_PROBLEM, {"$ref": f"{_BASE}#/components/schemas/Problem"})
            return
        listed = operation["responses"].get(str(self.status))
        require(listed is not None, f"{self.request}: status {self.status} is not one of this operation's")
        for media_type, content in listed.get("content", {}).items():
            self._hold(media_type, content["schema"])
        if self.status >= 400:
            require(f"{self.code}" in listed["description"], f"{self.request}: code {self.code} is not listed for it")

    def _hold(self, media_type: str, schema: Mapping[str, Any]) -> None:
        given = self.headers.get("content-type", "").partition(";")[0]
        require(given == media_type, f"{self.request}: the media type is {given or 'missing'}, not {media_type}")
        absolute = json.loads(json.dumps(schema).replace('"#/', f'"{_BASE}#/'))
        validator = Draft202012Validator(absolute, registry=_registry())
        for error in validator.iter_errors(self.json):
            place = ".".join(map(str, error.absolute_path)) or "the body"
            raise Violation(f"{self.request}: {place}: {error.message[:200]}")

    def require(self, *statuses: int) -> "Answer":
        """Return the answer; raise Violation unless it has one of the statuses."""
        said = f" ({self.code})" if self.status >= 400 and self.content else ""
        require(self.status in statuses, f"{self.request}: {self.status}{said} where {statuses} is due")
        return self

    def refused(self, status: int, code: str) -> "Answer":
        """Return the answer; raise Violation unless it is this refusal."""
        given = (self.status, self.code)
        require(given == (status, code), f"{self.request}: {given} where {(status, code)} is due")
        return self
