"""AWS clients, made once for each process, and AWS faults as our own refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from cloud.settings import settings
from sealdrop_core.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


class Clients(NamedTuple):
    """One client for each service; clients are safe to share between threads."""

    s3: "S3Client"
    dynamodb: "DynamoDBClient"
    sqs: "SQSClient"


@cache
def clients() -> Clients:
    """Return the clients. Call it at init: making them is not thread-safe and takes 0.1 s."""
    patient = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=20)
    # presigned URLs default to SigV2 in some regions, which cannot sign headers
    signing = Config(
        signature_version="s3v4", s3={"addressing_style": "path" if settings().aws_endpoint_url else "virtual"}
    )
    return Clients(
        boto3.client("s3", config=patient.merge(signing)),
        boto3.client("dynamodb", config=patient),
        boto3.client("sqs", config=patient),
    )


def code_of(error: ClientError) -> str:
    """Return the code AWS gave an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


# what breaks in the middle of an answer, botocore may not wrap
_FAULTS = (BotoCoreError, ResponseParserError, HTTPError, OSError)


@contextmanager
def faults() -> Iterator[None]:
    """Turn what AWS raises into Unavailable; retries have been made by then."""
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"a dependency refused: {code_of(error)}") from error
    except _FAULTS as error:
        raise Unavailable(f"a dependency did not answer: {type(error).__name__}") from error
