"""A tenant is who the authorizer says; another's things do not exist."""

import hashlib

import pytest

from tests.functions.events import Context, load
from tests.functions.owner import DataOwner


@pytest.fixture
def stranger(aws, api, model, evaluator):
    return DataOwner(aws, api, model, evaluator, name="mallory")


def test_a_foreign_job_is_as_absent_as_one_that_never_was(owner, stranger, linear, rows):
    plan = linear.plan()
    job, uploaded = owner.send(plan, rows)
    owner.deliver(uploaded)
    upload = {"part": 0, "rows": 1, "bytes": 1, "sha256": "0" * 64}
    for method, path, body in [
        ("GET", "/v1/jobs/{}", None),
        ("DELETE", "/v1/jobs/{}", None),
        ("POST", "/v1/jobs/{}/uploads", {"uploads": [upload]}),
    ]:
        foreign = stranger.call(method, path.format(job), body)
        absent = stranger.call(method, path.format("0" * 26), body)
        assert (foreign.status, foreign.json) == (absent.status, absent.json)
        assert (foreign.status, foreign.json["code"]) == (404, "job_not_found")
    assert stranger.call("GET", "/v1/jobs").json["jobs"] == []
    assert owner.follow(job)["job"]["state"] == "succeeded"


def test_foreign_keys_are_as_absent_as_ones_that_never_were(owner, stranger, linear):
    key = owner.enroll(linear.plan(private=True))
    for method in ("GET", "DELETE"):
        foreign = stranger.call(method, f"/v1/keys/{key}")
        absent = stranger.call(method, f"/v1/keys/{'0' * 64}")
        assert (foreign.status, foreign.json) == (absent.status, absent.json)
        assert (foreign.status, foreign.json["code"]) == (404, "key_not_found")


def test_a_job_cannot_use_foreign_keys(owner, stranger, linear, rows):
    plan = linear.plan(private=True)
    owner.enroll(plan)
    answer = stranger.submit(stranger.request(plan, {0: (4, stranger.seal(plan, rows))}))
    assert (answer.status, answer.json["code"]) == (404, "key_not_found")


def test_an_idempotency_key_is_the_tenants_own(owner, stranger, linear, rows):
    plan = linear.plan()
    request = owner.request(plan, {0: (4, owner.seal(plan, rows))})
    mine, theirs = owner.submit(request, token="same"), stranger.submit(request, token="same")
    assert (mine.status, theirs.status) == (201, 201)
    assert mine.json["job"]["id"] != theirs.json["job"]["id"]


def test_an_event_about_a_foreign_slot_changes_nothing(owner, stranger, linear, rows):
    job, (key, version) = owner.send(linear.plan(), rows)
    other = "t" + hashlib.sha256(b"https://login.example.org/|mallory").hexdigest()[:32]
    assert key.split("/")[1] != other
    assert owner.deliver((key.replace(key.split("/")[1], other), version)) == []
    assert owner.follow(job)["job"]["state"] == "awaiting_upload"


def _jobs_seen(authorizer):
    from api.app import handler

    event = load("api-describe-model")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/v1/jobs"
    event["requestContext"]["authorizer"] = authorizer
    return handler(event, Context())["statusCode"]


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"jwt": None},
        {"jwt": {"claims": {}}},
        {"jwt": {"claims": {"sub": "alice"}}},
        {"jwt": {"claims": {"iss": "x", "sub": ""}}},
        {"iam": {"accountId": "123456789012"}},
        {"iam": {"userId": "AIDA"}},
        {"lambda": {"sub": "alice"}},
        "alice",
        {"jwt": "alice"},
        {"jwt": {"claims": ["alice"]}},
        {"jwt": {"claims": {"iss": 1, "sub": 2}}},
        {"iam": "alice"},
    ],
)
def test_half_an_identity_is_none(model, api, authorizer):
    assert _jobs_seen(authorizer) == 401


@pytest.mark.parametrize("iam", [{"userId": "AIDAX"}, {"userArn": "arn:aws:iam::123456789012:user/alice"}])
def test_an_iam_caller_is_a_tenant(model, api, iam):
    assert _jobs_seen({"iam": {"accountId": "123456789012"} | iam}) == 200
