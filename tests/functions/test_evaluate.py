"""One part's way through the evaluator: rows come back as scores, and whatever happens nothing gets lost."""

import hashlib
import io
import json

import numpy as np
import pytest
from botocore.response import StreamingBody
from urllib3.exceptions import ProtocolError, ReadTimeoutError, SSLError

from cloud import jobs, leases, messages, objects, parts
from cloud.paths import Slot
from evaluate.process import WorkerLost
from sealdrop.publish.store import Store
from sealdrop_core.errors import Unavailable
from tests.functions.events import BUCKET, TABLE, created, load, message


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("many", [False, True])
def test_rows_come_back_as_their_scores(owner, linear, rows, private, many):
    plan = linear.plan(private=private, many=many)
    job, uploaded = owner.send(plan, rows)
    assert owner.deliver(uploaded) == []
    shown = owner.follow(job)
    assert (shown["job"]["state"], shown["job"]["succeeded"], shown["job"]["failed"]) == ("succeeded", 1, 0)
    sealed = owner.aws.s3.get_object(Bucket=BUCKET, Key=uploaded[0])["Body"].read()
    scores = owner.open(plan, job, hashlib.sha256(sealed).hexdigest())
    np.testing.assert_allclose(scores, linear.circuit.evaluate(rows), atol=2.0**-9)


def test_a_part_of_many_blocks_is_shared_by_the_workers(owner, linear):
    plan = linear.plan(many=True)
    X = np.random.default_rng(2).uniform(-1, 1, size=(2100, 8))
    job, uploaded = owner.send(plan, X)
    assert owner.deliver(uploaded) == []
    sealed = owner.aws.s3.get_object(Bucket=BUCKET, Key=uploaded[0])["Body"].read()
    scores = owner.open(plan, job, hashlib.sha256(sealed).hexdigest())
    np.testing.assert_allclose(scores, linear.circuit.evaluate(X), atol=2.0**-9)


def test_a_duplicate_event_changes_nothing(owner, plan, rows):
    job, uploaded = owner.send(plan, rows)
    assert owner.deliver(uploaded, uploaded) == []
    first = owner.part(job)
    assert owner.deliver(uploaded) == []
    assert owner.part(job) | {"download": None} == first | {"download": None}
    assert len(owner.aws.s3.list_object_versions(Bucket=BUCKET, Prefix="results/")["Versions"]) == 1
    assert owner.follow(job)["job"]["succeeded"] == 1


def test_an_event_without_a_version_is_served_too(owner, plan, rows):
    job, (key, _) = owner.send(plan, rows)
    event = created((key, "unused"))
    body = json.loads(event["Records"][0]["body"])
    del body["Records"][0]["s3"]["object"]["versionId"]
    event["Records"][0]["body"] = json.dumps(body)
    assert owner.evaluator(event) == {"batchItemFailures": []}
    assert owner.follow(job)["job"]["state"] == "succeeded"


def test_the_version_that_the_event_names_is_evaluated(owner, plan, rows):
    job, (key, version) = owner.send(plan, rows)
    owner.aws.s3.put_object(Bucket=BUCKET, Key=key, Body=b"something else, later")
    assert owner.deliver((key, version)) == []
    assert owner.part(job)["state"] == "succeeded"


def test_a_part_under_a_living_lease_is_left_to_its_owner(owner, plan, rows, later):
    job, uploaded = owner.send(plan, rows)
    slot = Slot.of_input(uploaded[0])
    leases.claim(slot, "another")
    assert len(owner.deliver(uploaded)) == 1  # comes back, should the other die
    assert parts.find(slot).owner == "another"
    later(151)
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["state"] == "succeeded"


def test_a_part_that_has_to_wait_stops_no_other_of_its_message(owner, plan, rows, later):
    (one, first), (other, second) = owner.send(plan, rows), owner.send(plan, rows)
    event = created(first)
    body = json.loads(event["Records"][0]["body"])
    body["Records"] += json.loads(created(second)["Records"][0]["body"])["Records"]
    event["Records"][0]["body"] = json.dumps(body)
    leases.claim(Slot.of_input(first[0]), "another")
    assert len(owner.evaluator(event)["batchItemFailures"]) == 1
    assert [owner.part(job)["state"] for job in (one, other)] == ["evaluating", "succeeded"]
    later(151)
    assert owner.evaluator(event) == {"batchItemFailures": []}
    assert owner.part(one)["state"] == "succeeded"


def test_an_owner_that_lost_its_lease_settles_nothing(owner, plan, rows, later):
    job, uploaded = owner.send(plan, rows)
    slot = Slot.of_input(uploaded[0])
    leases.claim(slot, "slow")
    later(151)
    leases.claim(slot, "quick")
    found = jobs.find(slot.tenant, job)
    assert leases.succeed(found, 0, "slow", result_bytes=1, result_sha256="0" * 64) is False
    assert leases.fail(found, 0, Unavailable("late"), "slow") is False
    assert leases.succeed(found, 0, "quick", result_bytes=1, result_sha256="0" * 64) is True
    assert owner.follow(job)["job"]["succeeded"] == 1


def test_the_message_s3_sends_when_notifications_are_switched_on_is_acknowledged(evaluator):
    assert evaluator(load("evaluate-test-event")) == {"batchItemFailures": []}


def test_the_example_event_about_an_unknown_job_is_acknowledged(evaluator):
    event = created(("inputs/t0123456789abcdef0123456789abcdef/01kd1w0000000000000000000a/000000", "v"))
    assert evaluator(event) == {"batchItemFailures": []}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "{}",
        "[]",
        '{"Records": "x"}',
        '{"Records": [{}]}',
        '{"Records": [{"eventName": "ObjectRemoved:Delete", "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}}]}',
        load("evaluate-object-created")["Records"][0]["body"],  # of another bucket
        load("evaluate-object-created")["Records"][0]["body"].replace("inputs/t0", "inputs/x0"),
    ],
)
def test_a_message_that_is_none_of_s3s_goes_to_the_dead_letters_and_blocks_nothing(owner, plan, rows, body):
    job, uploaded = owner.send(plan, rows)
    event = created(uploaded)
    event["Records"].insert(0, message(body)["Records"][0])
    failures = owner.evaluator(event)["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failures] == [event["Records"][0]["messageId"]]
    assert owner.follow(job)["job"]["state"] == "succeeded"


def test_a_job_outlives_its_models_retirement(owner, plan, rows):
    job, uploaded = owner.send(plan, rows)
    Store(BUCKET, TABLE, owner.aws.s3, owner.aws.dynamodb).retire("linear@1")
    owner.deliver(uploaded)
    assert owner.follow(job)["job"]["state"] == "succeeded"


def test_a_fault_of_aws_is_tried_again_and_then_told(owner, plan, rows, monkeypatch):
    def unavailable(*_):
        raise Unavailable("S3 is away")

    job, uploaded = owner.send(plan, rows)
    real = objects.write
    monkeypatch.setattr(objects, "write", unavailable)
    for _ in range(4):
        assert len(owner.deliver(uploaded)) == 1
        assert owner.part(job)["state"] == "evaluating"
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["error"]["code"] == "unavailable"
    monkeypatch.setattr(objects, "write", real)
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["state"] == "failed"


@pytest.mark.parametrize(
    "fault",
    [ProtocolError("reset"), SSLError("bad record"), ReadTimeoutError(None, "", "slow"), ConnectionResetError()],
)
def test_an_input_that_breaks_off_while_it_is_read_is_read_again(owner, plan, rows, monkeypatch, fault):
    class Broken(io.BytesIO):
        def read(self, *_, **__):
            raise fault

    job, uploaded = owner.send(plan, rows)
    answer = {"ContentLength": 1, "Body": StreamingBody(Broken(), 1)}
    with monkeypatch.context() as patch:
        patch.setattr(owner.aws.s3, "get_object", lambda **_: answer)
        assert len(owner.deliver(uploaded)) == 1
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["state"] == "succeeded"


@pytest.mark.parametrize(
    ("error", "pauses"), [(Unavailable("S3 is away"), [4, 16, 64, 256]), (WorkerLost("it died"), [2, 4, 8, 16])]
)
def test_an_outage_of_minutes_is_waited_for(owner, plan, rows, monkeypatch, error, pauses):
    def fail(*_):
        raise error

    waited = []
    job, uploaded = owner.send(plan, rows)
    monkeypatch.setattr(objects, "write", fail)
    monkeypatch.setattr(messages, "bring_back", lambda _, seconds: waited.append(seconds))
    while owner.deliver(uploaded):
        pass
    assert waited == pauses
    assert owner.part(job)["error"]["code"] == error.code


def test_a_fault_that_passes_leaves_no_trace(owner, plan, rows, monkeypatch):
    def unavailable(*_):
        raise Unavailable("S3 is away")

    job, uploaded = owner.send(plan, rows)
    with monkeypatch.context() as patch:
        patch.setattr(objects, "write", unavailable)
        owner.deliver(uploaded)
    assert owner.deliver(uploaded) == []
    part = owner.part(job)
    assert (part["state"], part["error"]) == ("succeeded", None)
    assert owner.follow(job)["job"]["error"] is None


def test_a_defect_of_ours_fails_the_part_and_keeps_its_cause_in_the_log(owner, plan, rows, monkeypatch):
    def broken(*_):
        raise RuntimeError("s3cret")

    job, uploaded = owner.send(plan, rows)
    monkeypatch.setattr(objects, "write", broken)
    assert owner.deliver(uploaded) == []
    error = owner.part(job)["error"]
    assert error["code"] == "evaluation_failed"
    assert "s3cret" not in json.dumps(error)


def test_the_last_part_ends_the_job_whatever_became_of_the_others(owner, plan, rows):
    file = owner.seal(plan, rows)
    answer = owner.submit(owner.request(plan, dict.fromkeys(range(3), (4, file))))
    job, grants = answer.json["job"]["id"], answer.json["uploads"]
    owner.deliver(owner.put(grants[0], file), owner.put(grants[1], file[:-1]))
    assert owner.follow(job)["job"]["state"] == "evaluating"
    owner.deliver(owner.put(grants[2], file))
    shown = owner.follow(job)["job"]
    assert (shown["state"], shown["succeeded"], shown["failed"]) == ("failed", 2, 1)
    assert shown["error"]["code"] == "wrong_length"


def test_neither_log_nor_metrics_hold_a_secret_a_url_or_a_body(owner, linear, rows, capsys, caplog):
    job, uploaded = owner.send(linear.plan(private=True), rows)
    owner.deliver(uploaded)
    owner.follow(job)
    printed = capsys.readouterr().out
    (metrics,) = [line for line in map(json.loads, printed.splitlines()) if "_aws" in line]
    assert (metrics["Rows"], metrics["PartsSucceeded"], metrics["model"]) == ([4.0], [1.0], "linear@1")
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"], ["service", "model"]]
    (told,) = [vars(record) for record in caplog.records if record.message == "part succeeded"]
    assert (told["job"], told["part"]) == (job, 0)
    logged = "".join(str(vars(record)) for record in caplog.records)
    for secret in ("X-Amz-Signature", "https://", "amazonaws", "sealdrop/1 input"):
        assert secret not in printed + logged


def test_a_failure_is_counted_by_its_code(owner, submitted, plan, rows, capsys):
    file = owner.seal(plan, rows)
    _, grant = submitted(file)
    owner.deliver(owner.put(grant, file[:-1]))
    (metrics,) = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in line]
    assert (metrics["code"], metrics["PartsRefused"]) == ("wrong_length", [1.0])
