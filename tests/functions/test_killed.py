"""A function may be killed before or after any of its calls to AWS: what it began is finished by whoever comes next."""

import hashlib

import botocore.client
import numpy as np
import pytest

from cloud import clock, table, watch
from tests.functions.events import BUCKET, load


class Killed(BaseException):
    """What no handler catches, as no handler survives a kill."""


class Death:
    """Kills at one call, counted from 0."""

    def __init__(self, moment):
        self.moment, self.at, self.calls, self.waits = moment, None, 0, False

    def __call__(self, real, client, operation, parameters):
        if not self.waits:
            return real(client, operation, parameters)
        fatal, self.calls = self.calls == self.at, self.calls + 1
        if fatal and self.moment == "before":
            raise Killed
        answer = real(client, operation, parameters)
        if fatal:
            raise Killed
        return answer

    def everywhere(self):
        """Strike nowhere, then at one call after the other; yield which."""
        yield None
        number = 0
        while number < self.calls:
            self.at, self.calls = number, 0
            yield number
            number += 1

    def insist(self, step):
        """Return what a step of the service returns, taken again if it was killed."""
        self.waits = True
        try:
            return step()
        except Killed:
            return step()
        finally:
            self.waits = False


@pytest.fixture(params=["before", "after"])
def death(request, monkeypatch):
    """Death at a call, before or after AWS has done what it was asked."""
    found, real = Death(request.param), botocore.client.BaseClient._make_api_call
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", lambda *call: found(real, *call))
    return found


def _walk(owner, death, plan, file, later, settle):
    """Go through all rooms as owner, queue and schedule do; return the job's id."""
    request = owner.request(plan, {0: (4, file)})
    answer = death.insist(lambda: owner.submit(request, token=f"t-{death.at}"))
    uploaded = owner.put(answer.json["uploads"][0], file)

    def deliver():
        while owner.deliver(uploaded):
            later(151)  # until nobody holds the part

    death.insist(lambda: (later(151), deliver()))
    later(300)
    death.insist(lambda: settle(load("settle-schedule")))
    job = answer.json["job"]["id"]
    death.insist(lambda: owner.follow(job))
    return job


def test_a_job_is_finished_wherever_a_function_is_killed(owner, linear, rows, settle, later, death):
    plan = linear.plan(private=True, many=True)
    owner.enroll(plan)
    file = owner.seal(plan, rows)
    for number in death.everywhere():
        job = _walk(owner, death, plan, file, later, settle)
        shown = owner.follow(job)["job"]
        assert (shown["state"], shown["succeeded"], shown["failed"], shown["error"]) == ("succeeded", 1, 0, None), (
            number
        )
        scores = owner.open(plan, job, hashlib.sha256(file).hexdigest())
        np.testing.assert_allclose(scores, linear.circuit.evaluate(rows), atol=2.0**-9)
        watched = [key for shard in watch.SHARDS for key in table.watched(shard, clock.now() + 10**7)]
        assert watched == [], number
    assert number > 12  # there was something to kill


def test_a_deleted_job_is_purged_wherever_a_function_is_killed(owner, aws, linear, rows, settle, later, death):
    plan = linear.plan(many=True)
    file = owner.seal(plan, rows)
    for number in death.everywhere():
        answer = owner.submit(owner.request(plan, {0: (4, file)}))
        owner.deliver(owner.put(answer.json["uploads"][0], file))
        death.insist(lambda job=answer.json["job"]["id"]: owner.call("DELETE", f"/v1/jobs/{job}"))
        later(3600)
        death.insist(lambda: settle(load("settle-schedule")))
        for prefix in ("inputs/", "results/"):
            assert "Versions" not in aws.s3.list_object_versions(Bucket=BUCKET, Prefix=prefix), number
        assert list(watch.overdue()) == [], number
    assert number > 5
