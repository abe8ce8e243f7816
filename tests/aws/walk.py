"""The whole walk, each step by the role that takes it: submit, upload, evaluate, collect, rescue, delete, purge."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.aws.asks import logging, polling
from tests.aws.gate import Gate
from tests.aws.roles import Deployment
from tests.functions.events import BUCKET, created, load, message
from tests.functions.owner import DataOwner

Handler = Callable[..., Any]
DAY = 86_400


@dataclass(frozen=True)
class GuardedFunctions:
    """The three functions under their own roles."""

    gate: Gate
    deployment: Deployment
    handlers: dict[str, Handler]

    def run(self, function: str, *arguments: Any, **more: Any) -> Any:
        """Call a function as Lambda does: in its role's name messages are polled and a log is written."""
        role = self.deployment.role_of(function)
        group = self.deployment.log_group_of(function)
        self.gate.judge(role, logging(group), "Invoke")
        event = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
        if "Records" in event:
            queues = {"EvaluateFunction": self.gate.names.queue, "SettleFunction": self.gate.names.dead_letters}
            self.gate.judge(role, polling(queues[function], self.gate.names), "Poll")
        with self.gate.acting(role):
            return self.handlers[function](*arguments, **more)


def walk(functions: GuardedFunctions, owner: DataOwner, rows: Any, later: Callable[[int], None]) -> None:
    """Take every way there is; raises AssertionError where something does not end as it should."""
    owner = replace_handlers(functions, owner)
    linear = owner.model
    private, open_plan = linear.plan(private=True, many=True), linear.plan()
    for path in ("/v1/health", "/v1/models", "/v1/models/linear", "/v1/jobs"):
        assert owner.call("GET", path).status == 200, path
    _answered(owner, private, rows)
    deleted, _ = _answered(owner, open_plan, rows)
    assert owner.call("DELETE", f"/v1/jobs/{deleted}").status == 204
    _waits_for_a_living_lease(functions, owner, open_plan, rows)
    _loses_its_keys(owner, private, rows)
    lost, _ = owner.send(open_plan, rows)
    dead, uploaded = owner.send(open_plan, rows)
    functions.run("SettleFunction", created(uploaded, name="settle-dead-letter"))
    assert owner.follow(dead)["job"]["state"] == "failed"
    abandoned = owner.submit(owner.request(open_plan, {0: (len(rows), owner.seal(open_plan, rows))})).json["job"]["id"]
    key = owner.enroll(private)
    assert owner.call("GET", f"/v1/keys/{key}").json["state"] == "enrolled"
    assert owner.call("DELETE", f"/v1/keys/{key}").status == 204
    _sweep(functions, owner, later, lost, abandoned)


def replace_handlers(functions: GuardedFunctions, owner: DataOwner) -> DataOwner:
    """Return the owner in front of the guarded functions."""
    return DataOwner(
        owner.aws,
        lambda *arguments, **more: functions.run("ApiFunction", *arguments, **more),
        owner.model,
        lambda *arguments: functions.run("EvaluateFunction", *arguments),
    )


def _answered(owner: DataOwner, plan: Any, rows: Any) -> tuple[str, Any]:
    job, uploaded = owner.send(plan, rows)
    assert owner.deliver(uploaded) == []
    assert owner.follow(job)["job"]["state"] == "succeeded"
    assert owner.part(job)["download"]["url"]
    return job, uploaded


def _waits_for_a_living_lease(functions: GuardedFunctions, owner: DataOwner, plan: Any, rows: Any) -> None:
    from cloud import leases
    from cloud.paths import Slot

    _, uploaded = owner.send(plan, rows)
    leases.claim(Slot.of_input(uploaded[0]), "another")
    assert len(owner.deliver(uploaded)) == 1
    assert len(functions.run("EvaluateFunction", message("{}"))["batchItemFailures"]) == 1


def _loses_its_keys(owner: DataOwner, plan: Any, rows: Any) -> None:
    from evaluate import intake

    job, uploaded = owner.send(plan, rows)
    intake._keys.cache_clear()
    for version in owner.aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")["Versions"]:
        owner.aws.s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["error"]["code"] == "key_not_found"


def _sweep(
    functions: GuardedFunctions, owner: DataOwner, later: Callable[[int], None], lost: str, abandoned: str
) -> None:
    """What was deleted is purged, what was lost is announced again, what nobody uploaded expires."""
    later(3600)
    assert functions.run("SettleFunction", load("settle-schedule"))["failed"] == 0
    sent = owner.aws.sqs.receive_message(QueueUrl=owner.aws.queue, MaxNumberOfMessages=10)["Messages"]
    announced = [json.loads(one["Body"])["Records"][0]["s3"]["object"] for one in sent]
    (found,) = [each for each in announced if f"/{lost}/" in each["key"]]
    assert owner.deliver((found["key"], found["versionId"])) == []
    assert owner.follow(lost)["job"]["state"] == "succeeded"
    later(2 * DAY)
    assert functions.run("SettleFunction", load("settle-schedule"))["failed"] == 0
    assert owner.follow(abandoned)["job"]["state"] == "expired"
    assert "Versions" not in owner.aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")
