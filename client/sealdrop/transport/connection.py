"""The way to the service's API: one method for each HTTP verb, answers as types, refusals as errors."""

from collections.abc import Mapping
from threading import Event
from typing import Any

import httpx

from sealdrop import __version__
from sealdrop.errors import Misconfigured
from sealdrop.transport.answers import Answer, may_pass, read, refusal, whole
from sealdrop.transport.causes import no_answer
from sealdrop.transport.credentials import Credentials, authentication
from sealdrop.transport.network import is_near, is_proxied, open_http, require_open
from sealdrop.transport.retrying import HURRIED, NEVER, Patience, Stopped, Transient, persist


def checked_url(url: str) -> httpx.URL:
    """Return the deployment's address without a trailing slash.

    Raises Misconfigured unless it is https, or http to this machine or a private address.
    """
    try:
        parsed = httpx.URL(url.rstrip("/") if isinstance(url, str) else "")
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Misconfigured(
            "the deployment's address is no http(s) URL",
            code="bad_url",
            remedy="Begin the address with https:// or http://.",
        )
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
        self._http = open_http(
            is_near(self.url.host),
            timeout,
            transport,
            auth=authentication(credentials),
            headers={"accept": "application/json", "user-agent": f"sealdrop/{__version__}"},
        )

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def get(self, answer: type[Answer], path: str, **params: str | int | None) -> Answer:
        """Read a resource."""
        return self.get_patiently(answer, path, NEVER, HURRIED, **params)[0]

    def get_patiently(
        self,
        answer: type[Answer],
        path: str,
        stop: Event = NEVER,
        patience: Patience = HURRIED,
        **params: str | int | None,
    ) -> tuple[Answer, httpx.Response]:
        """Read a resource that may ask for patience: return it and the response that carried it."""
        sent = {name: value for name, value in params.items() if value is not None}
        response = self._request("GET", path, stop, patience, params=sent)
        return read(answer, response), response

    def post(
        self,
        answer: type[Answer],
        path: str,
        body: Any,
        stop: Event = NEVER,
        patience: Patience = HURRIED,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Create or repeat: every post of this protocol is idempotent, by key or by content."""
        return read(answer, self._request("POST", path, stop, patience, json=body, headers=headers))

    def delete(self, path: str) -> None:
        """Delete a resource."""
        self._request("DELETE", path, NEVER, HURRIED)

    def _request(self, method: str, path: str, stop: Event, patience: Patience, **content: Any) -> httpx.Response:
        require_open(self._http)
        try:
            return persist(lambda: self._once(method, path, stop, **content), stop, patience)
        except Transient as error:
            raise refusal(error.response, self._http.auth) from None
        except (httpx.HTTPError, UnicodeError) as error:  # a host may be no name at all
            raise no_answer("the service", error, proxied=is_proxied(self._http, self.url)) from error

    def _once(self, method: str, path: str, stop: Event, **content: Any) -> httpx.Response:
        if stop.is_set():
            raise Stopped
        with self._http.stream(method, f"{self.url}{path}", **content) as answer:
            response = whole(answer)
        if may_pass(response):
            raise Transient(response)
        if not response.is_success:
            raise refusal(response, self._http.auth)
        return response
