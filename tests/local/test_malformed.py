"""Requests that are no proper S3 requests get an S3 error, whatever they are."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest

from sealdrop.local.aws.embedded import EmbeddedAws
from tests.local.presigned import HTTP, KEY, changed, put, refusal


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
def test_a_malformed_query_is_refused(upload: str, parameters: dict[str, str | None]) -> None:
    assert refusal(put(changed(upload, **parameters))) == (400, "AuthorizationQueryParametersError")


@pytest.mark.parametrize("signature", ["", "0" * 64, "é%00", "x" * 10000])
def test_a_malformed_signature_is_refused(upload: str, signature: str) -> None:
    assert refusal(put(changed(upload, Signature=signature))) == (403, "SignatureDoesNotMatch")


def test_an_anonymous_request_is_refused(aws: EmbeddedAws, bucket: str) -> None:
    assert refusal(HTTP.get(f"{aws.url}/{bucket}/{KEY}")) == (403, "AccessDenied")
    assert refusal(HTTP.post(f"{aws.url}/moto-api/reset")) == (403, "AccessDenied")


def test_a_retired_signature_version_is_refused(aws: EmbeddedAws, bucket: str) -> None:
    url = f"{aws.url}/{bucket}/k?AWSAccessKeyId={aws.account.access_key}&Signature=x&Expires=99999999999"
    assert refusal(HTTP.get(url)) == (400, "InvalidRequest")


def test_two_ways_to_sign_are_refused(upload: str) -> None:
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
def test_a_malformed_authorization_is_refused(
    aws: EmbeddedAws, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    sent = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": "20260101T000000Z", **headers}
    assert refusal(HTTP.get(f"{aws.url}/bucket/key", headers=sent)) == expected


@pytest.mark.parametrize(
    "credential",
    [
        "X={key}/20260101/us-east-1/s3/aws4_request, Credential={key}/20260101/us-east-1/sqs/aws4_request",
        "Credential={key}/20260101/us-east-1/x.s3/aws4_request",
        "Credential={key}/20260101/s3/sqs/aws4_request",
        "Credential=AKIAAAAAAAAAAAAAAAAA/20260101/us-east-1/sqs/aws4_request",
    ],
)
def test_there_is_no_way_around_the_signature(aws: EmbeddedAws, bucket: str, credential: str) -> None:
    """moto would serve the first three from S3."""
    signed = f"AWS4-HMAC-SHA256 {credential.format(key=aws.account.access_key)}, SignedHeaders=host, Signature=0"
    headers = {"authorization": signed, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": "20260101T000000Z"}
    assert refusal(HTTP.get(f"{aws.url}/{bucket}", headers=headers)) == MALFORMED


def test_a_missing_object_is_not_found(aws: EmbeddedAws, bucket: str) -> None:
    url = aws.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "absent"})
    assert refusal(HTTP.get(url)) == (404, "NoSuchKey")


def test_head_is_refused_without_a_body(aws: EmbeddedAws, bucket: str) -> None:
    response = HTTP.head(f"{aws.url}/{bucket}/{KEY}")
    assert (response.status_code, response.content) == (403, b"")


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
def test_sizes_that_are_none_are_refused(plain_upload: str, headers: str, expected: bytes) -> None:
    url = urlsplit(plain_upload)
    with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
        connection.sendall(f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n{headers}\r\nshort".encode())
        connection.shutdown(socket.SHUT_WR)
        with http.client.HTTPResponse(connection) as response:
            response.begin()
            assert expected in response.read()
