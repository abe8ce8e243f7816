"""What a client cannot be made of is refused with what would do instead, whatever its type."""

import httpx
import pytest

from sealdrop import Client, Misconfigured
from sealdrop.errors import Misconfigured as Base
from tests.client.service import API, TOKEN


def refused(ask):
    with pytest.raises(Misconfigured) as refusal:
        ask()
    assert refusal.value.remedy != Base.remedy
    return refusal.value


@pytest.mark.parametrize("url", ["127.0.0.1:8787", "localhost:8787", "api.example.com", "", None, 7, b"https://x"])
def test_an_address_without_a_scheme(url):
    refusal = refused(lambda: Client(url, TOKEN))
    assert (refusal.code, refusal.remedy) == ("bad_url", "Begin the address with https:// or http://.")


@pytest.mark.parametrize("policy", ["foo", None, [], "Refuse"])
def test_a_policy_that_is_none(policy):
    refusal = refused(lambda: Client(API, TOKEN, on_out_of_range=policy))
    assert refusal.code == "bad_policy"
    assert '"refuse", "warn", "clip" and "report"' in refusal.remedy


@pytest.mark.parametrize(
    ("token", "code"),
    [
        *[("a b", "bad_token"), ("a\nb", "bad_token"), ("ä", "bad_token"), ("", "no_credentials")],
        *[(lambda: None, "no_credentials"), (lambda: " ", "no_credentials"), (lambda: "a b", "bad_token")],
        *[(None, "no_credentials"), (7, "no_credentials")],
    ],
)
def test_a_token_that_is_none(service, token, code):
    def ask():
        with Client(API, token, transport=httpx.MockTransport(service)) as client:
            client.models()

    assert refused(ask).code == code


@pytest.mark.parametrize("reference", [None, 7, b"breast-cancer", ["breast-cancer"], "a b"])
def test_a_model_name_that_is_none(client, service, reference):
    assert refused(lambda: client.model(reference)).code == "bad_reference"
    assert not service.log
