"""The HTTP API: events as API Gateway sends them, answers as it accepts them, and its refusals."""

import base64
import json
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from sealdrop.local.aws.account import Account
from sealdrop.local.gateway.api import MAX_BODY_BYTES, HttpApi
from sealdrop.local.gateway.authorizer import AUDIENCE, ISSUER, JwtAuthorizer
from sealdrop.local.template.functions import Route
from tests.local.scripted import ScriptedRuntime, function

ROUTES = tuple(
    Route(*route)
    for route in (
        ("GET", "/v1/health", True),
        ("POST", "/v1/jobs", False),
        ("GET", "/v1/jobs/{job}", False),
        ("GET", "/v1/jobs/latest", False),
        ("ANY", "/files/{path+}", False),
    )
)
AUTHORIZER = JwtAuthorizer()


def client(answer: Any = lambda event: event) -> tuple[Client, ScriptedRuntime]:
    runtime = ScriptedRuntime(answer)
    return Client(
        HttpApi([function(routes=ROUTES)], runtime, AUTHORIZER, Account.generate()), use_cookies=False
    ), runtime


def call(path: str = "/v1/jobs/j1", method: str = "GET", **options: Any) -> Any:
    api, runtime = client()
    headers = {"Authorization": f"Bearer {AUTHORIZER.issue('alice')}", **options.pop("headers", {})}
    response = api.open(path, method=method, headers=headers, **options)
    assert response.status_code == 200, response.text
    assert runtime.events == [response.get_json()]
    return response.get_json()


def test_a_request_becomes_an_event() -> None:
    event = call("/v1/jobs/j%201?a=1&a=2&b=%20", headers={"X-Thing": "Value", "Cookie": "c=d; e=f"})
    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /v1/jobs/{job}"
    assert event["rawPath"] == "/v1/jobs/j 1"
    assert event["rawQueryString"] == "a=1&a=2&b=%20"
    assert event["queryStringParameters"] == {"a": "1,2", "b": " "}
    assert event["pathParameters"] == {"job": "j 1"}
    assert event["cookies"] == ["c=d", "e=f"]
    assert event["headers"]["x-thing"] == "Value"
    assert event["isBase64Encoded"] is False
    assert not {"body", "stageVariables"} & set(event)
    assert all(name == name.lower() for name in event["headers"])
    assert "cookie" not in event["headers"]


def test_an_event_has_a_request_context() -> None:
    context = call(headers={"User-Agent": "tester"})["requestContext"]
    assert context["routeKey"] == "GET /v1/jobs/{job}"
    assert context["stage"] == "$default"
    assert context["http"] == {
        "method": "GET",
        "path": "/v1/jobs/j1",
        "protocol": "HTTP/1.1",
        "sourceIp": "",
        "userAgent": "tester",
    }
    assert isinstance(context["timeEpoch"], int)
    assert context["requestId"]
    assert len(context["accountId"]) == 12


def test_claims_are_strings() -> None:
    authorizer = call()["requestContext"]["authorizer"]
    claims = authorizer["jwt"]["claims"]
    assert (claims["sub"], claims["iss"], claims["aud"]) == ("alice", ISSUER, AUDIENCE)
    assert claims["exp"].isdigit()
    assert authorizer["jwt"]["scopes"] is None


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [("application/json", False), ("text/plain; charset=utf-8", False), ("application/octet-stream", True), ("", True)],
)
def test_bodies_are_text_or_base64(content_type: str, encoded: bool) -> None:
    event = call("/v1/jobs", "POST", data=b'{"a": 1}', content_type=content_type)
    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(event["body"]) if encoded else event["body"].encode()) == b'{"a": 1}'


def test_the_most_specific_route_wins() -> None:
    assert call("/v1/jobs/latest")["routeKey"] == "GET /v1/jobs/latest"
    assert call("/files/a/b", "PUT")["pathParameters"] == {"path": "a/b"}


def test_a_public_route_needs_no_token() -> None:
    api, runtime = client()
    assert api.get("/v1/health").status_code == 200
    assert "authorizer" not in runtime.events[0]["requestContext"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("DELETE", "/v1/jobs/j1"), ("HEAD", "/v1/health")])
def test_an_unknown_route_is_not_found(method: str, path: str) -> None:
    assert client()[0].open(path, method=method).status_code == 404


def test_a_body_that_is_too_large_is_refused() -> None:
    api, _ = client()
    response = api.post("/v1/jobs", data=bytes(MAX_BODY_BYTES + 1))
    assert (response.status_code, response.get_json()) == (413, {"message": "Request Entity Too Large"})


def answered(result: Any) -> TestResponse:
    return client(lambda event: result)[0].get("/v1/health")


def test_an_explicit_result_is_the_response() -> None:
    response = answered(
        {"statusCode": "201", "headers": {"X-A": 1, "X-B": True}, "cookies": ["a=b", "c=d"], "body": "é"}
    )
    assert response.status_code == 201
    assert (response.headers["x-a"], response.headers["x-b"]) == ("1", "true")
    assert response.headers.getlist("set-cookie") == ["a=b", "c=d"]
    assert (response.text, response.content_type) == ("é", "text/plain;charset=utf-8")
    assert "apigw-requestid" in response.headers


def test_a_base64_result_is_binary() -> None:
    body = base64.b64encode(bytes(range(256))).decode()
    result = {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": body, "isBase64Encoded": True}
    response = answered(result)
    assert (response.data, response.content_type) == (bytes(range(256)), "image/png")


@pytest.mark.parametrize("result", [{"a": 1}, "text", None, [1]])
def test_a_bare_result_is_json(result: Any) -> None:
    response = answered(result)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert json.loads(response.text) == result


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "many"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": ["b"]}},
        {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
        {"statusCode": 200, "cookies": 1},
    ],
)
def test_a_malformed_result_is_a_500(result: Any) -> None:
    response = answered(result)
    assert (response.status_code, response.get_json()) == (500, {"message": "Internal Server Error"})


def test_a_function_that_raises_is_a_500() -> None:
    api, _ = client(lambda event: event["absent"])
    response = api.get("/v1/health")
    assert (response.status_code, response.get_json()) == (500, {"message": "Internal Server Error"})
