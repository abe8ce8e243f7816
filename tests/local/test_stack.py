"""A job through the fixture project's production-shaped handlers, in both runtimes."""

import base64
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sealdrop.local import LocalError, Stack
from tests.local.conftest import PROJECT, Clock, rie_or_skip
from tests.local.presigned import HTTP

CLOCK = Clock()


@pytest.fixture(scope="module", params=["in-process", "rie"])
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Run the fixture project in either runtime, with quick retries."""
    if request.param == "rie":
        rie_or_skip()
    with Stack(PROJECT, runtime=request.param, visibility_seconds=1, clock=CLOCK) as running:
        yield running


def headers(stack: Stack, subject: str = "alice") -> dict[str, str]:
    return {"authorization": f"Bearer {stack.token(subject)}"}


def submit(stack: Stack, job: str, body: bytes) -> Any:
    wanted = {"job": job, "bytes": len(body), "sha256": base64.b64encode(hashlib.sha256(body).digest()).decode()}
    response = HTTP.post(f"{stack.url}/v1/jobs", json=wanted, headers=headers(stack))
    assert response.status_code == 201
    return response.json()


def finished(stack: Stack, job: str) -> Any:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        answer = HTTP.get(f"{stack.url}/v1/jobs/{job}", headers=headers(stack)).json()
        if answer["state"] in ("succeeded", "failed"):
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{job} is still {answer['state']}")


def test_a_job_succeeds(stack: Stack) -> None:
    grant = submit(stack, "job one", b"sealed")
    assert HTTP.put(grant["url"], content=b"sealed", headers=grant["headers"]).status_code == 200
    answer = finished(stack, "job one")
    assert answer["state"] == "succeeded"
    assert HTTP.get(answer["url"]).content == b"sealed"


def test_a_job_that_cannot_be_evaluated_is_settled(stack: Stack) -> None:
    grant = submit(stack, "dead", b"fail")
    HTTP.put(grant["url"], content=b"fail", headers=grant["headers"])
    assert finished(stack, "dead")["state"] == "failed"


def test_an_expired_grant_is_refused(stack: Stack) -> None:
    grant = submit(stack, "late", b"x")
    CLOCK.offset = timedelta(hours=2)
    try:
        assert "Request has expired" in HTTP.put(grant["url"], content=b"x", headers=grant["headers"]).text
    finally:
        CLOCK.offset = timedelta()


def test_functions_see_their_environment(stack: Stack) -> None:
    told = HTTP.get(f"{stack.url}/v1/health").json()
    assert (told["greeting"], told["stage"]) == ("hello from sealdrop-local", "production")
    assert (told["function"], told["memory"]) == ("ApiFunction", "256")
    assert 0 < told["remaining"] <= 5000


def test_requests_without_a_token_or_a_route_are_refused(stack: Stack) -> None:
    assert HTTP.get(f"{stack.url}/v1/jobs/any").json() == {"message": "Unauthorized"}
    assert HTTP.get(f"{stack.url}/nowhere").json() == {"message": "Not Found"}


def test_a_failing_function_is_a_500(stack: Stack) -> None:
    answer = HTTP.post(f"{stack.url}/v1/result", json="raise", headers=headers(stack))
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


def test_tick_runs_the_schedules(stack: Stack) -> None:
    stack.tick()
    item = stack.boto3("dynamodb").get_item(
        TableName=stack.outputs["TableName"], Key={"pk": {"S": "JOB"}, "sk": {"S": "sweep"}}
    )["Item"]
    assert item["state"] == {"S": "Scheduled Event"}


def test_outputs_name_what_exists(stack: Stack) -> None:
    assert stack.outputs["ApiUrl"] == stack.url
    assert stack.outputs["QueueUrl"].startswith(stack.aws_url)
    buckets = stack.boto3("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == [stack.outputs["BucketName"]]


def test_unknown_runtimes_are_refused(project: Path) -> None:
    with pytest.raises(LocalError) as refused:
        Stack(project, runtime="docker")  # type: ignore[arg-type]
    assert refused.value.code == "runtime_unknown"


def test_a_missing_extra_says_how_to_install_it() -> None:
    script = "import sys; sys.modules['moto'] = None; import sealdrop.local"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
    )
    assert "LocalError: the local stack needs moto" in ended.stderr


def test_a_stack_that_does_not_start_leaves_nothing(project: Path) -> None:
    before = dict(os.environ)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LocalError) as refused:
        Stack(project, port=taken.getsockname()[1]).__enter__()
    assert refused.value.code == "address_unavailable"
    assert dict(os.environ) == before


def test_stacks_stand_side_by_side(project: Path) -> None:
    rie_or_skip()
    with Stack(project) as one, Stack(project, runtime="rie") as other:
        assert HTTP.get(f"{other.url}/v1/jobs/x", headers=headers(one)).status_code == 401
        assert HTTP.get(f"{other.url}/v1/health").json()["greeting"] == "hello from sealdrop-local"
        assert other.outputs["BucketName"] != one.outputs["BucketName"]
