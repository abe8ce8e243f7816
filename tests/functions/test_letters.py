"""Dead letters: what was given up fails its part, and no living work is disturbed."""

import json

import pytest

from cloud import leases
from cloud.paths import Slot
from sealdrop_core.errors import EvaluationFailed
from tests.functions.events import created, load


@pytest.fixture
def bury(settle):
    """Deliver dead letters; return those that are to come back."""
    return lambda *objects: settle(created(*objects, name="settle-dead-letter"))["batchItemFailures"]


def test_a_dead_letter_fails_its_part_and_ends_the_job(owner, sent, bury):
    job, uploaded = sent
    assert bury(uploaded) == []
    shown = owner.follow(job)
    assert (shown["job"]["state"], shown["parts"][0]["error"]["code"]) == ("failed", "delivery_failed")
    assert shown["job"]["error"]["remedy"]


def test_a_dead_letter_about_a_settled_part_changes_nothing(owner, sent, bury):
    job, uploaded = sent
    owner.deliver(uploaded)
    assert bury(uploaded, uploaded) == []
    assert owner.follow(job)["job"]["state"] == "succeeded"


def test_a_dead_letter_waits_for_a_living_lease(owner, sent, bury, later):
    job, uploaded = sent
    owner.follow(job)
    leases.claim(Slot.of_input(uploaded[0]), "alive")
    assert len(bury(uploaded)) == 1
    assert owner.part(job)["state"] == "evaluating"
    later(151)
    assert bury(uploaded) == []
    assert owner.part(job)["state"] == "failed"


def test_a_part_that_has_to_wait_stops_no_other_of_its_letter(owner, plan, rows, settle):
    (one, first), (other, second) = owner.send(plan, rows), owner.send(plan, rows)
    letter = created(first, name="settle-dead-letter")
    body = json.loads(letter["Records"][0]["body"])
    body["Records"] += json.loads(created(second)["Records"][0]["body"])["Records"]
    letter["Records"][0]["body"] = json.dumps(body)
    leases.claim(Slot.of_input(first[0]), "alive")
    assert len(settle(letter)["batchItemFailures"]) == 1
    assert [owner.part(job)["state"] for job in (one, other)] == ["evaluating", "failed"]


def test_a_dead_letter_tells_the_last_attempts_reason(owner, sent, bury):
    job, (key, version) = sent
    slot = Slot.of_input(key)
    leases.claim(slot, "one")
    leases.release(slot, "one", EvaluationFailed("the worker died at its work", code="worker_died"))
    assert bury((key, version)) == []
    assert owner.part(job)["error"]["code"] == "worker_died"


def test_a_dead_letter_of_a_deleted_job_is_done_with(owner, sent, bury):
    job, uploaded = sent
    owner.call("DELETE", f"/v1/jobs/{job}")
    assert bury(uploaded) == []


def test_a_foreign_dead_letter_is_counted_and_done_with(settle, capsys):
    event = load("settle-dead-letter")
    event["Records"][0]["body"] = "hello"
    assert settle(event) == {"batchItemFailures": []}
    (metrics,) = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in line]
    assert (metrics["code"], metrics["DeadLetters"]) == ("foreign_message", [1.0])
