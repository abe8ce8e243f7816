"""The API's Lambda: HTTP requests in, answers out."""

from threading import Lock
from typing import Any

from api.routes import app
from cloud.clients import clients

# the resolver keeps the current event in a class attribute: where handlers share a process, requests must not mix
_one_at_a_time = Lock()

clients()  # at init, when Lambda lends a whole core


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event, payload version 2.0."""
    # every body is read as JSON, whatever it calls itself: the parsers of forms and files see none of it
    headers = (event.get("headers") or {}) | {"content-type": "application/json"}
    with _one_at_a_time:
        return app.resolve(event | {"headers": headers}, context)
