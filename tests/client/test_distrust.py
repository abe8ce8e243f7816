"""What a client does not believe: manifests, links, results, addresses, tokens."""

import json

import httpx
import pytest

from sealdrop import MalformedSeal, Misconfigured, ServiceRefused, TransportFailed
from sealdrop.client import Client
from sealdrop.errors import UntrustedManifest
from tests.client.service import API, TOKEN


def test_a_damaged_result_is_told_to_nobody(service, model, rows):
    service.fail("GET /results", httpx.Response(200, content=b"damaged"))
    with pytest.raises(TransportFailed) as failure:
        model.predict(rows)
    assert failure.value.code == "damaged_download"
    assert service.log[-1].startswith("GET /results")


def test_a_result_that_is_none_is_told_to_nobody(service, model, rows):
    def rule(request):
        for name in service.objects:
            if name.startswith("results/"):
                service.objects[name] = b"x" * 64

    service.rules.append(rule)
    with pytest.raises(MalformedSeal):
        model.predict(rows)
    assert service.log[-1].startswith("GET /results")


def test_an_endless_result_is_cut_off(service, model, rows):
    service.fail("GET /results", httpx.Response(200, content=b"x" * 50_000_000))
    with pytest.raises(TransportFailed):
        model.predict(rows)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["manifest"].update(description="other"),
        lambda d: d.update(digest="0" * 64),
        lambda d: d["manifest"].update(unknown=1),
        lambda d: d["manifest"]["output"].update(classes=[0, 1, 2]),
        lambda d: d["manifest"].update(name="other"),
        lambda d: d["manifest"]["plans"][0]["parameters"].update(coeff_modulus=["4611686018427387847"]),
    ],
)
def test_a_manifest_that_is_not_what_it_says_is_not_trusted(service, client, published, change):
    manifest = published["breast-cancer@1"][0]
    described = {"digest": manifest.digest, "manifest": json.loads(manifest.canonical())}
    change(described)
    service.fail("GET /stage/v1/models", httpx.Response(200, json=described))
    with pytest.raises(UntrustedManifest):
        client.model("breast-cancer")


def test_another_manifest_than_the_pinned_one_is_not_trusted(client, published):
    digest = published["breast-cancer@1"][0].digest
    assert client.model("breast-cancer", digest=digest).manifest.digest == digest
    with pytest.raises(UntrustedManifest):
        client.model("digits", digest=digest)


def test_a_link_less_safe_than_the_service_is_not_followed(service, model, rows):
    service.objects.link = lambda name: f"http://storage.test/{name}"
    with pytest.raises(TransportFailed) as failure:
        model.predict(rows)
    assert failure.value.code == "insecure_link"


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://x", "nonsense", "", "https://", "http://8.8.8.8"])
def test_an_unusable_address_is_refused(url):
    with pytest.raises(Misconfigured):
        Client(url, TOKEN)


@pytest.mark.parametrize("token", ["", " ", None, "a b", "a\nb", "ä"])
def test_an_unusable_token_is_refused(service, token):
    with pytest.raises(Misconfigured), Client(API, token, transport=httpx.MockTransport(service)) as client:
        client.models()


def test_a_wrong_token_is_refused_by_the_service_and_not_shown(service):
    with Client(API, "wrong", transport=httpx.MockTransport(service)) as client:
        with pytest.raises(ServiceRefused) as refusal:
            client.models()
        assert refusal.value.code == "unauthenticated"
        assert "wrong" not in repr(client)
