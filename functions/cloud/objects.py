"""Objects in the bucket: presigned grants, reads of a pinned version up to a limit, writes."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple, cast

from botocore.exceptions import ClientError

from cloud.clients import clients, code_of, faults
from cloud.settings import settings
from sealdrop_core.errors import MalformedSeal, NotFound, Unavailable
from sealdrop_core.sealed import MEDIA_TYPE


class Version(NamedTuple):
    """One version of an object, and when it was written."""

    key: str
    id: str
    written: int


class Content(NamedTuple):
    """An object's bytes, and which version they are."""

    body: bytes
    version: str | None


def _checksum(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def grant_upload(key: str, length: int, sha256: str, seconds: int) -> tuple[str, dict[str, str]]:
    """Return a presigned PUT for exactly these bytes, once, and the headers it signs."""
    url = clients().s3.generate_presigned_url(
        "put_object",
        Params={
            "Bucket": settings().bucket_name,
            "Key": key,
            "ContentLength": length,
            "ContentType": MEDIA_TYPE,
            "ChecksumSHA256": _checksum(sha256),
            "IfNoneMatch": "*",
        },
        ExpiresIn=seconds,
    )
    headers = {
        "content-length": str(length),
        "content-type": MEDIA_TYPE,
        "if-none-match": "*",
        "x-amz-checksum-sha256": _checksum(sha256),
    }
    return url, headers


def grant_download(key: str, version: str | None, seconds: int) -> str:
    """Return a presigned GET of one version of an object."""
    params = {"Bucket": settings().bucket_name, "Key": key, **_pin(version)}
    return clients().s3.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)


def read(key: str, limit: int, version: str | None = None) -> Content:
    """Return an object of at most `limit` bytes.

    Raises NotFound, MalformedSeal (`too_large`) before anything of it is read, or Unavailable.
    """
    with faults():
        try:
            found = clients().s3.get_object(Bucket=settings().bucket_name, Key=key, **_pin(version))
        except ClientError as error:
            if code_of(error) in {"NoSuchKey", "NoSuchVersion"}:
                raise NotFound("the object is not there") from error
            raise
        # entered itself, the body would hand out the raw stream, whose errors are not botocore's
        with closing(found["Body"]) as stream:
            if found["ContentLength"] > limit:
                raise MalformedSeal(f"the object has more than {limit} bytes", code="too_large")
            return Content(stream.read(), found.get("VersionId"))


def write(key: str, body: bytes) -> tuple[str, str | None]:
    """Write an object; return its SHA-256 in hexadecimal and its version."""
    sha256 = hashlib.sha256(body).hexdigest()
    with faults():
        written = clients().s3.put_object(
            Bucket=settings().bucket_name,
            Key=key,
            Body=body,
            ContentType=MEDIA_TYPE,
            ChecksumSHA256=_checksum(sha256),
        )
    return sha256, written.get("VersionId")


def exists(key: str) -> bool:
    """Whether an object is there. Asks for a listing, so that the asker need not be allowed to read it."""
    with faults():
        found = clients().s3.list_objects_v2(Bucket=settings().bucket_name, Prefix=key, MaxKeys=1)
    return any(entry["Key"] == key for entry in found.get("Contents", []))


def newest(prefix: str) -> Iterator[Version]:
    """Yield the newest version of every object under a prefix."""
    for entry in _pages(prefix, "Versions"):
        if entry["IsLatest"]:
            yield Version(entry["Key"], entry["VersionId"], int(entry["LastModified"].timestamp()))


def purge(prefix: str) -> int:
    """Delete all versions under a prefix for good, markers too; return how many there were.

    Raises Unavailable when S3 kept some.
    """
    doomed: list[Any] = [
        {"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in _pages(prefix, "Versions", "DeleteMarkers")
    ]
    for start in range(0, len(doomed), 1000):
        with faults():
            answer = clients().s3.delete_objects(
                Bucket=settings().bucket_name, Delete={"Objects": doomed[start : start + 1000], "Quiet": True}
            )
        # S3 answers 200 even if it could not delete everything
        if kept := answer.get("Errors"):
            raise Unavailable(f"{len(kept)} objects could not be deleted: {kept[0].get('Code', '')}")
    return len(doomed)


def _pages(prefix: str, *groups: str) -> Iterator[dict[str, Any]]:
    with faults():
        pages = clients().s3.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=settings().bucket_name, Prefix=prefix):
            for group in groups:
                yield from cast("dict[str, Any]", page).get(group, [])


def _pin(version: str | None) -> dict[str, Any]:
    return {"VersionId": version} if version else {}
