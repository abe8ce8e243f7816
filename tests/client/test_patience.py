"""A job under way outlives minutes without a network; where there is none yet, the failure is told at once."""

import httpx
import pytest

from sealdrop import Misconfigured, ServiceRefused, TransportFailed
from sealdrop.errors import JobUnfinished
from sealdrop.transport.retrying import HURRIED, PATIENT, Patience, Transient, persist

OUTAGE = 40  # attempts


@pytest.mark.parametrize("where", ["GET /stage/v1/jobs/", "PUT /inputs", "GET /results"])
@pytest.mark.parametrize("answer", [httpx.ConnectError("lost"), httpx.Response(503)])
def test_a_job_outlives_an_outage(service, client, cancer, where, answer):
    model = client.model("breast-cancer")
    service.fail(where, *[answer] * OUTAGE)
    assert (model.predict(cancer.X) == cancer.estimator.predict(cancer.X)).all()


def test_a_grant_outlives_an_outage(service, client, cancer, monkeypatch):
    monkeypatch.setattr("sealdrop.request.parts.PART_ROWS", 1)
    service.fail("POST /stage/v1/jobs/.*/uploads", *[httpx.ConnectError("lost")] * OUTAGE)
    assert (client.model("breast-cancer").predict(cancer.X) == cancer.estimator.predict(cancer.X)).all()


def test_waiting_outlives_an_outage(service, client, cancer):
    job = client.model("breast-cancer").submit(cancer.X)
    service.fail("GET", *[httpx.ConnectError("lost")] * OUTAGE)
    assert job.wait().is_done


def test_an_outage_without_end_is_told_with_the_job(service, client, cancer):
    service.fail("GET /stage/v1/jobs/", *[httpx.ConnectError("lost")] * 10_000)
    with pytest.raises(TransportFailed, match=r"job j0{25}: the service did not answer: ConnectError"):
        client.model("breast-cancer").predict(cancer.X)


def test_a_first_call_is_given_up_soon(service, client):
    service.fail("GET", *[httpx.ConnectError("lost")] * OUTAGE)
    with pytest.raises(TransportFailed):
        client.model("breast-cancer")
    assert len(service.requests) == HURRIED.attempts


def test_patience_ends_with_its_seconds_or_its_attempts():
    calls = []

    def fail():
        calls.append(1)
        raise Transient(httpx.Response(503))

    for patience, attempts in ((Patience(0.0, 9), 1), (Patience(1000.0, 9), 9), (PATIENT.within(-1.0), 1)):
        calls.clear()
        with pytest.raises(Transient):
            persist(fail, patience=patience)
        assert len(calls) == attempts
    assert PATIENT.seconds >= 180
    assert HURRIED.seconds <= 10


@pytest.mark.parametrize("ask", ["wait", "result"])
def test_an_outage_does_not_outlast_the_time_to_wait(service, client, cancer, ask):
    job = client.model("breast-cancer").submit(cancer.X)
    before = len(service.requests)
    service.fail("GET", *[httpx.ConnectError("lost")] * OUTAGE)
    with pytest.raises(TransportFailed, match=job.id):
        getattr(job, ask)(timeout=0)
    assert len(service.requests) == before + 1


def test_a_finished_job_needs_no_time(client, cancer):
    job = client.model("breast-cancer").submit(cancer.X)
    assert not job.is_done
    assert (job.result(timeout=0).predict() == cancer.estimator.predict(cancer.X)).all()
    assert (job.state, job.is_done) == ("succeeded", True)


def test_an_unfinished_job_is_looked_at_once(service, client, cancer):
    service.looks_before_done = 10**9
    job = client.model("breast-cancer").submit(cancer.X)
    with pytest.raises(JobUnfinished, match=job.id):
        job.result(timeout=0)
    assert service.looks[job.id] == 1
    assert job.state == "evaluating"


@pytest.mark.parametrize("job", ["a", "zzz", "A" * 26, "a" * 25, "a" * 27, "../" + "a" * 23, None, 7])
def test_what_is_no_job_id_is_not_asked_for(service, client, job):
    for ask in (client.job, client.delete):
        with pytest.raises(Misconfigured) as refusal:
            ask(job)
        assert (refusal.value.code, refusal.value.message) == ("bad_job_id", "this is no job id")
        assert refusal.value.remedy == "Give the id that submitting printed: 26 characters."
    assert not service.log


def test_a_client_that_was_closed_says_so(service, client, cancer):
    model = client.model("breast-cancer")
    job = model.submit(cancer.X[:1])
    client.close()
    for ask in (client.models, lambda: model.predict(cancer.X[:1]), job.result):
        with pytest.raises(Misconfigured) as refusal:
            ask()
        assert refusal.value.code == "client_closed"


def test_an_answer_of_the_service_is_not_repeated_for_minutes(service, client, cancer):
    job = client.model("breast-cancer").submit(cancer.X)
    service.jobs.clear()
    before = len(service.requests)
    with pytest.raises(ServiceRefused):
        job.wait()
    assert len(service.requests) == before + 1
