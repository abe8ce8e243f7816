"""Receipts: there from a job's beginning, as cheap at the last part as at the first, and of one keyring."""

import errno
import os
from itertools import pairwise

import httpx
import pytest

from sealdrop import Client, JobUnfinished, Misconfigured
from sealdrop.receipts import Receipt, Receipts
from tests.client.service import API, TOKEN

JOB = "j" + "0" * 25


@pytest.fixture
def receipt():
    fields = {"model": "m@1", "manifest": "a" * 64, "plan": "p", "keyring": "b" * 64, "rows": 5, "rows_per_part": 2}
    return Receipt(job=JOB, **fields)


def elsewhere(service, **options):
    return Client(API, TOKEN, transport=httpx.MockTransport(service), **options)


def test_every_part_is_a_line_more(tmp_path, receipt):
    receipts = Receipts(tmp_path / "jobs")
    receipts.save(receipt)
    (path,) = receipts.folder.iterdir()
    sizes = [path.stat().st_size]
    for digest in ("c" * 64, "d" * 64, "e" * 64):
        assert not receipts.load(JOB).is_complete
        receipts.add(receipt, digest)
        sizes.append(path.stat().st_size)
    assert [later - earlier for earlier, later in pairwise(sizes)] == [65] * 3
    assert receipts.load(JOB) == receipt
    assert receipts.load(JOB).is_complete
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_crash_cut_off_is_no_part(tmp_path, receipt):
    receipts = Receipts(tmp_path / "jobs")
    receipts.save(receipt)
    receipts.add(receipt, "c" * 64)
    (path,) = receipts.folder.iterdir()
    path.write_bytes(path.read_bytes() + b"dd")
    assert receipts.load(JOB).inputs == ["c" * 64]


def test_old_receipts_are_cleared_away_while_others_vanish(tmp_path, receipt):
    receipts = Receipts(tmp_path / "jobs")
    receipts.save(receipt)
    old, vanished = receipts.folder / f"{'k' * 26}.receipt", receipts.folder / f"{'l' * 26}.receipt"
    old.touch()
    os.utime(old, (0, 0))
    vanished.symlink_to("nowhere")  # listed, and not there when it is looked at
    receipts.save(receipt)
    assert not old.exists()
    assert receipts.load(JOB) == receipt


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\n", b"{", b"cc\ncc\n"])
def test_what_is_no_receipt_is_none(tmp_path, receipt, content):
    receipts = Receipts(tmp_path / "jobs")
    receipts.save(receipt)
    next(receipts.folder.iterdir()).write_bytes(content)
    assert receipts.load(JOB) is None


def test_a_receipt_is_there_before_the_first_part_travels_and_gone_when_all_are_opened(service, client, cancer):
    seen = []

    def rule(request):
        if "/inputs/" in request.url.path:
            seen.append(client._deployment.receipts.load(*service.jobs))

    service.rules.append(rule)
    client.model("breast-cancer").predict(cancer.X)
    assert [len(receipt.inputs) for receipt in seen] == [1]
    assert not list(client._deployment.receipts.folder.iterdir())


def test_a_receipt_that_cannot_be_kept_takes_the_job_back(service, client, cancer, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    client.model("breast-cancer").predict(cancer.X)  # the keyring is there
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Misconfigured, match="No space left") as refusal:
        client.model("breast-cancer").predict(cancer.X)
    assert refusal.value.code == "not_kept"
    assert service.log[-1].startswith("DELETE")


def test_a_job_without_a_receipt_is_said_to_have_none(service, client, cancer, tmp_path):
    job = client.model("breast-cancer").submit(cancer.X[:1])
    with elsewhere(service, keyring_dir=tmp_path / "other") as other, pytest.raises(Misconfigured) as refusal:
        other.job(job.id).result()
    assert refusal.value.message == f"job {job.id}: there is no receipt of this job here"


def test_a_job_whose_rows_were_not_all_sent_is_not_waited_for(service, client, cancer):
    job = client.model("breast-cancer").submit(cancer.X[:1])
    (path,) = client._deployment.receipts.folder.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    with elsewhere(service) as other, pytest.raises(JobUnfinished) as refusal:
        other.job(job.id).result()
    assert refusal.value.code == "rows_missing"


@pytest.mark.parametrize("name", ["breast-cancer", "ridge"])
@pytest.mark.parametrize("again", [False, True], ids=["deleted", "replaced"])
def test_a_keyring_that_is_gone_is_not_the_services_fault(service, client, cancer, ridge, name, again):
    rows = {"breast-cancer": cancer, "ridge": ridge}[name].X[:3]
    job = client.model(name).submit(rows)
    keystore = client._deployment.keystore
    for path in keystore.folder.glob("*.keyring"):
        path.unlink()
    with elsewhere(service) as other:
        if again:
            other.model(name).predict(rows)
        before = sorted(keystore.folder.iterdir())
        with pytest.raises(Misconfigured) as refusal:
            other.job(job.id).result()
        assert sorted(keystore.folder.iterdir()) == before
    assert refusal.value.code == "keyring_gone"
    assert refusal.value.remedy == "Submit the rows again."
    assert (job.result().scores == job.result().scores).all()  # the process that sealed them has it still


def test_a_keyring_that_another_process_put_back_is_found(service, client, cancer):
    keystore = client._deployment.keystore
    job = client.model("breast-cancer").submit(cancer.X[:3])
    (path,) = keystore.folder.glob("*.keyring")
    content = path.read_bytes()
    path.unlink()
    with elsewhere(service) as other:
        other.model("breast-cancer").predict(cancer.X[:3])
        path.write_bytes(content)
        path.chmod(0o600)
        assert (other.job(job.id).result().predict() == cancer.estimator.predict(cancer.X[:3])).all()
