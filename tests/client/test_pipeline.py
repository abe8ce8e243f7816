"""Many rows stream through in parts, few of them at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pandas as pd
import pytest

from sealdrop import Client, JobFailed, JobUnfinished, Misconfigured, TransportFailed
from sealdrop.request.bounded_map import WIDTH
from sealdrop.request.collect import raise_if_failed
from sealdrop.request.parts import rows_per_part
from tests.client.service import API, TOKEN


@pytest.fixture
def small_parts(monkeypatch):
    """Cut parts of one block."""
    monkeypatch.setattr("sealdrop.request.parts.PART_ROWS", 1)


@pytest.fixture
def many(cancer):
    return pd.concat([cancer.X] * 12)


def test_parts_are_sealed_uploaded_and_opened_as_a_stream(client, service, cancer, many, small_parts):
    seen = []
    model = client.model("breast-cancer")
    answer = model.predict(many, progress=seen.append)
    assert (answer == cancer.estimator.predict(many)).all()
    step = rows_per_part(model.manifest.plan_for(len(many)))
    assert model.last.parts == -(-len(many) // step) > 20
    assert max(now.sealed - now.uploaded for now in seen) <= (WIDTH + 1) * step
    assert (seen[-1].sealed, seen[-1].uploaded, seen[-1].opened) == (len(many),) * 3
    assert service.log.count("POST /v1/jobs") == 1


def test_results_are_opened_while_rows_are_still_being_sealed(client, many, small_parts):
    seen = []
    client.model("breast-cancer").predict(many, progress=seen.append)
    assert any(now.opened and now.sealed < now.rows for now in seen)


def test_more_parts_than_a_page_are_collected(client, cancer, small_parts):
    many = pd.concat([cancer.X] * 50)
    job = client.model("breast-cancer").submit(many)
    assert job.record.parts > 100
    assert (job.result().predict() == cancer.estimator.predict(many)).all()


def test_a_failed_part_stops_the_sending(client, service, many, small_parts, monkeypatch):
    failed = threading.Event()

    def judge(job, parts):
        try:
            raise_if_failed(job, parts)
        except JobFailed:
            failed.set()
            raise

    def slowly(now):
        if now.sealed > len(many) / 2:
            failed.wait(20)

    def rule(request):
        for job in service.jobs.values():
            job.parts[0]["state"] = "failed"
            job.parts[0]["error"] = {"code": "worker_died", "detail": "d", "remedy": "r"}

    service.rules.append(rule)
    monkeypatch.setattr("sealdrop.request.collect.raise_if_failed", judge)
    before = set(threading.enumerate())
    with pytest.raises(JobFailed, match=r"job .*: d"):
        client.model("breast-cancer").predict(many, progress=slowly)
    (job,) = service.jobs.values()
    assert len(job.parts) < job.request["parts"]
    assert set(threading.enumerate()) <= before


def test_a_failed_upload_stops_the_collecting(client, service, many, small_parts):
    service.fail("PUT /inputs/t/.*/000007", httpx.Response(400))
    before = set(threading.enumerate())
    with pytest.raises(TransportFailed, match="refused with 400"):
        client.model("breast-cancer").predict(many)
    assert set(threading.enumerate()) <= before


def test_a_job_is_submitted_now_and_opened_in_another_process(service, client, cancer):
    job = client.model("breast-cancer").submit(cancer.X)
    with Client(API, TOKEN, transport=httpx.MockTransport(service)) as other:
        later = other.job(job.id)
        assert later.wait().is_done
        prediction = later.result()
    assert (prediction.predict() == cancer.estimator.predict(cancer.X)).all()
    assert prediction.job == job.id


def test_a_job_from_elsewhere_cannot_be_opened(service, client, cancer, tmp_path):
    job = client.model("breast-cancer").submit(cancer.X[:1])
    with Client(API, TOKEN, keyring_dir=tmp_path / "other", transport=httpx.MockTransport(service)) as other:
        with pytest.raises(Misconfigured) as refusal:
            other.job(job.id).result()
        assert refusal.value.code == "no_receipt"


def test_one_model_serves_many_threads(client, cancer, small_parts):
    model, wanted = client.model("breast-cancer"), cancer.estimator.predict(cancer.X)
    with ThreadPoolExecutor(4) as pool:
        for answer in pool.map(lambda _: model.predict(cancer.X), range(8)):
            assert (answer == wanted).all()


def test_waiting_has_an_end(client, service, cancer):
    service.looks_before_done = 10**9
    job = client.model("breast-cancer").submit(cancer.X[:1])
    for wait in (job.wait, job.result):
        with pytest.raises(JobUnfinished):
            wait(timeout=0.02)
    assert not job.is_done
    service.looks_before_done = 0
    assert job.refresh().is_done


def test_jobs_are_listed_newest_first_and_deleted(client, service, cancer):
    model = client.model("breast-cancer")
    first, second = model.submit(cancer.X[:1]), model.submit(cancer.X[:1])
    assert [job.id for job in client.jobs()] == [second.id, first.id]
    client.delete(first)
    first.delete()
    client.delete(second.id)
    assert client.jobs() == []
    assert not list(client._deployment.receipts.folder.iterdir())


@pytest.mark.parametrize("job", ["../x", "", "A", "x" * 41, "a b", "x/../../v1"])
def test_no_other_path_is_asked_for_under_a_job_id(client, service, job):
    with pytest.raises(Misconfigured):
        client.job(job)
    assert not service.log


@pytest.mark.parametrize("reference", ["../jobs", "", "A", "x@0", "x@", "x@1@2", "a b"])
def test_no_other_path_is_asked_for_under_a_model_name(client, service, reference):
    with pytest.raises(Misconfigured):
        client.model(reference)
    assert not service.log


def test_a_result_may_be_fetched_twice_and_watched(client, cancer):
    job, seen = client.model("breast-cancer").submit(cancer.X[:2]), []
    first, second = job.result(progress=seen.append), job.result()
    assert (first.scores == second.scores).all()
    assert (first.timing.parts, second.timing.parts) == (1, 1)
    assert first.timing.seal > 0 == second.timing.seal
    assert seen[-1].opened == 2
