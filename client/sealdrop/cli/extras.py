"""What only some commands need, and what to say when it is missing or refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

from sealdrop.errors import TransportFailed, extra_missing

_EXTRAS = {"onnx": "onnx", "pandas": "sklearn", "sklearn": "sklearn"}


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Turn a missing module into the name of the extra that brings it: its own, or the command's."""
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        raise extra_missing("this command", module, _EXTRAS.get(module, extra)) from None


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turn what boto3 raises into a refusal with AWS's own code."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise TransportFailed(
            f"AWS refused {error.operation_name}: {code}",
            code="aws_refused",
            remedy="Check bucket, table, region and the rights of the AWS credentials.",
        ) from None
    except BotoCoreError as error:
        raise TransportFailed(
            f"AWS could not be asked: {error}",
            code="aws_failed",
            remedy="Check the region, the endpoint and the AWS credentials.",
        ) from None
