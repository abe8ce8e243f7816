"""The public face: what is exported, and what no repr shows."""

import re

import httpx
import pytest

import sealdrop
from sealdrop import Client, SigV4, errors
from sealdrop.transport.credentials import Bearer
from sealdrop_core.errors import SealdropError
from tests.client.service import API, TOKEN


def test_names_are_sorted_and_there():
    assert sealdrop.__all__ == sorted(sealdrop.__all__)
    assert errors.__all__ == sorted(errors.__all__)
    for name in sealdrop.__all__:
        assert getattr(sealdrop, name).__name__ == name
    with pytest.raises(AttributeError):
        sealdrop.no_such_name  # noqa: B018


def test_every_error_is_exported_and_drawn_in_the_tree():
    def below(kind):
        for child in kind.__subclasses__():
            if child.__module__ == "sealdrop.errors":
                yield child.__name__
            yield from below(child)

    for name in {"SealdropError", *below(SealdropError)}:
        assert name in sealdrop.__all__
        assert re.search(rf"^\W*{name}\b", errors.__doc__, re.MULTILINE)


def test_every_error_has_a_code_and_a_remedy_of_its_own():
    kinds = [getattr(errors, name) for name in errors.__all__]
    kinds = [kind for kind in kinds if issubclass(kind, SealdropError) and kind is not SealdropError]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.remedy for kind in kinds)


def test_no_repr_shows_credentials(service, tmp_path):
    secret = "very-secret-token"
    with Client("https://user:word@api.test", secret, transport=httpx.MockTransport(service)) as client:
        shown = (
            repr(client) + repr(client._deployment) + repr(Bearer(secret)) + repr(vars(client._deployment.connection))
        )
    assert secret not in shown
    assert "word" not in repr(client)


def test_token_is_asked_for_anew_for_every_request(service):
    tokens = iter([TOKEN, TOKEN, "stale"])
    with Client(API, lambda: next(tokens), transport=httpx.MockTransport(service)) as client:
        client.models()
        client.models()
        with pytest.raises(sealdrop.ServiceRefused):
            client.models()


def test_the_token_never_goes_to_object_storage(service, client, cancer):
    client.model("breast-cancer").predict(cancer.X[:1])
    stored = [request for request in service.requests if request.url.host == "storage.test"]
    assert len(stored) == 3
    assert not any("authorization" in request.headers for request in stored)


def test_sigv4_signs_body_and_path(service, monkeypatch, cancer):
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(name, value)
    seen = []

    def check(request):
        if request.url.host != "storage.test":
            seen.append(request.headers["authorization"])
            assert request.headers["x-amz-date"]
            request.headers["authorization"] = f"Bearer {TOKEN}"

    service.rules.append(check)
    signer = SigV4("eu-central-1")
    with Client(API, signer, transport=httpx.MockTransport(service)) as client:
        client.model("breast-cancer").predict(cancer.X[:1])
    assert all("Credential=AKIDEXAMPLE/" in one and "/eu-central-1/execute-api/aws4_request" in one for one in seen)
    assert len({one.rsplit("=", 1)[1] for one in seen}) == len(seen)
    assert "secret" not in repr(signer)


def test_any_httpx_authentication_is_taken(service):
    class Own(httpx.Auth):
        def auth_flow(self, request):
            request.headers["authorization"] = f"Bearer {TOKEN}"
            yield request

    with Client(API, Own(), transport=httpx.MockTransport(service)) as client:
        assert len(client.models()) == 3
