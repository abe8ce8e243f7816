"""The table of legal moves is the one in core, enforced by every write."""

import itertools

import pytest

from cloud import ids, jobs, leases, parts, table
from cloud.changes import Change
from cloud.jobs import Order
from cloud.parts import Upload
from cloud.paths import Slot
from sealdrop_core.errors import EvaluationFailed
from sealdrop_core.jobs import JOB_MOVES, PART_MOVES, JobState, PartState

TENANT = "t" + "0" * 32


@pytest.fixture
def job(aws):
    order = Order(model="m@1", manifest="0" * 64, plan="p", rows=1, parts=1)
    made, _ = jobs.create(TENANT, order, "token", "request")
    parts.declare(made, [Upload(part=0, rows=1, bytes=1, sha256="0" * 64)])
    return made


def _force(key, state, **more):
    table.write(Change(key, when=jobs.Attr("pk").exists(), set={"state": state} | more))


JOB_TARGETS = [state for state in JobState if state is not JobState.AWAITING_UPLOAD]
PART_TARGETS = [state for state in PartState if state is not PartState.AWAITING_UPLOAD]


@pytest.mark.parametrize(("source", "target"), list(itertools.product(JobState, JOB_TARGETS)))
def test_a_job_moves_only_as_the_table_says(job, source, target):
    _force(jobs.key_of(TENANT, job.id), source)
    moved = jobs.move(job, target)
    assert (moved is not None) == (target in JOB_MOVES[source])
    assert jobs.look(TENANT, job.id).state is (target if moved else source)


def _attempt(job, target):
    slot = Slot(TENANT, job.id, 0)
    if target is PartState.EVALUATING:
        return leases.claim(slot, "me") is not None
    if target is PartState.SUCCEEDED:
        return leases.succeed(job, 0, "me", result_bytes=1, result_sha256="0" * 64)
    return leases.fail(job, 0, EvaluationFailed("no"), "me")


@pytest.mark.parametrize(("source", "target"), list(itertools.product(PartState, PART_TARGETS)))
def test_a_part_moves_only_as_the_table_says(job, source, target):
    slot = Slot(TENANT, job.id, 0)
    _force(parts.key_of(slot), source, owner="me")
    moved = _attempt(job, target)
    assert moved == (target in PART_MOVES[source])
    assert parts.find(slot).state is (target if moved else source)


@pytest.mark.parametrize("ended", [state for state in JobState if state not in jobs.OPEN])
def test_a_part_of_a_job_that_has_ended_is_not_counted(job, ended):
    leases.claim(Slot(TENANT, job.id, 0), "me")
    _force(jobs.key_of(TENANT, job.id), ended)
    assert leases.succeed(job, 0, "me", result_bytes=1, result_sha256="0" * 64) is False
    assert jobs.look(TENANT, job.id).succeeded == 0


def test_a_claim_whose_answer_was_lost_can_be_made_again(job):
    slot = Slot(TENANT, job.id, 0)
    assert leases.claim(slot, "me").attempts == 1
    assert leases.claim(slot, "me").attempts == 2
    assert leases.claim(slot, "other") is None


def test_ids_sort_by_time_and_are_never_alike():
    made = [ids.new() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert sorted(name[:10] for name in made) == [name[:10] for name in made]
    assert all(set(name) <= set(ids.ALPHABET) and len(name) == 26 for name in made)


def test_writers_that_meet_at_one_job_all_count(aws, job, monkeypatch):
    from botocore.exceptions import ClientError

    real, met = table.clients().dynamodb.transact_write_items, []

    def contended(**request):
        if len(met) < 3:
            met.append(request)
            reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")
        return real(**request)

    leases.claim(Slot(TENANT, job.id, 0), "me")
    monkeypatch.setattr(table.clients().dynamodb, "transact_write_items", contended)
    assert leases.succeed(job, 0, "me", result_bytes=1, result_sha256="0" * 64) is True
    assert len(met) == 3


def test_what_has_outlived_its_time_is_gone_even_if_dynamodb_still_has_it(job, later):
    later(8 * 86400)
    assert jobs.look(TENANT, job.id) is None
