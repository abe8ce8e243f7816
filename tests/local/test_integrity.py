"""Bytes that are not what the request says, and requests of boto3 itself."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sealdrop.local.aws.embedded import EmbeddedAws
from tests.local.conftest import Clock
from tests.local.presigned import BODY, HTTP, KEY, TYPE, put, refusal


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_md5": base64.b64encode(hashlib.md5(b"other").digest()).decode()}, "BadDigest"),
        ({"content_md5": "short"}, "InvalidDigest"),
    ],
)
def test_a_content_md5_is_verified(plain_upload: str, headers: dict[str, str], code: str) -> None:
    assert refusal(put(plain_upload, x_amz_checksum_sha256=None, **headers)) == (400, code)


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("ChecksumCRC32", "AAAAAA==", (400, "BadDigest")),
        ("ChecksumSHA1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", (400, "BadDigest")),
        ("ChecksumSHA256", "????", (400, "InvalidRequest")),
        ("ChecksumCRC32C", "AAAAAA==", (501, "NotImplemented")),
    ],
)
def test_every_checksum_is_verified(
    aws: EmbeddedAws, bucket: str, parameter: str, value: str, expected: tuple[int, str]
) -> None:
    s3 = aws.client("s3")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": KEY, parameter: value})
    headers = {"content-type": TYPE, f"x-amz-checksum-{parameter.removeprefix('Checksum').lower()}": value}
    assert refusal(HTTP.put(url, content=BODY, headers=headers)) == expected


def test_a_form_is_stored_as_bytes(aws: EmbeddedAws, bucket: str, plain_upload: str) -> None:
    """urllib sends a PUT without Content-Type as a form; moto would parse it and store nothing."""
    form = put(plain_upload, b"a=b", content_type="application/x-www-form-urlencoded", x_amz_checksum_sha256=None,
               content_length="3")  # fmt: skip
    assert form.status_code == 200
    assert aws.client("s3").get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"a=b"


def test_boto3_itself_is_verified(aws: EmbeddedAws, bucket: str) -> None:
    s3 = boto3.client(
        "s3",
        endpoint_url=aws.url,
        region_name=aws.account.region,
        aws_access_key_id=aws.account.access_key,
        aws_secret_access_key="wrong",
        config=Config(retries={"max_attempts": 0}),
    )
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        s3.put_object(Bucket=bucket, Key=KEY, Body=BODY)


def test_a_payload_hash_is_verified(aws: EmbeddedAws, bucket: str) -> None:
    s3 = aws._make_client("s3")

    def swap(request: Any, **_: Any) -> None:
        request.body = b"Sealed bytes"

    s3.meta.events.register("before-send.s3.PutObject", swap)
    with pytest.raises(ClientError, match="XAmzContentSHA256Mismatch"):
        s3.put_object(Bucket=bucket, Key=KEY, Body=BODY)


def test_a_request_of_another_time_is_refused(aws: EmbeddedAws, bucket: str, clock: Clock) -> None:
    clock.offset = timedelta(minutes=16)
    with pytest.raises(ClientError, match="RequestTimeTooSkewed"):
        aws.client("s3").list_objects_v2(Bucket=bucket)
