"""What S3 refuses: one test for each refusal, with URLs that boto3 presigned."""

import base64
import hashlib
import http.client
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sealdrop.local.aws.embedded import EmbeddedAws
from tests.local.conftest import HTTP, Clock

BODY = b"sealed bytes"
KEY = "inputs/tenant one/a+b"
TYPE = "application/octet-stream"


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


HEADERS = {
    "content-type": TYPE,
    "content-length": str(len(BODY)),
    "x-amz-checksum-sha256": sha256(BODY),
    "if-none-match": "*",
}


@pytest.fixture
def upload(aws: EmbeddedAws, bucket: str) -> str:
    """Presign a PUT the way the production API does."""
    signed = {"ContentType": TYPE, "ContentLength": len(BODY), "ChecksumSHA256": sha256(BODY), "IfNoneMatch": "*"}
    url: str = aws.client("s3").generate_presigned_url(
        "put_object", Params={"Bucket": bucket, "Key": KEY, **signed}, ExpiresIn=60
    )
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    return url


@pytest.fixture
def plain_upload(aws: EmbeddedAws, bucket: str) -> str:
    """Presign a PUT that signs nothing but the host."""
    url: str = aws.client("s3").generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": KEY})
    return url


def put(url: str, body: bytes = BODY, **headers: str | None) -> httpx.Response:
    merged = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTP.put(url, content=body, headers={name: value for name, value in merged.items() if value is not None})


def refusal(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/xml"
    code = response.text.partition("<Code>")[2].partition("</Code>")[0]
    return response.status_code, code


def changed(url: str, **parameters: str | None) -> str:
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    query |= {f"X-Amz-{name}": value for name, value in parameters.items()}
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{url.partition('?')[0]}?{urlencode(kept)}"


def test_accepts_what_was_signed(aws: EmbeddedAws, bucket: str, upload: str) -> None:
    assert put(upload).status_code == 200
    found = aws.client("s3").get_object(Bucket=bucket, Key=KEY, ChecksumMode="ENABLED")
    assert found["Body"].read() == BODY
    assert found["ChecksumSHA256"] == sha256(BODY)


def test_upload_may_not_happen_twice(upload: str) -> None:
    assert put(upload).status_code == 200
    assert refusal(put(upload)) == (412, "PreconditionFailed")


def test_upload_may_happen_again_after_deletion(aws: EmbeddedAws, bucket: str, upload: str) -> None:
    put(upload)
    aws.client("s3").delete_object(Bucket=bucket, Key=KEY)
    assert put(upload).status_code == 200


def test_url_lives_until_it_expires(upload: str, clock: Clock) -> None:
    clock.offset = timedelta(seconds=59)
    assert put(upload).status_code == 200


def test_expired_url(upload: str, clock: Clock) -> None:
    clock.offset = timedelta(seconds=62)
    response = put(upload)
    assert refusal(response) == (403, "AccessDenied")
    assert "Request has expired" in response.text


def test_url_of_the_future(upload: str, clock: Clock) -> None:
    clock.offset = -timedelta(minutes=16)
    assert refusal(put(upload)) == (403, "AccessDenied")


def test_other_key(upload: str) -> None:
    assert refusal(put(upload.replace("tenant%20one", "tenant%20two"))) == (403, "SignatureDoesNotMatch")


def test_other_method(upload: str) -> None:
    assert refusal(HTTP.post(upload, content=BODY, headers=HEADERS)) == (403, "SignatureDoesNotMatch")


def test_longer_life_than_signed(upload: str) -> None:
    assert refusal(put(changed(upload, Expires="600"))) == (403, "SignatureDoesNotMatch")


def test_other_host(upload: str) -> None:
    assert refusal(put(upload, host="elsewhere")) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("name", ["content_type", "if_none_match", "x_amz_checksum_sha256"])
def test_signed_header_left_out(upload: str, name: str) -> None:
    assert refusal(put(upload, **{name: None})) == (403, "SignatureDoesNotMatch")


def test_other_content_type(upload: str) -> None:
    assert refusal(put(upload, content_type="text/plain")) == (403, "SignatureDoesNotMatch")


def test_other_size(upload: str) -> None:
    assert refusal(put(upload, BODY + b"!", content_length=str(len(BODY) + 1))) == (403, "SignatureDoesNotMatch")


def test_other_bytes(upload: str) -> None:
    assert refusal(put(upload, BODY[::-1])) == (400, "BadDigest")


def test_other_checksum(upload: str) -> None:
    assert refusal(put(upload, x_amz_checksum_sha256=sha256(b""))) == (403, "SignatureDoesNotMatch")


def test_unsigned_amazon_header(upload: str) -> None:
    assert refusal(put(upload, x_amz_storage_class="GLACIER")) == (403, "AccessDenied")


def test_unsigned_host(upload: str) -> None:
    names = "content-length;content-type;if-none-match;x-amz-checksum-sha256"
    assert refusal(put(changed(upload, SignedHeaders=names))) == (403, "AccessDenied")


def test_unknown_access_key(aws: EmbeddedAws, upload: str) -> None:
    assert refusal(put(upload.replace(aws.account.access_key, "AKIAAAAAAAAAAAAAAAAA"))) == (403, "InvalidAccessKeyId")


@pytest.mark.parametrize(
    "parameters",
    [
        {"Credential": "nonsense"},
        {"Credential": "a/b/c/d/e/f"},
        {"Date": "yesterday"},
        {"Date": "20010101T000000Z"},
        {"Date": None},
        {"Expires": "0"},
        {"Expires": "604801"},
        {"Expires": "-1"},
        {"Expires": "1e3"},
        {"Expires": "9" * 5000},
        {"Expires": None},
        {"SignedHeaders": None},
        {"Algorithm": "AWS4-ECDSA-P256-SHA256"},
    ],
)
def test_malformed_query(upload: str, parameters: dict[str, str | None]) -> None:
    assert refusal(put(changed(upload, **parameters))) == (400, "AuthorizationQueryParametersError")


@pytest.mark.parametrize("signature", ["", "0" * 64, "é%00", "x" * 10000])
def test_malformed_signature(upload: str, signature: str) -> None:
    assert refusal(put(changed(upload, Signature=signature))) == (403, "SignatureDoesNotMatch")


def test_anonymous(aws: EmbeddedAws, bucket: str) -> None:
    assert refusal(HTTP.get(f"{aws.url}/{bucket}/{KEY}")) == (403, "AccessDenied")
    assert refusal(HTTP.post(f"{aws.url}/moto-api/reset")) == (403, "AccessDenied")


def test_retired_signature_version(aws: EmbeddedAws, bucket: str) -> None:
    url = f"{aws.url}/{bucket}/k?AWSAccessKeyId={aws.account.access_key}&Signature=x&Expires=99999999999"
    assert refusal(HTTP.get(url)) == (400, "InvalidRequest")


def test_two_ways_to_sign(upload: str) -> None:
    assert refusal(put(upload, authorization="AWS4-HMAC-SHA256 Credential=x")) == (400, "InvalidArgument")


MALFORMED = (400, "AuthorizationHeaderMalformed")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"authorization": "Basic eDp5"}, (400, "InvalidRequest")),
        ({"authorization": "AWS4-HMAC-SHA256"}, (400, "AuthorizationHeaderMalformed")),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request"}, (400, "AuthorizationHeaderMalformed")),
        (
            {"authorization": "AWS4-HMAC-SHA256 =,=,,", "x-amz-content-sha256": ""},
            (400, "AuthorizationHeaderMalformed"),
        ),
    ],
)
def test_malformed_authorization(aws: EmbeddedAws, headers: dict[str, str], expected: tuple[int, str]) -> None:
    sent = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": "20260101T000000Z", **headers}
    assert refusal(HTTP.get(f"{aws.url}/bucket/key", headers=sent)) == expected


def test_missing_key(aws: EmbeddedAws, bucket: str) -> None:
    url = aws.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "absent"})
    assert refusal(HTTP.get(url)) == (404, "NoSuchKey")


def test_head_is_refused_without_a_body(aws: EmbeddedAws, bucket: str) -> None:
    response = HTTP.head(f"{aws.url}/{bucket}/{KEY}")
    assert (response.status_code, response.content) == (403, b"")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_md5": base64.b64encode(hashlib.md5(b"other").digest()).decode()}, "BadDigest"),
        ({"content_md5": "short"}, "InvalidDigest"),
    ],
)
def test_content_md5(plain_upload: str, headers: dict[str, str], code: str) -> None:
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
def test_checksums(aws: EmbeddedAws, bucket: str, parameter: str, value: str, expected: tuple[int, str]) -> None:
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


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Transfer-Encoding: chunked\r\n", b"NotImplemented"),
        ("", b"MissingContentLength"),
        ("Content-Length: many\r\n", b"InvalidArgument"),
        ("Content-Length: -5\r\n", b"InvalidArgument"),
        ("Content-Length: 99999999999999\r\n", b"EntityTooLarge"),
        ("Content-Length: 100\r\n", b"IncompleteBody"),
    ],
)
def test_sizes_that_are_not_sizes(plain_upload: str, headers: str, expected: bytes) -> None:
    url = urlsplit(plain_upload)
    with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
        connection.sendall(f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n{headers}\r\nshort".encode())
        connection.shutdown(socket.SHUT_WR)
        with http.client.HTTPResponse(connection) as response:
            response.begin()
            assert expected in response.read()


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


def test_payload_hash_is_verified(aws: EmbeddedAws, bucket: str) -> None:
    s3 = aws._make_client("s3")

    def swap(request: Any, **_: Any) -> None:
        request.body = b"Sealed bytes"

    s3.meta.events.register("before-send.s3.PutObject", swap)
    with pytest.raises(ClientError, match="XAmzContentSHA256Mismatch"):
        s3.put_object(Bucket=bucket, Key=KEY, Body=BODY)


def test_request_time_too_skewed(aws: EmbeddedAws, bucket: str, clock: Clock) -> None:
    clock.offset = timedelta(minutes=16)
    with pytest.raises(ClientError, match="RequestTimeTooSkewed"):
        aws.client("s3").list_objects_v2(Bucket=bucket)
