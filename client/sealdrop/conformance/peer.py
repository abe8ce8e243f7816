"""One tenant's way to a deployment: single requests, nothing retried, every answer validated."""

import json
from collections.abc import Mapping
from time import sleep
from types import TracebackType
from typing import Any, Self

import httpx

from sealdrop.conformance.answers import Answer
from sealdrop.conformance.violations import Violation
from sealdrop.transport.connection import checked_url
from sealdrop.transport.credentials import Credentials, authentication
from sealdrop.transport.network import is_near

_THROTTLED, _PATIENCE = 429, 10  # attempts, a second apart


class Peer:
    """Requests as one tenant, or as nobody. A context manager."""

    def __init__(self, url: str, credentials: Credentials | None) -> None:
        self.url = checked_url(url)
        near = is_near(self.url.host)
        identity = authentication(credentials) if credentials is not None else None
        self._api = httpx.Client(auth=identity, timeout=60, trust_env=not near)
        self._storage = httpx.Client(timeout=60, trust_env=not near)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **params: str | int,
    ) -> Answer:
        """Send one request to the API and return its answer. Raises Violation when it breaks the contract."""
        content = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        sent = {"accept": "application/json", **({"content-type": "application/json"} if content else {})}
        for _ in range(_PATIENCE):
            response = self._sent(
                self._api,
                method,
                f"{self.url}{path}",
                content=content,
                headers=sent | dict(headers or {}),
                params=params,
            )
            if response.status_code != _THROTTLED:
                break
            sleep(1.0)
        answer = Answer(f"{method} {path}", response.status_code, response.headers, response.content)
        answer.validate(method, path)
        return answer

    def store(
        self, method: str, url: str, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send one request to storage; the presigned URL is the only credential."""
        return self._sent(self._storage, method, url, content=content or None, headers=dict(headers or {}))

    def _sent(self, client: httpx.Client, method: str, url: str, **request: Any) -> httpx.Response:
        try:
            return client.request(method, url, **request)
        except httpx.HTTPError as error:
            raise Violation(f"{method}: no answer ({type(error).__name__})") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._api.close()
        self._storage.close()
