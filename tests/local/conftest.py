"""The fixture project, an embedded AWS with a clock that tests turn, and buckets in it."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sealdrop.local.aws.account import now
from sealdrop.local.aws.embedded import EmbeddedAws
from sealdrop.local.errors import RuntimeUnavailable
from sealdrop.local.runtime.rie_binary import find_rie
from tests.local.presigned import BODY, KEY, TYPE, sha256

PROJECT = Path(__file__).parent / "fixtures" / "project"


class Clock:
    """The real time, moved by `offset`."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        """Return the moved time."""
        return now() + self.offset


def rie_or_skip() -> None:
    """Skip the test on a machine without Lambda's runtime interface emulator."""
    try:
        find_rie()
    except RuntimeUnavailable as error:
        pytest.skip(f"{error}. {error.remedy}")


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[EmbeddedAws, Clock]]:
    """Run one AWS for the session."""
    clock = Clock()
    with EmbeddedAws(clock=clock) as aws:
        yield aws, clock


@pytest.fixture
def aws(running: tuple[EmbeddedAws, Clock]) -> EmbeddedAws:
    """Return the running AWS."""
    return running[0]


@pytest.fixture
def clock(running: tuple[EmbeddedAws, Clock]) -> Iterator[Clock]:
    """Return the running AWS's clock, which is set right again afterwards."""
    yield running[1]
    running[1].offset = timedelta()


@pytest.fixture
def bucket(aws: EmbeddedAws) -> str:
    """Return a fresh bucket with versioning."""
    name = f"bucket-{uuid.uuid4().hex}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


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


@pytest.fixture
def project() -> Path:
    """Return the fixture project."""
    return PROJECT
