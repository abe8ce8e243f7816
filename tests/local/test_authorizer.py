"""The JWT authorizer: signature, expiry, issuer and audience are all checked."""

from typing import Any

import jwt
import pytest
from werkzeug.test import Client, TestResponse

from sealdrop.local.aws.account import Account
from sealdrop.local.gateway.api import HttpApi
from sealdrop.local.gateway.authorizer import AUDIENCE, ISSUER, JwtAuthorizer
from sealdrop.local.template.functions import Route
from tests.local.scripted import ScriptedRuntime, function

AUTHORIZER = JwtAuthorizer()


def get(authorization: str | None) -> tuple[TestResponse, list[Any]]:
    """Return the answer of a route with an authorizer, and the events its function saw."""
    runtime = ScriptedRuntime(lambda event: "in")
    api = HttpApi([function(routes=(Route("GET", "/", public=False),))], runtime, AUTHORIZER, Account.generate())
    headers = {} if authorization is None else {"Authorization": authorization}
    return Client(api).get("/", headers=headers), runtime.events


def signed(key: bytes | None = None, **changes: Any) -> str:
    good = jwt.decode(AUTHORIZER.issue("alice"), options={"verify_signature": False})
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    return jwt.encode(claims, AUTHORIZER._key if key is None else key, "HS256")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer nonsense",
        f"Bearer {signed(key=b'x' * 32)}",
        f"Bearer {AUTHORIZER.issue('alice', lifetime=-1)}",
        f"Bearer {signed(aud='another')}",
        f"Bearer {signed(iss='https://elsewhere')}",
        f"Bearer {signed(exp=None)}",
        f"Bearer {signed(sub=None)}",
        f"Bearer {jwt.encode({'sub': 'alice', 'iss': ISSUER, 'aud': AUDIENCE, 'exp': 2**40}, None, 'none')}",
    ],
    ids=["no", "empty", "bare", "text", "key", "expired", "audience", "issuer", "no exp", "no sub", "none algorithm"],
)
def test_a_token_that_is_none_is_unauthorized(authorization: str | None) -> None:
    response, events = get(authorization)
    assert (response.status_code, response.get_json()) == (401, {"message": "Unauthorized"})
    assert events == []


@pytest.mark.parametrize("token", [AUTHORIZER.issue("alice"), signed()], ids=["issued", "signed the same way"])
@pytest.mark.parametrize("scheme", ["Bearer ", ""])
def test_a_token_of_the_authorizer_is_authorized(token: str, scheme: str) -> None:
    response, [event] = get(scheme + token)
    assert response.status_code == 200
    assert event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == "alice"
