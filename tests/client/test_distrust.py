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


@pytest.mark.parametrize("header", [{"x-text": "ä"}, {"ä": "x"}])
def test_headers_that_are_no_text_are_not_sent(service, model, rows, header):
    granted = service.objects.grant

    def grant(*of):
        given = granted(*of)
        return given | {"headers": given["headers"] | header}

    service.objects.grant = grant
    with pytest.raises(TransportFailed):
        model.predict(rows)


@pytest.mark.parametrize("where", ["GET /stage/v1/models", "PUT /keys"])
def test_an_endless_answer_is_cut_off(service, client, rows, where):
    service.fail(where, httpx.Response(200, content=iter(lambda: b" " * 1_000_000, b"")))
    with pytest.raises(TransportFailed) as failure:
        client.model("breast-cancer").predict(rows)
    assert failure.value.code == "unreadable_answer"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["GET /stage/v1/models", "POST /stage/v1/jobs", "PUT /inputs", "GET /results"])
def test_nobody_is_sent_elsewhere(service, client, rows, where, status):
    service.fail(where, httpx.Response(status, headers={"location": "https://elsewhere.test/"}))
    with pytest.raises((ServiceRefused, TransportFailed)):
        client.model("breast-cancer").predict(rows)
    assert {request.url.host for request in service.requests} <= {"api.test", "storage.test"}


@pytest.mark.parametrize("job", ["../x", "J", "", "a/b", "a" * 41])
def test_a_job_id_that_is_none_is_not_used(service, model, rows, job):
    created = service._create

    def create(body, key):
        answer = created(body, key).json()
        answer["job"]["id"] = job
        return httpx.Response(201, json=answer)

    service._create = create
    with pytest.raises(TransportFailed) as failure:
        model.predict(rows)
    assert failure.value.code == "unreadable_answer"


def test_a_host_that_cannot_be_is_told():
    with pytest.raises(TransportFailed), Client(f"https://{'a' * 64}.test", TOKEN) as client:
        client.models()


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
