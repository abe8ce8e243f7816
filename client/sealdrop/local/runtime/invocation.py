"""One invocation: JSON in, JSON out, within Lambda's sizes."""

import json
from typing import Any, Protocol

from sealdrop.local.errors import FunctionFailed
from sealdrop.local.template.functions import Function

MAX_PAYLOAD_BYTES = 6 * 2**20  # of a synchronous event, and of its result


class Runtime(Protocol):
    """Runs functions; `concurrency` is how many calls of one function it takes at a time."""

    @property
    def concurrency(self) -> int:
        """Return how many calls of one function run at a time."""

    def invoke(self, function: Function, event: Any) -> Any:
        """Return the function's result. Raises FunctionFailed."""


def to_payload(function: Function, event: Any) -> bytes:
    """Return an event as the bytes a runtime receives. Raises FunctionFailed."""
    payload = json.dumps(event).encode()
    if len(payload) > MAX_PAYLOAD_BYTES:
        message = f"the event has {len(payload)} bytes, more than {MAX_PAYLOAD_BYTES}"
        raise FunctionFailed(function.name, "RequestEntityTooLargeException", message)
    return payload


def from_payload(function: Function, payload: bytes) -> Any:
    """Return the result in the bytes a runtime sends. Raises FunctionFailed."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        message = f"the result has {len(payload)} bytes, more than {MAX_PAYLOAD_BYTES}"
        raise FunctionFailed(function.name, "Function.ResponseSizeTooLarge", message)
    return json.loads(payload)
