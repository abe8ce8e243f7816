"""Signature Version 4, checked: what a request claims to be signed with, and whether it is.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from sealdrop.local.aws.account import Account
from sealdrop.local.aws.refusal import Refusal, access_denied
from sealdrop.local.aws.request import amazon_headers, header

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
MAX_SKEW = timedelta(minutes=15)
MAX_EXPIRES = 7 * 24 * 3600  # seconds a presigned URL may live
_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Signature:
    """A signature and everything it names; `expires` is None in an Authorization header."""

    access_key: str
    scope: str
    timestamp: str
    signed_headers: tuple[str, ...]
    payload_hash: str
    value: str
    expires: int | None

    @property
    def signed_at(self) -> datetime:
        """Return when the request was signed."""
        return datetime.strptime(self.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def read_signature(environ: "WSGIEnvironment") -> Signature:
    """Read the signature from the Authorization header or the presigned query. Raises Refusal."""
    query = dict(_query(environ))
    authorization = header(environ, "authorization")
    if authorization is not None and "X-Amz-Signature" in query:
        raise Refusal(400, "InvalidArgument", "Only one auth mechanism allowed.")
    if authorization is not None:
        return _read(_authorization_fields(authorization), _header_fields(environ), "AuthorizationHeaderMalformed")
    if "X-Amz-Signature" in query:
        payload_hash = header(environ, "x-amz-content-sha256") or UNSIGNED
        return _read(_query_fields(query), query | {"hash": payload_hash}, "AuthorizationQueryParametersError")
    if "AWSAccessKeyId" in query:
        raise Refusal(400, "InvalidRequest", f"Please use {ALGORITHM}.")
    raise access_denied("Access Denied")


def verify_signature(signature: Signature, environ: "WSGIEnvironment", account: Account, now: datetime) -> None:
    """Check key, time, signed headers and the signature itself, cheapest first. Raises Refusal."""
    if signature.access_key != account.access_key:
        raise Refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
    _check_time(signature, now)
    _check_signed_headers(signature, environ)
    expected = _sign(signature, _canonical_request(signature, environ), account.secret_key)
    if not hmac.compare_digest(expected.encode(), signature.value.encode()):
        raise Refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")


def _authorization_fields(authorization: str) -> Mapping[str, str]:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise Refusal(400, "InvalidRequest", f"Please use {ALGORITHM}.")
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {name: value for name, _, value in pairs}


def _header_fields(environ: "WSGIEnvironment") -> Mapping[str, str]:
    payload_hash = header(environ, "x-amz-content-sha256")
    if payload_hash is None:
        raise Refusal(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
    date = header(environ, "x-amz-date")
    if date is None:
        raise access_denied("AWS authentication requires a valid Date or x-amz-date header")
    return {"X-Amz-Date": date, "hash": payload_hash}


def _query_fields(query: Mapping[str, str]) -> Mapping[str, str]:
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        raise Refusal(400, "AuthorizationQueryParametersError", f"X-Amz-Algorithm only supports {ALGORITHM}")
    expires = query.get("X-Amz-Expires", "")
    if not re.fullmatch(r"[0-9]{1,6}", expires) or not 1 <= int(expires) <= MAX_EXPIRES:
        message = f"X-Amz-Expires must be between 1 and {MAX_EXPIRES} seconds"
        raise Refusal(400, "AuthorizationQueryParametersError", message)
    names = {"Credential", "SignedHeaders", "Signature"}
    return {name: query[f"X-Amz-{name}"] for name in names if f"X-Amz-{name}" in query} | {"Expires": expires}


def _read(fields: Mapping[str, str], context: Mapping[str, str], code: str) -> Signature:
    try:
        access_key, date, region, service, terminator = fields["Credential"].split("/")
        signature = Signature(
            access_key=access_key,
            scope=f"{date}/{region}/{service}/{terminator}",
            timestamp=context["X-Amz-Date"],
            signed_headers=tuple(fields["SignedHeaders"].split(";")),
            payload_hash=context["hash"],
            value=fields["Signature"],
            expires=int(fields["Expires"]) if "Expires" in fields else None,
        )
        day = signature.signed_at.strftime("%Y%m%d")
    except (KeyError, ValueError):
        raise Refusal(400, code, "The authorization you provided is malformed.") from None
    if (date, service, terminator) != (day, "s3", "aws4_request"):
        raise Refusal(400, code, "The credential scope does not match date, service or terminator.")
    return signature


def _check_time(signature: Signature, now: datetime) -> None:
    if signature.expires is None:
        if abs(now - signature.signed_at) > MAX_SKEW:
            raise Refusal(403, "RequestTimeTooSkewed", "The difference between request time and now is too large.")
        return
    if signature.signed_at - now > MAX_SKEW:
        raise access_denied("Request is not yet valid")
    if now > signature.signed_at + timedelta(seconds=signature.expires):
        raise access_denied("Request has expired")


def _check_signed_headers(signature: Signature, environ: "WSGIEnvironment") -> None:
    if {"host", *amazon_headers(environ)} - set(signature.signed_headers):
        raise access_denied("There were headers present in the request which were not signed")


def _canonical_request(signature: Signature, environ: "WSGIEnvironment") -> str:
    values = {name: header(environ, name) for name in signature.signed_headers}
    absent = [name for name, value in values.items() if value is None]
    if absent:
        raise Refusal(403, "SignatureDoesNotMatch", f"Signed headers are missing: {', '.join(absent)}")
    encoded = sorted((quote(k, safe=_UNRESERVED), quote(v, safe=_UNRESERVED)) for k, v in _query(environ))
    return "\n".join([
        environ["REQUEST_METHOD"],
        quote(environ["PATH_INFO"].encode("latin1"), safe="/" + _UNRESERVED),
        "&".join(f"{key}={value}" for key, value in encoded if key != "X-Amz-Signature"),
        *(f"{name}:{' '.join((value or '').split())}" for name, value in values.items()),
        "",
        ";".join(signature.signed_headers),
        signature.payload_hash,
    ])  # fmt: skip


def _sign(signature: Signature, canonical_request: str, secret_key: str) -> str:
    digest = hashlib.sha256(canonical_request.encode()).hexdigest()
    key = ("AWS4" + secret_key).encode()
    for part in signature.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join([ALGORITHM, signature.timestamp, signature.scope, digest])
    return hmac.digest(key, text.encode(), "sha256").hex()


def _query(environ: "WSGIEnvironment") -> list[tuple[str, str]]:
    # WSGI carries bytes as latin-1 text (PEP 3333)
    text = environ.get("QUERY_STRING", "").encode("latin1").decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True)
