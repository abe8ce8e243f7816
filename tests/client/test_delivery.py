"""A result that was paid for is never lost: its receipt stays until the answer is where it was to go."""

import os
import re
import resource
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from sealdrop import Client, Keyring, MalformedSeal, Mismatch, TransportFailed
from sealdrop.cli import answers
from sealdrop.cli.destination import Destination, opened
from sealdrop.errors import ClientError
from tests.client.service import API, TOKEN, problem

JOB = "j" + "0" * 25
COLLECT = f"Do not send its rows again: `sealdrop collect {JOB}` fetches the result."


@pytest.fixture
def wanted(cancer):
    return cancer.estimator.predict(cancer.X)


@contextmanager
def files_of_at_most(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def predictions(text):
    return [int(line) for line in text.splitlines()[1:]]


def collected(service):
    with Client(API, TOKEN, transport=httpx.MockTransport(service)) as other:
        return other.job(JOB).result().predict()


@pytest.mark.parametrize("as_json", [False, True], ids=["words", "json"])
def test_a_disk_that_fills_up_at_the_end_costs_nothing(run, rows_csv, wanted, tmp_path, monkeypatch, as_json):
    def write(file, answer):
        with files_of_at_most(100):
            whole_answer(file, answer)
            file.flush()

    whole_answer = answers._write
    with monkeypatch.context() as patch:
        patch.setattr(answers, "_write", write)
        done = run("predict", rows_csv, "-m", "breast-cancer", "-o", tmp_path / "o.csv", *["--json"] * as_json)
    assert done.exit_code == 1
    assert f"job {JOB}: {tmp_path}/o.csv cannot be written: File too large" in done.stderr
    assert f"Name another place, or make this one writable. {COLLECT}" in done.stderr
    elsewhere = tmp_path / "elsewhere.csv"
    done = run("collect", JOB, "-o", elsewhere)
    assert done.exit_code == 0, done.stderr
    assert predictions(elsewhere.read_text()) == list(wanted)


def test_an_answer_that_was_written_needs_no_receipt(run, rows_csv, tmp_path):
    assert run("predict", rows_csv, "-m", "breast-cancer", "-o", tmp_path / "o.csv").exit_code == 0
    assert not list((tmp_path / "home").glob("*/jobs/*"))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), "cannot be written: No space left on device"),
        (UnicodeEncodeError("ascii", "ä", 0, 1, "ordinal"), "ascii has not all characters of the answer"),
        (MemoryError(), "an error that was not foreseen: MemoryError in test_delivery.py"),
        (KeyboardInterrupt(), f"job {JOB}: {COLLECT}"),
        (BrokenPipeError(), f"job {JOB}: {COLLECT}"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@pytest.mark.parametrize("command", ["predict", "collect"])
def test_whatever_ends_the_writing_names_the_job(
    run, rows_csv, service, wanted, tmp_path, monkeypatch, error, told, command
):
    asked = ["predict", rows_csv, "-m", "breast-cancer"]
    if command == "collect":
        run(*asked, "--no-wait")
        asked = ["collect", JOB]
    monkeypatch.setattr(answers, "_write", lambda *_: (_ for _ in ()).throw(error))
    done = run(*asked, "-o", tmp_path / "o.csv")
    assert done.exit_code == {KeyboardInterrupt: 130, BrokenPipeError: 0}.get(type(error), 1)
    assert told in done.stderr
    assert done.stderr.count(f"sealdrop collect {JOB}") == 1
    assert not (tmp_path / "o.csv").exists()
    assert (collected(service) == wanted).all()


def test_a_reader_that_has_left_before_the_end_is_told_how_to_collect(run, rows_csv, wanted, tmp_path, service):
    reader, writer = os.pipe()
    os.close(reader)
    pipe = f"/dev/fd/{writer}"
    done = run("predict", rows_csv, "-m", "breast-cancer", "-o", pipe)
    os.close(writer)
    assert done.exit_code == 0
    assert f"job {JOB}: {COLLECT}" in done.stderr
    assert (collected(service) == wanted).all()


def test_a_job_whose_id_cannot_be_printed_is_named_all_the_same(run, rows_csv, monkeypatch):
    def full(*_, **__):
        raise ClientError("standard output cannot be written", code="not_written")

    monkeypatch.setattr("sealdrop.cli.console.print_json", full)
    done = run("predict", rows_csv, "-m", "breast-cancer", "--no-wait", "--json")
    assert f"job {JOB}: standard output cannot be written" in done.stderr


def test_without_standard_output_nothing_is_sent(run, rows_csv, service, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("sealdrop.cli.streams.sys.stdout", None)
        with pytest.raises(ClientError, match="standard output cannot be written: it is closed"):
            opened(None)
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -c 'from sealdrop.cli import main; main()' keys --json >&-"],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert (done.returncode, "[not_written]" in done.stderr or '"not_written"' in done.stderr) == (1, True)


def test_what_happens_to_a_prediction_in_the_callers_hands_names_the_job(service, client, cancer, wanted):
    model = client.model("breast-cancer")
    with pytest.raises(ZeroDivisionError) as failure, model.delivering(cancer.X):
        raise ZeroDivisionError
    assert failure.value.__notes__ == [f"job {JOB}: {COLLECT}"]
    assert (collected(service) == wanted).all()
    with model.delivering(cancer.X) as prediction:
        assert (prediction.predict() == wanted).all()
    assert len(list(client._deployment.receipts.folder.iterdir())) == 1  # that of the first


@pytest.mark.parametrize("moment", ["sealed", "opened"])
def test_a_progress_callback_that_fails_loses_no_job(service, client, cancer, wanted, monkeypatch, moment):
    monkeypatch.setattr("sealdrop.request.parts.PART_ROWS", 1)

    def progress(now):
        if getattr(now, moment) == len(cancer.X):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as failure:
        client.model("breast-cancer").predict(cancer.X, progress=progress)
    (note,) = failure.value.__notes__
    if moment == "opened":
        assert note == f"job {JOB}: {COLLECT}"
        assert (collected(service) == wanted).all()
    else:
        assert note.startswith(f"job {JOB}: Not all of its rows have arrived")
        assert "collect" not in note


@pytest.mark.parametrize("kind", [MalformedSeal, Mismatch])
def test_a_result_that_does_not_open_names_the_job_and_keeps_its_receipt(service, client, cancer, monkeypatch, kind):
    def fail(*_, **__):
        raise kind("not this one")

    with monkeypatch.context() as patch:
        patch.setattr(Keyring, "open", fail)
        with pytest.raises(kind) as refusal:
            client.model("breast-cancer").predict(cancer.X[:3])
    assert str(refusal.value) == f"job {JOB}: not this one"
    assert "The service must not learn" in refusal.value.remedy
    assert f"`sealdrop collect {JOB}`" in refusal.value.remedy
    assert (collected(service) == cancer.estimator.predict(cancer.X[:3])).all()


@pytest.mark.parametrize("ask", ["predict", "collect"])
def test_a_job_that_failed_is_not_to_be_collected(run, rows_csv, service, ask):
    def rule(request):
        for job in service.jobs.values():
            for part in job.parts.values():
                part |= {"state": "failed", "error": {"code": "worker_died", "detail": "d", "remedy": "r"}}

    asked = ["predict", rows_csv, "-m", "breast-cancer"]
    if ask == "collect":
        run(*asked, "--no-wait")
        asked = ["collect", JOB]
    service.rules.append(rule)
    done = run(*asked)
    assert done.stderr.endswith(f"error: job {JOB}: d [worker_died]\nhint: r\n")


def test_a_timeout_says_how_to_collect(run, rows_csv, service):
    service.looks_before_done = 10**9
    run("predict", rows_csv, "-m", "breast-cancer", "--no-wait")
    done = run("collect", JOB, "--timeout", "0")
    assert f"error: job {JOB}: the results are not all there yet [job_unfinished]" in done.stderr
    assert COLLECT in done.stderr


def test_a_collecting_that_cannot_begin_names_the_job(client, service, cancer):
    client.model("breast-cancer").submit(cancer.X[:1])
    service.fail("GET /stage/v1/jobs/", problem(401, "unauthenticated"))
    with pytest.raises(ClientError, match=f"^job {JOB}: about") as refusal:
        client.job(JOB)
    assert COLLECT in refusal.value.remedy


def test_probabilities_that_are_not_there_cost_nothing(run, service, ridge, published, tmp_path):
    path = tmp_path / "rows.csv"
    names = [feature.name for feature in published["ridge@1"][0].features]
    path.write_text("\n".join([",".join(names), ",".join(map(repr, ridge.X[0].tolist()))]))
    assert "[not_offered]" in run("predict", path, "-m", "ridge", "--proba").stderr
    assert not service.jobs
    run("predict", path, "-m", "ridge", "--no-wait")
    refused = run("collect", JOB, "--proba")
    assert "[not_offered]" in refused.stderr
    assert COLLECT in refused.stderr
    assert run("collect", JOB).exit_code == 0


# the job's beginning


def test_a_job_whose_creation_is_not_answered_is_asked_for_again_with_patience(service, client, cancer, wanted):
    """As a service does that stops when it has made the job: the rows are sealed, and no part is up."""

    def made_but_not_told(request):
        if (request.method, request.url.path) == ("POST", "/stage/v1/jobs") and len(service.requests) < 40:
            service._api(request, "/v1/jobs")
            raise httpx.ReadTimeout("stopped")

    service.rules.append(made_but_not_told)
    assert (client.model("breast-cancer").predict(cancer.X) == wanted).all()
    assert list(service.jobs) == [JOB]


@pytest.mark.parametrize("error", [httpx.ReadTimeout("stopped"), KeyboardInterrupt()], ids=["stopped", "interrupted"])
def test_a_job_that_may_have_been_made_is_to_be_looked_for(service, client, cancer, error):
    service.fail("POST /stage/v1/jobs", *[error] * 1000)
    with pytest.raises((TransportFailed, KeyboardInterrupt)) as failure:
        client.model("breast-cancer").predict(cancer.X)
    told = getattr(failure.value, "remedy", "") or failure.value.__notes__[0]
    assert "If the service made a job all the same, `sealdrop jobs` lists it" in told


@pytest.mark.parametrize("method", ["predict", "submit"])
def test_an_outage_before_the_first_part_names_the_job(service, client, cancer, method):
    service.fail("(PUT /inputs|DELETE)", *[httpx.ReadTimeout("stopped")] * 1000)
    with pytest.raises(TransportFailed, match=f"^job {JOB}: object storage did not answer: ") as failure:
        getattr(client.model("breast-cancer"), method)(cancer.X[:1])
    assert re.search(f"`sealdrop jobs --delete {JOB}` deletes the job", failure.value.remedy)


def test_a_second_interruption_while_the_job_is_taken_back_names_it(service, client, cancer):
    service.fail("PUT /inputs", KeyboardInterrupt())
    service.fail("DELETE", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as interruption:
        client.model("breast-cancer").predict(cancer.X[:1])
    assert interruption.value.__notes__ == [
        f"job {JOB}: Not all of its rows have arrived: `sealdrop jobs --delete {JOB}` deletes the job."
    ]


def test_a_draft_that_cannot_be_removed_is_no_error(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    with Destination(tmp_path / "out.csv") as place:
        monkeypatch.setattr("pathlib.Path.unlink", refuse)
    assert str(place) == str(tmp_path / "out.csv")
