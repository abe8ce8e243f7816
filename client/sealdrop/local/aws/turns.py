"""One request at a time.

moto's backends are plain dictionaries: under concurrent requests a conditional write is not atomic and a message can
get lost. AWS promises both, so requests take turns here, and a long poll gives up its turn while it waits.
"""

import io
import json
import logging
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app

from sealdrop.local.aws.refusal import Refusal
from sealdrop.local.aws.request import header, read_body

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer = tuple[list[bytes], str, list[tuple[str, str]]]  # chunks, status, headers

_RECEIVE = "AmazonSQS.ReceiveMessage"
_RECHECK_SECONDS = 0.5  # a message may become visible again without any request
_logger = logging.getLogger(__name__)


class Turns:
    """WSGI middleware that passes requests on one by one."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._turn = threading.Condition()
        self._patient = True

    def end_long_polls(self) -> None:
        """Answer every waiting ReceiveMessage now, and later ones at once."""
        with self._turn:
            self._patient = False
            self._turn.notify_all()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            body = read_body(environ)
            if header(environ, "x-amz-target") == _RECEIVE:
                answer = self._receive(environ, body)
            else:
                answer = self._pass_on(environ, body)
        except Exception:
            _logger.exception("moto failed at %s", environ["REQUEST_METHOD"])
            refusal = Refusal(500, "InternalError", "We encountered an internal error. Please try again.")
            return refusal.response(environ)(environ, start_response)
        chunks, status, headers = answer
        start_response(status, headers)
        return chunks

    def _pass_on(self, environ: "WSGIEnvironment", body: bytes) -> Answer:
        with self._turn:
            answer = self._respond(environ, body)
            if _may_enqueue(environ):
                self._turn.notify_all()
            return answer

    def _receive(self, environ: "WSGIEnvironment", body: bytes) -> Answer:
        request = json.loads(body)
        deadline = time.monotonic() + min(20, int(request.get("WaitTimeSeconds", 0)))
        body = json.dumps(request | {"WaitTimeSeconds": 0}).encode()
        with self._turn:
            while True:
                chunks, status, headers = self._respond(environ, body)
                remaining = deadline - time.monotonic()
                waits = self._patient and remaining > 0 and status.startswith("200")
                if not waits or b'"Messages"' in b"".join(chunks):
                    return chunks, status, headers
                self._turn.wait(min(remaining, _RECHECK_SECONDS))

    def _respond(self, environ: "WSGIEnvironment", body: bytes) -> Answer:
        request = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        chunks, status, headers = run_wsgi_app(self._app, request, buffered=True)
        return list(chunks), status, list(headers)


def _may_enqueue(environ: "WSGIEnvironment") -> bool:
    """Tell whether a request can put a message in a queue: an S3 upload, or a call of SQS."""
    target = header(environ, "x-amz-target")
    return environ["REQUEST_METHOD"] in ("PUT", "POST") if target is None else target.startswith("AmazonSQS.")
