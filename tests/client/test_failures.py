"""What the network, the service and object storage can do to a request, and what becomes of it."""

import threading

import httpx
import pytest

from sealdrop import JobFailed, ServiceRefused, TransportFailed
from sealdrop.transport import retrying
from sealdrop.transport.retrying import retry_after
from tests.client.service import problem


@pytest.mark.parametrize(
    "where", ["GET /stage/v1/jobs/", "POST /stage/v1/jobs", "PUT /inputs", "PUT /keys", "GET /results"]
)
@pytest.mark.parametrize("answer", [httpx.Response(503, headers={"retry-after": "0"}), httpx.ReadError("lost")])
def test_transient_failures_are_repeated(service, model, rows, cancer, where, answer):
    service.fail(where, answer, answer)
    assert (model.predict(rows) == cancer.estimator.predict(rows)).all()


@pytest.mark.parametrize("where", ["PUT /inputs", "PUT /keys"])
def test_an_upload_that_storage_waited_too_long_for_is_repeated(service, model, rows, cancer, where):
    service.fail(where, httpx.Response(400, content=b"<Error><Code>RequestTimeout</Code></Error>"))
    assert (model.predict(rows) == cancer.estimator.predict(rows)).all()
    assert len([line for line in service.log if line.startswith(where)]) == 2


def test_a_repeated_post_carries_the_same_idempotency_key(service, model, rows):
    service.fail("POST /stage/v1/jobs", httpx.Response(500))
    model.predict(rows)
    posts = [request for request in service.requests if request.url.path == "/stage/v1/jobs"]
    assert len(posts) == 2
    assert len({post.headers["idempotency-key"] for post in posts}) == 1


def test_an_upload_whose_answer_was_lost_has_arrived(service, model, rows, cancer):
    lost = iter([True])

    def rule(request):
        if request.method == "PUT" and "/inputs/" in request.url.path and next(lost, False):
            service._store(request)
            raise httpx.ReadError("the answer got lost")

    service.rules.append(rule)
    assert (model.predict(rows) == cancer.estimator.predict(rows)).all()


@pytest.mark.parametrize("where", ["PUT /inputs", "PUT /keys", "GET /results"])
@pytest.mark.parametrize("answer", [(403, b""), (400, b"<Error><Code>ExpiredToken</Code></Error>")])
def test_an_expired_link_is_replaced(service, model, rows, cancer, where, answer):
    service.fail(where, httpx.Response(answer[0], content=answer[1]))
    assert (model.predict(rows) == cancer.estimator.predict(rows)).all()


@pytest.mark.parametrize("where", ["PUT /inputs", "PUT /keys", "GET /results"])
def test_links_that_are_always_refused_end_the_request(service, model, rows, where):
    service.fail(where, *[httpx.Response(403)] * 9)
    with pytest.raises(TransportFailed) as failure:
        model.predict(rows)
    assert failure.value.code == "link_refused"


def test_lost_keys_are_enrolled_again(service, model, rows, cancer):
    model.predict(rows)
    for name in [name for name in service.objects if name.startswith("keys/")]:
        del service.objects[name]
    assert (model.predict(rows) == cancer.estimator.predict(rows)).all()
    assert service.log.count("POST /v1/keys") == 2


def test_no_answer_at_all_is_a_failed_transport(service, model, rows):
    service.fail("POST", *[httpx.ConnectError("refused")] * 9)
    with pytest.raises(TransportFailed, match="ConnectError"):
        model.predict(rows)


def test_a_refusal_carries_problem_details(service, client):
    with pytest.raises(ServiceRefused) as refusal:
        client.model("no-such-model")
    error = refusal.value
    assert (error.code, error.http_status, error.request_id) == ("model_not_found", 404, "r-1")
    assert error.remedy == "List the models."
    assert error.problem()["status"] == 404


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"detail": 3, "code": null}', b"\xff", b"[" * 100_000])
def test_a_refusal_without_problem_details_is_one(service, client, content):
    service.fail("GET", httpx.Response(418, content=content))
    with pytest.raises(ServiceRefused) as refusal:
        client.models()
    assert refusal.value.http_status == 418


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"models": [{}]}'])
def test_an_unreadable_answer_is_a_failed_transport(service, client, content):
    service.fail("GET", httpx.Response(200, content=content))
    with pytest.raises(TransportFailed) as failure:
        client.models()
    assert failure.value.code == "unreadable_answer"


def test_a_failed_part_fails_the_job_with_its_code(service, model, rows):
    def rule(request):
        for job in service.jobs.values():
            for part in job.parts.values():
                part["state"] = "failed"
                part["error"] = {"code": "worker_died", "detail": "the worker died", "remedy": "Try again."}

    service.rules.append(rule)
    with pytest.raises(JobFailed) as failure:
        model.predict(rows)
    assert failure.value.code == "worker_died"
    assert failure.value.job in service.jobs


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("moment", ["sealed", "uploaded", "opened"])
def test_no_thread_outlives_an_interruption(model, rows, error, moment):
    def progress(now):
        if getattr(now, moment):
            raise error

    with pytest.raises(error):
        model.predict(rows, progress=progress)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sealdrop")]


def test_a_retired_model_is_refused(service, client):
    service.fail("GET", problem(410, "model_retired"))
    with pytest.raises(ServiceRefused) as refusal:
        client.model("breast-cancer")
    assert refusal.value.code == "model_retired"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *[("0", 0), ("7", 7), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)],
        *[("soon", None), ("-1", None), ("", None), ("٣", None), (f"Fri, 31 Dec 2027 23:59:59 +{'9' * 11}", None)],
        *[("9" * 11, 86400), ("9" * 400, 86400), ("Fri, 31 Dec 9999 23:59:59 GMT", 86400)],
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after(httpx.Response(503, headers=[("retry-after", header.encode())])) == seconds


@pytest.mark.parametrize(("asked", "pauses"), [("7", [7.0]), ("60", [60.0]), ("301", [])])
def test_a_service_is_left_alone_for_as_long_as_it_asks_or_given_up(service, client, monkeypatch, asked, pauses):
    slept = []
    monkeypatch.setattr(retrying.NEVER, "wait", lambda timeout: slept.append(timeout))
    service.fail("GET", problem(503, "unavailable", **{"retry-after": asked}))
    if pauses:
        assert client.models()
    else:
        with pytest.raises(ServiceRefused):
            client.models()
    assert slept == pauses


@pytest.mark.parametrize(
    ("status", "retryable", "attempts"),
    [(500, False, 1), (500, None, 2), (500, True, 2), (409, True, 2), (409, False, 1), (409, None, 1), (503, False, 2)],
)
def test_a_refusal_is_repeated_only_if_it_may_pass(service, client, status, retryable, attempts):
    told = {"code": "c"} | ({} if retryable is None else {"retryable": retryable})
    service.fail("GET", httpx.Response(status, json=told))
    if attempts == 1:
        with pytest.raises(ServiceRefused):
            client.models()
    else:
        assert client.models()
    assert len(service.requests) == attempts


def test_a_service_that_stays_unavailable_is_given_up(service, client):
    service.fail("GET", *[problem(503, "unavailable", **{"retry-after": "0"})] * 6)
    with pytest.raises(ServiceRefused) as refusal:
        client.models()
    assert refusal.value.code == "unavailable"
    assert refusal.value.problem()["retryable"]
    assert len(service.requests) == 6
