"""A presigned upload: what was signed happens, once and in time, and nothing else does."""

from datetime import timedelta

import pytest

from sealdrop.local.aws.embedded import EmbeddedAws
from tests.local.conftest import Clock
from tests.local.presigned import BODY, HEADERS, HTTP, KEY, changed, put, refusal, sha256


def test_what_was_signed_is_accepted(aws: EmbeddedAws, bucket: str, upload: str) -> None:
    assert put(upload).status_code == 200
    found = aws.client("s3").get_object(Bucket=bucket, Key=KEY, ChecksumMode="ENABLED")
    assert found["Body"].read() == BODY
    assert found["ChecksumSHA256"] == sha256(BODY)


def test_an_upload_does_not_happen_twice(upload: str) -> None:
    assert put(upload).status_code == 200
    assert refusal(put(upload)) == (412, "PreconditionFailed")


def test_an_upload_may_happen_again_after_deletion(aws: EmbeddedAws, bucket: str, upload: str) -> None:
    put(upload)
    aws.client("s3").delete_object(Bucket=bucket, Key=KEY)
    assert put(upload).status_code == 200


def test_a_url_lives_until_it_expires(upload: str, clock: Clock) -> None:
    clock.offset = timedelta(seconds=59)
    assert put(upload).status_code == 200


def test_an_expired_url_is_refused(upload: str, clock: Clock) -> None:
    clock.offset = timedelta(seconds=62)
    response = put(upload)
    assert refusal(response) == (403, "AccessDenied")
    assert "Request has expired" in response.text


def test_a_url_of_the_future_is_refused(upload: str, clock: Clock) -> None:
    clock.offset = -timedelta(minutes=16)
    assert refusal(put(upload)) == (403, "AccessDenied")


def test_another_key_is_refused(upload: str) -> None:
    assert refusal(put(upload.replace("tenant%20one", "tenant%20two"))) == (403, "SignatureDoesNotMatch")


def test_another_method_is_refused(upload: str) -> None:
    assert refusal(HTTP.post(upload, content=BODY, headers=HEADERS)) == (403, "SignatureDoesNotMatch")


def test_a_longer_life_than_signed_is_refused(upload: str) -> None:
    assert refusal(put(changed(upload, Expires="600"))) == (403, "SignatureDoesNotMatch")


def test_another_host_is_refused(upload: str) -> None:
    assert refusal(put(upload, host="elsewhere")) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("name", ["content_type", "if_none_match", "x_amz_checksum_sha256"])
def test_a_signed_header_left_out_is_refused(upload: str, name: str) -> None:
    assert refusal(put(upload, **{name: None})) == (403, "SignatureDoesNotMatch")


def test_another_content_type_is_refused(upload: str) -> None:
    assert refusal(put(upload, content_type="text/plain")) == (403, "SignatureDoesNotMatch")


def test_another_size_is_refused(upload: str) -> None:
    assert refusal(put(upload, BODY + b"!", content_length=str(len(BODY) + 1))) == (403, "SignatureDoesNotMatch")


def test_other_bytes_are_refused(upload: str) -> None:
    assert refusal(put(upload, BODY[::-1])) == (400, "BadDigest")


def test_another_checksum_is_refused(upload: str) -> None:
    assert refusal(put(upload, x_amz_checksum_sha256=sha256(b""))) == (403, "SignatureDoesNotMatch")


def test_an_unsigned_amazon_header_is_refused(upload: str) -> None:
    assert refusal(put(upload, x_amz_storage_class="GLACIER")) == (403, "AccessDenied")


def test_an_unsigned_host_is_refused(upload: str) -> None:
    names = "content-length;content-type;if-none-match;x-amz-checksum-sha256"
    assert refusal(put(changed(upload, SignedHeaders=names))) == (403, "AccessDenied")


def test_an_unknown_access_key_is_refused(aws: EmbeddedAws, upload: str) -> None:
    assert refusal(put(upload.replace(aws.account.access_key, "AKIAAAAAAAAAAAAAAAAA"))) == (403, "InvalidAccessKeyId")
