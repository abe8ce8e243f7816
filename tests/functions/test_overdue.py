"""Overdue jobs: whatever is lost or late, every job comes to an end."""

import pytest
from botocore.exceptions import EndpointConnectionError

from cloud import jobs, leases, messages, objects, parts, table, watch
from cloud.changes import Change
from cloud.paths import Slot
from sealdrop_core.jobs import JobState, PartState
from settle import overdue
from tests.functions.events import BUCKET, load


@pytest.fixture
def sweep(settle):
    return lambda: settle(load("settle-schedule"))


def _messages(aws):
    found = aws.sqs.receive_message(QueueUrl=aws.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [arrival for entry in found.get("Messages", []) for arrival in messages.arrivals(entry["Body"])]


def _key_of(sent):
    slot = Slot.of_input(sent[1][0])
    return slot.tenant, slot.job


def test_nothing_overdue_is_nothing_to_do(settle, sweep):
    assert sweep() == {"looked_at": 0, "failed": 0}


def test_a_job_without_uploads_expires(owner, plan, rows, sweep, later):
    answer = owner.submit(owner.request(plan, {0: (4, owner.seal(plan, rows))}))
    later(301)
    assert sweep() == {"looked_at": 1, "failed": 0}
    assert owner.follow(answer.json["job"]["id"])["job"]["state"] == "awaiting_upload"
    later(3300)
    sweep()
    job = owner.follow(answer.json["job"]["id"])["job"]
    assert (job["state"], job["error"]["code"]) == ("expired", "upload_expired")
    later(86400)
    assert sweep() == {"looked_at": 0, "failed": 0}


def test_a_job_with_some_uploads_fails_when_its_time_is_up(owner, plan, rows, sweep, later):
    file = owner.seal(plan, rows)
    answer = owner.submit(owner.request(plan, {0: (4, file), 1: (4, file)}))
    owner.deliver(owner.put(answer.json["uploads"][0], file))
    later(3601)
    sweep()
    shown = owner.follow(answer.json["job"]["id"])
    assert (shown["job"]["state"], shown["job"]["error"]["code"]) == ("failed", "upload_incomplete")
    assert [part["state"] for part in shown["parts"]] == ["succeeded", "awaiting_upload"]
    assert shown["parts"][0]["download"]


def test_parts_that_were_never_announced_are_missing_too(owner, plan, rows, sweep, later):
    file = owner.seal(plan, rows)
    answer = owner.submit(owner.request(plan, {0: (4, file)}, parts=2, rows=8))
    owner.deliver(owner.put(answer.json["uploads"][0], file))
    later(3601)
    sweep()
    assert owner.follow(answer.json["job"]["id"])["job"]["error"]["code"] == "upload_incomplete"


def test_an_event_that_s3_lost_is_sent_again(owner, aws, sent, sweep, later):
    job, uploaded = sent
    later(301)
    sweep()
    (arrival,) = _messages(aws)
    assert (arrival.slot.input, arrival.version) == uploaded
    assert owner.deliver(uploaded) == []
    assert owner.follow(job)["job"]["state"] == "succeeded"


def test_a_fresh_upload_is_given_time(owner, aws, plan, rows, sweep, later, monkeypatch):
    owner.send(plan, rows)
    later(301)
    real = objects.newest
    monkeypatch.setattr(
        objects, "newest", lambda prefix: (found._replace(written=found.written + 290) for found in real(prefix))
    )
    sweep()
    assert _messages(aws) == []


def test_looks_become_rarer_but_never_miss_the_end(owner, sent, later):
    job = jobs.find(*_key_of(sent))
    now = job.created + 300
    assert overdue._next_look(job, now) == now + 300
    assert overdue._next_look(job.model_copy(update={"looks": 3}), now) == now + 2400
    assert overdue._next_look(job.model_copy(update={"looks": 9}), now) == job.expires
    assert overdue._next_look(job.model_copy(update={"looks": 30}), job.expires) == job.expires + 86400


def test_a_backlog_is_no_reason_to_fail(owner, sent, sweep, later):
    job, uploaded = sent
    later(3601)
    sweep()
    assert owner.follow(job)["job"]["state"] == "awaiting_upload"
    assert owner.deliver(uploaded) == []
    assert owner.follow(job)["job"]["state"] == "succeeded"


def test_a_job_that_is_never_evaluated_fails_in_the_end(owner, sent, sweep, later):
    job, _ = sent
    later(3601 + 86400)
    sweep()
    shown = owner.follow(job)["job"]
    assert (shown["state"], shown["error"]["code"]) == ("failed", "evaluation_timeout")


def test_a_lease_whose_owner_died_is_taken_up_again(owner, aws, sent, sweep, later):
    job, uploaded = sent
    slot = Slot.of_input(uploaded[0])
    leases.claim(slot, "dead")
    before = _messages(aws)
    later(301)
    sweep()
    assert (before, [arrival.slot for arrival in _messages(aws)]) == ([], [slot])
    owner.deliver(uploaded)
    assert owner.part(job)["state"] == "succeeded"


def test_a_part_whose_owners_all_died_without_a_word_fails(owner, sent, sweep, later):
    job, uploaded = sent
    slot = Slot.of_input(uploaded[0])
    for attempt in range(5):
        leases.claim(slot, f"dead {attempt}")
        later(151)
    sweep()
    shown = owner.follow(job)
    assert (shown["job"]["state"], shown["parts"][0]["error"]["code"]) == ("failed", "evaluation_timeout")


def test_an_evaluator_too_meets_a_part_whose_owners_all_died(owner, sent, later):
    job, uploaded = sent
    for attempt in range(5):
        leases.claim(Slot.of_input(uploaded[0]), f"dead {attempt}")
        later(151)
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["error"]["code"] == "evaluation_timeout"


@pytest.fixture
def unfinished(owner, sent, monkeypatch):
    """A job whose last part was counted by a process that died before it could end the job."""
    job, uploaded = sent
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "finish", lambda job: None)
        owner.deliver(uploaded)
    found = jobs.find(*_key_of(sent))
    assert (found.state, found.succeeded) == (JobState.EVALUATING, 1)
    return job


def test_a_job_whose_last_step_was_not_taken_is_finished_by_settle(unfinished, sent, sweep, later):
    later(301)
    sweep()
    assert jobs.find(*_key_of(sent)).state is JobState.SUCCEEDED


def test_a_job_whose_last_step_was_not_taken_is_finished_by_who_looks(unfinished, owner):
    assert owner.follow(unfinished)["job"]["state"] == "succeeded"


def test_one_job_that_resists_does_not_stop_the_others(owner, plan, rows, sweep, later, monkeypatch):
    made = [owner.submit(owner.request(plan, {0: (4, owner.seal(plan, rows))})).json["job"]["id"] for _ in range(3)]
    real = jobs.look
    broken = made[1]

    def look(tenant, job):
        if job == broken:
            raise RuntimeError("s3cret")
        return real(tenant, job)

    monkeypatch.setattr(jobs, "look", look)
    later(3601)
    assert sweep() == {"looked_at": 3, "failed": 1}
    states = [owner.follow(job)["job"]["state"] for job in made]
    assert states == ["expired", "awaiting_upload", "expired"]


def test_what_does_not_fit_is_overdue_still(owner, plan, rows, later):
    from settle import sweep

    owner.submit(owner.request(plan, {0: (4, owner.seal(plan, rows))}))
    later(3601)
    assert sweep.run(0.0)["looked_at"] == 0
    assert len(list(watch.overdue())) == 1


def test_every_job_is_watched_until_it_ends(owner, sent, later):
    _, uploaded = sent
    later(301)
    assert len(list(watch.overdue())) == 1
    owner.deliver(uploaded)
    later(10**6)
    assert list(watch.overdue()) == []


def test_a_part_that_settles_while_settle_looks_is_not_failed(owner, sent, later):
    _, uploaded = sent
    slot = Slot.of_input(uploaded[0])
    before = jobs.find(slot.tenant, slot.job)
    owner.deliver(uploaded)
    overdue._settle_open(before)
    assert parts.find(slot).state is PartState.SUCCEEDED
    assert jobs.find(slot.tenant, slot.job).state is JobState.SUCCEEDED


def test_a_job_record_that_ended_but_is_watched_is_let_go(owner, sent, sweep):
    _, uploaded = sent
    owner.deliver(uploaded)
    tenant, name = _key_of(sent)
    found = jobs.find(tenant, name)
    table.write(Change(jobs.key_of(tenant, name), when=jobs.Attr("state").eq(found.state), set=watch.until(name, 1)))
    assert sweep() == {"looked_at": 1, "failed": 0}
    assert list(watch.overdue()) == []


def test_a_job_deleted_while_settle_looks_is_still_purged(owner, aws, sent, sweep, later):
    job, uploaded = sent
    owner.deliver(uploaded)
    seen = jobs.find(*_key_of(sent))
    owner.call("DELETE", f"/v1/jobs/{job}")
    jobs.unwatch(seen)
    later(3600)
    assert sweep() == {"looked_at": 1, "failed": 0}
    assert "Versions" not in aws.s3.list_object_versions(Bucket=BUCKET, Prefix="inputs/")


def test_a_job_that_ends_while_settle_looks_is_not_counted(owner, plan, rows, sweep, later, capsys):
    answer = owner.submit(owner.request(plan, {0: (4, owner.seal(plan, rows))}))
    found = jobs.find(*_key_of((None, (owner.put(answer.json["uploads"][0], b"")[0], None))))
    owner.call("DELETE", f"/v1/jobs/{found.id}")
    later(86400 + 3601)
    overdue._settle_open(found)
    assert "JobsFailed" not in capsys.readouterr().out


def test_a_dependency_that_does_not_answer_is_logged_without_its_url(
    owner, aws, sent, sweep, later, caplog, monkeypatch
):
    def silent(**_):
        raise EndpointConnectionError(endpoint_url="https://bucket.example/inputs/s3cret")

    later(301)
    monkeypatch.setattr(aws.dynamodb, "get_item", silent)
    assert sweep() == {"looked_at": 1, "failed": 1}
    (told,) = [vars(record) for record in caplog.records if record.message == "not settled"]
    assert told["code"] == "unavailable"
    assert "https://" not in caplog.text + str(told)
