"""Payload format 2.0: a request as an event, a function's result as a response.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import binascii
import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from sealdrop.local.aws.account import Account

_TEXTUAL = re.compile(r"text/.*|application/(json|xml|javascript)")
_API_ID = "local"


class InvalidResult(Exception):
    """A function returned what API Gateway does not accept."""


def to_event(
    request: Request,
    body: bytes,
    *,
    route: str,
    path_parameters: Mapping[str, str],
    authorizer: Mapping[str, Any] | None,
    account: Account,
) -> dict[str, Any]:
    """Return the event of a request; members without content are left out, as the gateway leaves them out."""
    query = request.query_string.decode("latin1")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.path,
        "rawQueryString": query,
        "headers": _headers(request),
        "requestContext": _context(request, route, authorizer, account),
        "isBase64Encoded": False,
    }
    if cookies := request.headers.get("Cookie"):
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in request.args.lists()}
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    if body:
        event["isBase64Encoded"], event["body"] = _body(body, request.mimetype)
    return event


def to_response(result: Any, request_id: str) -> Response:
    """Return the response for a function's result. Raises InvalidResult."""
    if not isinstance(result, dict) or "statusCode" not in result:
        response = Response(json.dumps(result), 200, content_type="application/json")
    else:
        response = _explicit(result)
    response.headers["apigw-requestid"] = request_id
    return response


def _headers(request: Request) -> dict[str, str]:
    port = request.host.partition(":")[2]
    return {
        **{name.lower(): value for name, value in request.headers if name.lower() != "cookie"},
        "x-amzn-trace-id": f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}",
        "x-forwarded-for": request.remote_addr or "",
        "x-forwarded-port": port or "80",
        "x-forwarded-proto": "http",
    }


def _context(request: Request, route: str, authorizer: Mapping[str, Any] | None, account: Account) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "accountId": account.number,
        "apiId": _API_ID,
        **({"authorizer": authorizer} if authorizer is not None else {}),
        "domainName": request.host,
        "domainPrefix": request.host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.environ["SERVER_PROTOCOL"],
            "sourceIp": request.remote_addr or "",
            "userAgent": request.headers.get("User-Agent", ""),
        },
        "requestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
        "routeKey": route,
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }


def _body(body: bytes, mimetype: str) -> tuple[bool, str]:
    """Return whether the body is base64 and the body: text types as they are, all else, and no type, encoded."""
    if _TEXTUAL.fullmatch(mimetype):
        return False, body.decode("utf-8", "replace")
    return True, base64.b64encode(body).decode()


def _explicit(result: Mapping[str, Any]) -> Response:
    try:
        status = int(result["statusCode"])
        headers = [(str(name), _text(value)) for name, value in (result.get("headers") or {}).items()]
        headers += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or []]
        body = result.get("body") or ""
        content = base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()
    except (AttributeError, TypeError, ValueError, binascii.Error) as error:
        raise InvalidResult(type(error).__name__) from error
    if not 100 <= status <= 599 or any("\n" in value or "\r" in value for _, value in headers):
        raise InvalidResult("status or headers")
    response = Response(content, status, headers)
    if "content-type" not in {name.lower() for name, _ in headers}:
        response.headers["content-type"] = "text/plain;charset=utf-8"
    return response


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError("a header is a string, a number or a boolean")
