"""The digests a request declares for its body, recomputed."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from sealdrop.local.aws.refusal import Refusal
from sealdrop.local.aws.request import amazon_headers, header
from sealdrop.local.aws.signature import UNSIGNED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "content-md5": lambda body: hashlib.md5(body).digest(),  # noqa: S324  # the wire's, not ours
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body).digest(),  # noqa: S324
    "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
}
_PREFIX = "x-amz-checksum-"
_NOT_VALUES = ("x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-checksum-type")


def verify_payload_hash(payload_hash: str, body: bytes) -> None:
    """Check the SHA-256 that was signed, unless the payload was signed as unsigned. Raises Refusal."""
    if payload_hash == UNSIGNED:
        return
    if payload_hash.startswith("STREAMING-"):
        raise Refusal(501, "NotImplemented", "The local S3 does not take aws-chunked uploads.")
    if payload_hash != hashlib.sha256(body).hexdigest():
        raise Refusal(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' does not match.")


def verify_checksums(environ: "WSGIEnvironment", body: bytes) -> None:
    """Check every declared digest, and name the algorithm so that moto keeps the checksum. Raises Refusal."""
    declared = [name for name in amazon_headers(environ) if name.startswith(_PREFIX) and name not in _NOT_VALUES]
    if len(declared) > 1:
        raise Refusal(400, "InvalidRequest", "Expecting a single x-amz-checksum- header.")
    for name in (*declared, "content-md5"):
        value = header(environ, name)
        if value is not None:
            _verify(name, value, body)
    for name in declared:
        environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = name.removeprefix(_PREFIX).upper()


def _verify(name: str, value: str, body: bytes) -> None:
    if name not in _DIGESTS:
        raise Refusal(501, "NotImplemented", f"The local S3 does not compute {name}; use {_PREFIX}sha256.")
    expected = _DIGESTS[name](body)
    try:
        given = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        given = b""
    if len(given) != len(expected):
        code = "InvalidDigest" if name == "content-md5" else "InvalidRequest"
        raise Refusal(400, code, f"Value for {name} header is invalid.")
    if given != expected:
        raise Refusal(400, "BadDigest", f"The {name} you specified did not match the calculated checksum.")
