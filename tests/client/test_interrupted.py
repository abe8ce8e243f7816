"""Whatever ends the sending or the waiting, the job is not lost: it is collected later, deleted, or named."""

import signal
import threading

import httpx
import pandas as pd
import pytest

from sealdrop import Client, Keyring, Mismatch, RefusedInput, ServiceRefused, TransportFailed
from tests.client.service import API, TOKEN, problem


@pytest.fixture
def small_parts(monkeypatch):
    """Cut parts of one block."""
    monkeypatch.setattr("sealdrop.request.parts.PART_ROWS", 1)


@pytest.fixture
def interrupt():
    """Press Ctrl-C in the main thread, as the terminal does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def collected(service, job):
    with Client(API, TOKEN, transport=httpx.MockTransport(service)) as other:
        return other.job(job).result().predict()


def kept(client):
    folder = client._deployment.receipts.folder
    return [path.stem for path in folder.iterdir()] if folder.exists() else []


def test_a_wait_that_is_interrupted_names_the_job_which_is_collected_later(service, client, cancer, interrupt):
    service.looks_before_done = 3

    def rule(request):
        if request.method == "GET" and service.looks["j" + "0" * 25] == 1:
            interrupt()

    service.rules.append(rule)
    with pytest.raises(KeyboardInterrupt) as interruption:
        client.model("breast-cancer").predict(cancer.X)
    (job,) = service.jobs
    assert f"`sealdrop collect {job}`" in interruption.value.__notes__[0]
    assert (collected(service, job) == cancer.estimator.predict(cancer.X)).all()


@pytest.mark.parametrize("method", ["predict", "submit"])
def test_a_sending_that_is_interrupted_takes_the_job_back(service, client, cancer, small_parts, method):
    def progress(now):
        if now.uploaded >= 32:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interruption:
        getattr(client.model("breast-cancer"), method)(pd.concat([cancer.X] * 4), progress=progress)
    assert not service.jobs
    assert "was deleted" in interruption.value.__notes__[0]
    assert kept(client) == []


def test_a_job_that_cannot_be_taken_back_is_named(service, client, cancer, small_parts):
    def progress(now):
        if now.uploaded >= 32:
            raise KeyboardInterrupt

    service.fail("DELETE", *[httpx.ConnectError("lost")] * 9)
    with pytest.raises(KeyboardInterrupt) as interruption:
        client.model("breast-cancer").predict(cancer.X, progress=progress)
    (job,) = service.jobs
    assert f"`sealdrop jobs --delete {job}`" in interruption.value.__notes__[0]


def test_nothing_is_said_of_a_job_that_never_was(service, client, cancer):
    service.fail("POST /stage/v1/jobs", problem(403, "forbidden", remedy="Ask for leave."))
    with pytest.raises(ServiceRefused) as refusal:
        client.model("breast-cancer").predict(cancer.X)
    assert (refusal.value.message, refusal.value.remedy) == ("about forbidden", "Ask for leave.")
    assert not any(line.startswith("DELETE") for line in service.log)


@pytest.mark.parametrize("answer", [problem(401, "unauthenticated"), httpx.Response(200)])
def test_a_wait_that_fails_names_the_job_which_is_collected_later(service, client, cancer, answer):
    service.fail("GET /stage/v1/jobs/", answer)
    with pytest.raises((ServiceRefused, TransportFailed)) as failure:
        client.model("breast-cancer").predict(cancer.X)
    (job,) = service.jobs
    assert str(failure.value).startswith(f"job {job}: ")
    assert f"`sealdrop collect {job}`" in failure.value.remedy
    assert (collected(service, job) == cancer.estimator.predict(cancer.X)).all()


def test_a_collecting_that_fails_names_the_job(service, client, cancer):
    job = client.model("breast-cancer").submit(cancer.X)
    for ask in (job.wait, job.result):
        service.fail("GET /stage/v1/jobs/", problem(401, "unauthenticated"))
        with pytest.raises(ServiceRefused, match=f"job {job.id}: ") as refusal:
            ask()
        assert f"`sealdrop collect {job.id}`" in refusal.value.remedy


def test_a_job_that_is_gone_is_not_to_be_collected(service, client, cancer):
    job = client.model("breast-cancer").submit(cancer.X)
    service.jobs.clear()
    with pytest.raises(ServiceRefused, match=job.id) as refusal:
        job.result()
    assert "collect" not in refusal.value.remedy


@pytest.mark.parametrize("method", ["predict", "submit"])
def test_a_sending_that_fails_names_the_job_and_takes_it_back(service, client, cancer, small_parts, method):
    service.fail("PUT /inputs/t/.*/000002", httpx.Response(400))
    with pytest.raises(TransportFailed, match=r"job j0*: object storage refused") as failure:
        getattr(client.model("breast-cancer"), method)(cancer.X)
    assert "was deleted" in failure.value.remedy
    assert not service.jobs
    assert kept(client) == []


def test_rows_that_are_refused_on_the_way_take_the_job_back(service, cancer, small_parts):
    rows = cancer.X.to_numpy().copy()
    rows[-1] = 1e30
    with Client(API, TOKEN, transport=httpx.MockTransport(service), on_out_of_range="warn") as client:
        with pytest.raises(RefusedInput) as refusal, pytest.warns(match="too far"):
            client.model("breast-cancer").predict(rows)
        assert refusal.value.code == "out_of_range"
        assert "was deleted" in refusal.value.remedy
        assert not service.jobs


def test_word_that_a_result_did_not_open_travels_nowhere(service, client, cancer, small_parts, monkeypatch):
    """Not even as a deletion, while parts are still being sent."""
    many, failed, seal = pd.concat([cancer.X] * 12), threading.Event(), Keyring.seal

    def fail(*_, **__):
        failed.set()
        raise Mismatch("another's")

    def slowly(*rows):
        if sum(line.startswith("PUT /inputs") for line in service.log) > 10:
            failed.wait(20)
        return seal(*rows)

    monkeypatch.setattr(Keyring, "open", fail)
    monkeypatch.setattr(Keyring, "seal", slowly)
    with pytest.raises(Mismatch):
        client.model("breast-cancer").predict(many)
    (job,) = service.jobs.values()
    assert len(job.parts) < job.request["parts"]
    assert not any(line.startswith("DELETE") for line in service.log)
