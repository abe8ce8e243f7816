"""Answers of the API: read as types, or as the refusals they are."""

from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from sealdrop.errors import AGAIN, ServiceRefused, TransportFailed
from sealdrop.transport.rejected import rejection
from sealdrop.transport.retrying import TRANSIENT

Answer = TypeVar("Answer", bound=BaseModel)
LONGEST_ANSWER = 16 << 20  # bytes; the largest the service has is a manifest


def whole(answer: httpx.Response) -> httpx.Response:
    """Return a streamed answer with its content read; raises TransportFailed (`unreadable_answer`) if it is endless."""
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > LONGEST_ANSWER:
            raise TransportFailed("the answer has no end", code="unreadable_answer")
    framing = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(name, value) for name, value in answer.headers.multi_items() if name not in framing]
    return httpx.Response(
        answer.status_code,
        headers=headers,
        content=bytes(content),
        extensions=answer.extensions,
        request=answer.request,
    )


def may_pass(response: httpx.Response) -> bool:
    """Whether the same request may be answered later: the service says so itself, or whoever stands before it."""
    told = _problem(response).get("retryable")
    return response.status_code in AGAIN or (told if isinstance(told, bool) else response.status_code in TRANSIENT)


def read(answer: type[Answer], response: httpx.Response) -> Answer:
    """Return an answer as its type; raises TransportFailed (`unreadable_answer`) if it is none of that type."""
    try:
        return answer.model_validate_json(response.content)
    except ValidationError:
        raise TransportFailed(
            "the service's answer is not one this protocol knows",
            code="unreadable_answer",
            remedy="Check that the address is a sealdrop deployment and that both sides are of the same release.",
        ) from None


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        problem = response.json()
    except (ValueError, RecursionError):
        return {}
    return problem if isinstance(problem, dict) else {}


def refusal(response: httpx.Response, auth: httpx.Auth | None) -> ServiceRefused:
    """Return the error that the response's problem details describe; without them, what is known of `auth`."""
    problem, status = _problem(response), response.status_code
    names = ("detail", "code", "remedy", "request_id")
    members = {name: str(problem[name])[:1000] for name in names if name in problem}
    if status in {401, 403} and "detail" not in members:
        members["detail"], members["remedy"] = rejection(auth, response)
    default = {401: "unauthenticated", 403: "forbidden", 404: "not_found"}.get(status, "service_refused")
    return ServiceRefused(
        members.get("detail", f"the service answered {status} {response.reason_phrase}"),
        status=status,
        code=members.get("code", default),
        remedy=members.get("remedy"),
        request_id=members.get("request_id", response.headers.get("apigw-requestid", "")),
    )
