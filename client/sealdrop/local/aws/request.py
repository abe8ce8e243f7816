"""Reading a WSGI request as it came over the wire."""

import io
from typing import TYPE_CHECKING

from sealdrop.local.aws.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_OBJECT_BYTES = 5 * 2**30  # S3's limit for one PUT


def header(environ: "WSGIEnvironment", name: str) -> str | None:
    """Return a header's value, or None if it was not sent."""
    key = name.upper().replace("-", "_")
    value: str | None = environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}")
    return value


def amazon_headers(environ: "WSGIEnvironment") -> dict[str, str]:
    """Return the x-amz-* headers of a request, names in lower case."""
    prefix = "HTTP_X_AMZ_"
    return {
        key.removeprefix("HTTP_").lower().replace("_", "-"): value
        for key, value in environ.items()
        if key.startswith(prefix)
    }


def read_body(environ: "WSGIEnvironment") -> bytes:
    """Return the request's body and leave it readable for the next in line.

    Raises Refusal `InvalidArgument`, `EntityTooLarge`, `NotImplemented`, `RequestTimeout` or `IncompleteBody`.
    """
    if environ.get("HTTP_TRANSFER_ENCODING"):
        raise Refusal(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
    declared = environ.get("CONTENT_LENGTH") or "0"
    if not declared.isascii() or not declared.isdigit():
        raise Refusal(400, "InvalidArgument", "Content-Length is not a number.")
    length = int(declared)
    if length > MAX_OBJECT_BYTES:
        raise Refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
    try:
        body: bytes = environ["wsgi.input"].read(length) if length else b""
    except TimeoutError:
        raise Refusal(400, "RequestTimeout", "The body did not arrive in time.") from None
    if len(body) != length:
        raise Refusal(400, "IncompleteBody", "You did not provide the number of bytes specified by Content-Length.")
    environ["wsgi.input"] = io.BytesIO(body)
    return body
