"""Every refusal is problem details with a code, a remedy and the request's id; nothing else leaks."""

import base64
import json

import pytest

from api import models, routes
from tests.functions.events import Context, load

ROUTES = [
    ("GET", "/v1/models"),
    ("GET", "/v1/models/linear"),
    ("POST", "/v1/keys"),
    ("GET", f"/v1/keys/{'0' * 64}"),
    ("DELETE", f"/v1/keys/{'0' * 64}"),
    ("GET", "/v1/jobs"),
    ("POST", "/v1/jobs"),
    ("GET", f"/v1/jobs/{'0' * 26}"),
    ("DELETE", f"/v1/jobs/{'0' * 26}"),
    ("POST", f"/v1/jobs/{'0' * 26}/uploads"),
]


def test_health_tells_the_protocol(api):
    assert api("GET", "/v1/health", tenant=None).json == {"status": "ok", "protocol": [1]}


def test_every_route_is_tested_here():
    known = routes.app._static_routes + routes.app._dynamic_routes
    assert len(known) == len(ROUTES) + 1  # health asks nobody


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_an_identity_there_is_no_answer(api, method, path):
    answer = api(method, path, {}, tenant=None, headers={"idempotency-key": "x"})
    assert answer.status in (400, 401)
    if answer.status == 400:
        assert method == "POST"


def test_a_problem_has_everything_its_reader_needs(api):
    answer = api("GET", f"/v1/jobs/{'0' * 26}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json == {
        "type": "urn:sealdrop:problem:job_not_found",
        "title": "job not found",
        "status": 404,
        "detail": "there is no such job",
        "code": "job_not_found",
        "remedy": "Check the name or id and the credentials used.",
        "retryable": False,
        "request_id": "JKJaXmPLvHcESHA=",
    }


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v0/models"), ("PUT", "/v1/models"), ("GET", "/"), ("POST", f"/v1/jobs/{'0' * 26}")]
)
def test_an_unknown_route_is_not_found(api, method, path):
    answer = api(method, path)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_another_version_is_refused_with_the_one_spoken(api):
    answer = api("GET", "/v2/models")
    assert (answer.status, answer.json["code"]) == (400, "unsupported_version")
    assert "only 1" in answer.json["detail"]


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", '"x"', "{}", '{"a": NaN}', "[" * 5000, "\x00", "\ud800"])
def test_a_body_that_is_no_request_is_refused(api, raw):
    answer = api("POST", "/v1/jobs", raw=raw, headers={"idempotency-key": "x"})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("kind", ["application/octet-stream", "multipart/form-data", "text/plain", None])
@pytest.mark.parametrize("body", [b"\xff\xfe", b"--x", b"{}"])
def test_a_body_is_json_whatever_it_calls_itself(model, kind, body):
    from api.app import handler

    event = load("api-create-job")
    event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
    event["headers"]["content-type"] = kind
    if kind is None:
        del event["headers"]["content-type"]
    answer = handler(event, Context())
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "change",
    [{"model": "s3cret" * 12}, {"sha256": "s3cret"}, {"plan": "my s3cret"}, {"s3cret": 1}, {"bytes": "s3cret"}],
)
def test_a_refusal_does_not_repeat_what_was_sent(api, change):
    answer = api("POST", "/v1/keys", {"model": "m@1", "plan": "p", "bytes": 1, "sha256": "0" * 64} | change)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert "s3cret" not in answer.raw["body"]


def test_a_defect_is_answered_without_its_cause(api, monkeypatch):
    def broken():
        raise RuntimeError("s3cret")

    monkeypatch.setattr(models.models, "every", broken)
    answer = api("GET", "/v1/models")
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert "s3cret" not in answer.raw["body"]


def test_a_fault_of_aws_is_worth_another_attempt(api, aws, model):
    aws.s3.delete_object(Bucket="sealdrop-data", Key="models/linear/1/manifest.json")
    aws.dynamodb.delete_table(TableName="sealdrop-table")
    answer = api("GET", "/v1/models")
    assert (answer.status, answer.json["code"], answer.json["retryable"]) == (503, "unavailable", True)
    assert answer.headers["retry-after"] == "1"
