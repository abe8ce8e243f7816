"""Refusals on the wire: problem details (RFC 9457) with a code, a remedy and the request's id."""

import json
import re
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic_core import from_json

from sealdrop_core import sealed
from sealdrop_core.errors import InvalidRequest, NotFound, SealdropError, UnsupportedVersion

logger = Logger()


def register(app: APIGatewayHttpResolver) -> None:
    """Answer everything a route can raise, here and nowhere else."""

    def answer(error: Exception) -> Response[str]:
        request_id = app.current_event.request_context.request_id
        refusal = _refusal(error, app.current_event.path)
        logger.info("refused", extra={"code": refusal.code, "status": refusal.status, "request_id": request_id})
        body = json.dumps(refusal.problem() | {"request_id": request_id}, separators=(",", ":"))
        headers: dict[str, str | list[str]] = {"Retry-After": "1"} if refusal.retryable else {}
        return Response(refusal.status, "application/problem+json", body, headers=headers)

    app.exception_handler([SealdropError, RequestValidationError, NotFoundError, Exception])(answer)


def parsed(body: str) -> Any:
    """Read a JSON body; raises InvalidRequest."""
    try:
        return from_json(body, allow_inf_nan=False)
    except (TypeError, ValueError):  # half a surrogate pair is no text, and a type error
        raise InvalidRequest("the body is no JSON") from None


def _refusal(error: Exception, path: str) -> SealdropError:
    if isinstance(error, SealdropError):
        return error
    if isinstance(error, RequestValidationError):
        return InvalidRequest(_explained(error))
    if isinstance(error, NotFoundError):
        return _unknown(path)
    if isinstance(error, UnicodeDecodeError):
        return InvalidRequest("the body is no text")
    logger.error("unforeseen", extra={"error": type(error).__name__}, exc_info=error)
    return SealdropError("this should not have happened")


def _unknown(path: str) -> SealdropError:
    """Tell a version that is not spoken here from a resource that is not there."""
    version = re.match(r"/v([1-9][0-9]{0,2})/", path, re.ASCII)
    if version and int(version[1]) != sealed.VERSION:
        return UnsupportedVersion(f"version {version[1]} is not spoken here, only {sealed.VERSION}")
    return NotFound("there is no such resource")


def _explained(error: RequestValidationError) -> str:
    """Say where a request breaks the contract; not what stood there."""
    first = error.errors()[0]
    steps = first.get("loc", ())
    # a member that is not known bears a name of the sender's
    place = ".".join(map(str, steps[:-1] if first.get("type") == "extra_forbidden" else steps))
    return f"{place}: {first.get('msg', 'invalid')}"[:300]
