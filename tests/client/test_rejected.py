"""Credentials that a gateway does not take: as much is said as can be known, and none of its words are repeated."""

import base64
import json

import httpx
import pytest

from sealdrop import Client, ServiceRefused, SigV4
from tests.client.service import API, problem

GENERIC = httpx.Response(401, json={"message": "Unauthorized"}, headers={"www-authenticate": "Bearer"})
TOLD = httpx.Response(401, headers={"www-authenticate": 'Bearer error_description="the token has expired"'})
FORBIDDEN = httpx.Response(403, json={"message": "Forbidden"})
STALE = httpx.Response(403, json={"message": "Signature expired: planted-session-token is now earlier"})


def jwt(**claims):
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2lnbmF0dXJl"


class Own(httpx.Auth):
    """An authentication that sealdrop knows nothing of."""


@pytest.fixture
def signer(monkeypatch):
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(name, value)
    return SigV4("eu-central-1")


def refused(service, credentials, answer):
    service.fail("GET", answer)
    transport = httpx.MockTransport(service)
    with Client(API, credentials, transport=transport) as client, pytest.raises(ServiceRefused) as refusal:
        client.models()
    assert "planted" not in refusal.value.message + refusal.value.remedy
    assert refusal.value.code == ("unauthenticated" if answer.status_code == 401 else "forbidden")
    return refusal.value


@pytest.mark.parametrize(
    ("token", "answer", "message"),
    [
        (jwt(exp=1), GENERIC, "the token has expired"),
        (jwt(exp=4e9), GENERIC, "the deployment does not take this token"),
        (jwt(exp=4e9), TOLD, "the token has expired"),
        ("opaque", GENERIC, "the deployment does not take this token"),
        ("a.\x21\x21.c", GENERIC, "the deployment does not take this token"),
        (jwt(exp=None), GENERIC, "the deployment does not take this token"),
        ("opaque", FORBIDDEN, "the deployment does not take this token"),
    ],
)
def test_a_token_that_is_not_taken(service, token, answer, message):
    error = refused(service, token, answer)
    assert error.message == message
    assert ("callable" if "expired" in message else "SigV4") in error.remedy


@pytest.mark.parametrize(
    ("answer", "message", "remedy"),
    [
        (GENERIC, "the deployment does not take AWS credentials", "SEALDROP_TOKEN"),
        (STALE, "the AWS credentials or their signature have expired", "clock"),
        (FORBIDDEN, "the deployment does not take these AWS credentials", "execute-api:Invoke"),
    ],
)
def test_aws_credentials_that_are_not_taken(service, signer, answer, message, remedy):
    error = refused(service, signer, answer)
    assert (error.message, remedy in error.remedy) == (message, True)


def test_other_credentials_that_are_not_taken(service):
    assert refused(service, Own(), GENERIC).message == "the deployment does not take these credentials"


def test_a_service_that_says_why_is_believed(service):
    error = refused(service, jwt(exp=0), problem(401, "unauthenticated", remedy="Ask for leave."))
    assert (error.message, error.remedy) == ("about unauthenticated", "Ask for leave.")
