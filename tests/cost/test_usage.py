"""The usage that is priced is the usage of the code: every call of a real job is counted against it."""

from collections import Counter

import pytest

from sealdrop.cost import Resource, Sizing, job
from sealdrop.cost import usage as counted

INDEX_WRITES = 2  # the job enters the watch and leaves it; the index is written along with the table


@pytest.fixture
def calls(aws):
    """Count calls to AWS by operation; a transaction counts its items, twice each."""
    seen = Counter()

    def count(model, params, **_):
        if model.name == "TransactWriteItems":
            seen["written"] += 2 * str(params["body"], "utf-8").count('"TableName"')
        elif model.name in {"PutItem", "UpdateItem"}:
            seen["written"] += 1
        else:
            seen[model.name] += 1

    clients = (aws.s3, aws.dynamodb, aws.sqs)
    for client in clients:
        client.meta.events.register("before-call", count, unique_id="counting")
    yield seen
    for client in clients:
        client.meta.events.unregister("before-call", unique_id="counting")


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("private", [False, True])
def test_a_job_makes_the_calls_it_is_priced_for(owner, linear, rows, calls, monkeypatch, parts, private):
    plan = linear.plan(private=private)
    owner.deliver(owner.send(plan, rows)[1])  # warms what every environment reads once
    calls.clear()
    requests = _run(owner, plan, rows, parts)
    monkeypatch.setattr(counted, "rows_per_part", lambda _: len(rows))
    monkeypatch.setattr(counted, "_looks", lambda *_: 1)
    priced = job(plan, parts * len(rows), Sizing())
    assert requests == priced[Resource.API_REQUEST]
    assert calls["PutObject"] == priced[Resource.S3_PUT]
    assert calls["GetObject"] + parts == priced[Resource.S3_GET]  # the owner's downloads are made by URL
    assert calls["written"] == priced[Resource.DYNAMODB_WRITE] - INDEX_WRITES
    assert calls["GetItem"] + calls["Query"] == priced[Resource.DYNAMODB_READ]


def _run(owner, plan, rows, parts):
    """Send a job in parts as the client does, evaluate it, look once; return the number of requests to the API."""
    files = [owner.seal(plan, rows) for _ in range(parts)]
    whole = owner.request(plan, {number: (len(rows), file) for number, file in enumerate(files)})
    created = owner.submit(whole | {"uploads": whole["uploads"][:1]})
    assert created.status == 201, created.json
    grants = list(created.json["uploads"])
    for upload in whole["uploads"][1:]:
        path = f"/v1/jobs/{created.json['job']['id']}/uploads"
        grants += owner.call("POST", path, {"uploads": [upload]}).json["uploads"]
    for grant, file in zip(grants, files, strict=True):
        assert owner.deliver(owner.put(grant, file)) == []
    assert owner.follow(created.json["job"]["id"])["job"]["state"] == "succeeded"
    return 1 + (parts - 1) + 1
