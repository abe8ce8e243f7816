"""The way to the service's API: one method for each HTTP verb, answers as types, refusals as errors."""

import ipaddress
from collections.abc import Mapping
from threading import Event
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from sealdrop import __version__
from sealdrop.errors import AGAIN, Misconfigured, ServiceRefused, TransportFailed
from sealdrop.transport.credentials import Credentials, authentication
from sealdrop.transport.retrying import NEVER, TRANSIENT, Stopped, Transient, persist
from sealdrop_core.errors import Unauthenticated

Answer = TypeVar("Answer", bound=BaseModel)
LONGEST_ANSWER = 16 << 20  # bytes; the largest the service has is a manifest


def is_near(host: str) -> bool:
    """Whether the host is this machine or its private network, where plain HTTP is no risk to a token."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def checked_url(url: str) -> httpx.URL:
    """Return the deployment's address without a trailing slash.

    Raises Misconfigured unless it is https, or http to this machine or a private address.
    """
    try:
        parsed = httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Misconfigured("the deployment's address is no http(s) URL", code="bad_url")
    if parsed.scheme == "http" and not is_near(parsed.host):
        raise Misconfigured(
            "plain http would show the credentials to the network", code="insecure_url", remedy="Use https."
        )
    return parsed


class Connection:
    """Requests to one deployment, authenticated, retried where that is safe.

    Raises ServiceRefused with the service's own code, or TransportFailed.
    """

    def __init__(
        self, url: str, credentials: Credentials, timeout: float, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = checked_url(url)
        self._http = httpx.Client(
            auth=authentication(credentials),
            timeout=timeout,
            transport=transport,
            headers={"accept": "application/json", "user-agent": f"sealdrop/{__version__}"},
            trust_env=not is_near(self.url.host),
        )

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def get(self, answer: type[Answer], path: str, stop: Event = NEVER, **params: str | int | None) -> Answer:
        """Read a resource."""
        return self.get_patiently(answer, path, stop, **params)[0]

    def get_patiently(
        self, answer: type[Answer], path: str, stop: Event = NEVER, **params: str | int | None
    ) -> tuple[Answer, httpx.Response]:
        """Read a resource that may ask for patience: return it and the response that carried it."""
        sent = {name: value for name, value in params.items() if value is not None}
        response = self._request("GET", path, stop, params=sent)
        return _read(answer, response), response

    def post(
        self, answer: type[Answer], path: str, body: Any, stop: Event = NEVER, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Create or repeat: every post of this protocol is idempotent, by key or by content."""
        return _read(answer, self._request("POST", path, stop, json=body, headers=headers))

    def delete(self, path: str) -> None:
        """Delete a resource."""
        self._request("DELETE", path, NEVER)

    def _request(self, method: str, path: str, stop: Event, **content: Any) -> httpx.Response:
        try:
            return persist(lambda: self._once(method, path, stop, **content), stop)
        except Transient as error:
            raise _refusal(error.response) from None
        except (httpx.HTTPError, UnicodeError) as error:  # a host may be no name at all
            raise TransportFailed(f"the service did not answer: {type(error).__name__}") from error

    def _once(self, method: str, path: str, stop: Event, **content: Any) -> httpx.Response:
        if stop.is_set():
            raise Stopped
        with self._http.stream(method, f"{self.url}{path}", **content) as answer:
            response = whole(answer)
        if _may_pass(response):
            raise Transient(response)
        if not response.is_success:
            raise _refusal(response)
        return response


def whole(answer: httpx.Response) -> httpx.Response:
    """Return a streamed answer with its content read; raises TransportFailed (`unreadable_answer`) if it is endless."""
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > LONGEST_ANSWER:
            raise TransportFailed("the answer has no end", code="unreadable_answer")
    framing = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(name, value) for name, value in answer.headers.multi_items() if name not in framing]
    return httpx.Response(answer.status_code, headers=headers, content=bytes(content), extensions=answer.extensions)


def _may_pass(response: httpx.Response) -> bool:
    """Whether the same request may be answered later: the service says so itself, or whoever stands before it."""
    told = _problem(response).get("retryable")
    return response.status_code in AGAIN or (told if isinstance(told, bool) else response.status_code in TRANSIENT)


def _read(answer: type[Answer], response: httpx.Response) -> Answer:
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


def _refusal(response: httpx.Response) -> ServiceRefused:
    """Return the error that the response's problem details describe, whatever of them is there."""
    problem, status = _problem(response), response.status_code
    names = ("detail", "code", "remedy", "request_id")
    members = {name: str(problem[name])[:1000] for name in names if name in problem}
    default = {401: "unauthenticated", 403: "forbidden", 404: "not_found"}.get(status, "service_refused")
    return ServiceRefused(
        members.get("detail", f"the service answered {status} {response.reason_phrase}"),
        status=status,
        code=members.get("code", default),
        remedy=members.get("remedy", Unauthenticated.remedy if status == 401 else None),
        request_id=members.get("request_id", response.headers.get("apigw-requestid", "")),
    )
