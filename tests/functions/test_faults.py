"""Whatever becomes of a request to AWS, it is worth another attempt, and nothing else is told of it."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import ProtocolError

from cloud.clients import faults
from sealdrop_core.errors import Unavailable

URL = "https://bucket.example/inputs/s3cret"


@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "SlowDown", "Message": URL}}, "GetObject"),
        ClientError({}, "GetObject"),
        EndpointConnectionError(endpoint_url=URL),
        ReadTimeoutError(endpoint_url=URL),
        ResponseParserError(f"invalid XML received from {URL}"),
        ProtocolError(URL),
        ConnectionResetError(URL),
    ],
)
def test_a_fault_of_aws_is_worth_another_attempt(fault):
    with pytest.raises(Unavailable) as told, faults():
        raise fault
    assert told.value.retryable
    assert "s3cret" not in str(told.value.problem())


def test_a_defect_of_ours_is_no_fault_of_aws():
    with pytest.raises(KeyError), faults():
        raise KeyError
