"""The way to object storage: one upload for each grant, one download for each result.

The presigned URL is the only credential; the API's token never goes there.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from threading import Event

import httpx

from sealdrop.errors import TransportFailed
from sealdrop.transport.answers import whole
from sealdrop.transport.causes import no_answer
from sealdrop.transport.network import is_near, is_proxied, open_http, require_open
from sealdrop.transport.resources import Download, Grant
from sealdrop.transport.retrying import HURRIED, NEVER, TRANSIENT, Patience, Stopped, Transient, persist

CHUNK = 1 << 18  # bytes between two looks at `stop`


class LinkExpired(Exception):
    """The presigned URL is no longer, or not yet, good: ask for a fresh one."""


class Storage:
    """Uploads and downloads through presigned URLs, each of which must be as safe as the API's own."""

    def __init__(self, api: httpx.URL, timeout: float, transport: httpx.BaseTransport | None = None) -> None:
        self._scheme = api.scheme
        self._http = open_http(is_near(api.host), timeout, transport)

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def upload(self, grant: Grant, sealed: bytes, stop: Event = NEVER, patience: Patience = HURRIED) -> None:
        """Put the sealed file under exactly the headers granted.

        Nothing is overwritten: 412 means that an earlier attempt arrived. Raises LinkExpired or TransportFailed.
        """

        def put() -> None:
            body = _chunks(sealed, stop)
            headers = {**grant.headers, **_length(sealed)}
            with self._http.stream("PUT", grant.url, content=body, headers=headers) as answer:
                _check(whole(answer), arrived={200, 201, 204, 412})

        self._carry(grant.url, put, stop, patience)

    def download(self, link: Download, limit: int, stop: Event = NEVER, patience: Patience = HURRIED) -> bytes:
        """Fetch a sealed result of at most `limit` bytes, its length and digest as announced.

        Raises LinkExpired or TransportFailed.
        """
        content = bytearray()

        def fetch() -> None:
            content.clear()
            with self._http.stream("GET", link.url, headers={"accept-encoding": "identity"}) as response:
                _check(response, arrived={200})
                for chunk in response.iter_bytes(CHUNK):
                    content.extend(chunk)
                    if stop.is_set():
                        raise Stopped
                    if len(content) > min(limit, link.bytes):
                        break

        self._carry(link.url, fetch, stop, patience)
        if len(content) != link.bytes or hashlib.sha256(content).hexdigest() != link.sha256:
            raise TransportFailed("a result is not the one that was announced", code="damaged_download")
        return bytes(content)

    def _carry(self, url: str, once: Callable[[], None], stop: Event, patience: Patience) -> None:
        require_open(self._http)
        if not url.startswith(("https://", f"{self._scheme}://")):
            raise TransportFailed("the service granted a link that is less safe than itself", code="insecure_link")
        try:
            persist(once, stop, patience)
        except Transient as error:
            raise TransportFailed(f"object storage is unavailable: {error}") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # a host or header may be no text at all
            # without its cause: the text may hold the URL, which is a credential
            raise no_answer("object storage", error, proxied=self._is_proxied(url)) from None

    def _is_proxied(self, url: str) -> bool:
        try:
            return is_proxied(self._http, httpx.URL(url))
        except (httpx.InvalidURL, UnicodeError):
            return False


def _length(sealed: bytes) -> dict[str, str]:
    return {"content-length": str(len(sealed))}


def _chunks(sealed: bytes, stop: Event) -> Iterator[bytes]:
    for start in range(0, len(sealed), CHUNK):
        if stop.is_set():
            raise Stopped
        yield sealed[start : start + CHUNK]


def _check(response: httpx.Response, arrived: set[int]) -> None:
    """Sort an answer of object storage: arrived, worth another attempt, expired, or refused."""
    status = response.status_code
    if status in arrived:
        return
    # S3 tells these two apart from other bad requests by their code only
    code = re.search(rb"<Code>(RequestTimeout|ExpiredToken)</Code>", whole(response).content)
    told = code[1] if code else b""
    # 409: another conditional write to this object was under way
    if status in TRANSIENT or status == 409 or told == b"RequestTimeout":
        raise Transient(response)
    if status == 403 or told == b"ExpiredToken":
        raise LinkExpired
    raise TransportFailed(
        f"object storage refused with {status}", code="storage_refused", remedy="Report this with the job id."
    )
