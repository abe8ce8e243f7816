"""A job is submitted: what is granted, what is refused, and that a repeat changes nothing."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from sealdrop.publish.store import Store
from sealdrop_core.sealed import MAX_INPUT_BYTES
from tests.functions.events import BUCKET, TABLE, Context, load


@pytest.fixture
def file(owner, plan, rows):
    return owner.seal(plan, rows)


@pytest.fixture
def request_body(owner, plan, file):
    return owner.request(plan, {0: (4, file)})


def test_a_new_job_awaits_its_upload(owner, plan, request_body):
    answer = owner.submit(request_body)
    assert answer.status == 201
    job = answer.json["job"]
    assert (job["state"], job["rows"], job["parts"], job["succeeded"], job["failed"]) == ("awaiting_upload", 4, 1, 0, 0)
    assert (job["model"], job["plan"], job["key"], job["error"]) == ("linear@1", plan.id, None, None)
    assert len(job["id"]) == 26
    assert job["expires"] > job["created"]


def test_a_grant_signs_exactly_one_file(owner, request_body, file):
    (grant,) = owner.submit(request_body).json["uploads"]
    url = urlsplit(grant["url"])
    query = parse_qs(url.query)
    assert url.path.startswith("/inputs/t")
    assert url.path.endswith("/000000")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["900"]
    signed = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert signed == {"host", *grant["headers"]}
    assert grant["headers"] == {
        "content-length": str(len(file)),
        "content-type": "application/vnd.sealdrop.v1",
        "if-none-match": "*",
        "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(file).digest()).decode(),
    }
    assert (grant["method"], grant["part"]) == ("PUT", 0)


def test_a_grant_ends_with_the_job(owner, request_body, later):
    job = owner.submit(request_body).json["job"]["id"]
    later(3600 - 60)
    (grant,) = owner.call("POST", f"/v1/jobs/{job}/uploads", {"uploads": request_body["uploads"]}).json["uploads"]
    assert parse_qs(urlsplit(grant["url"]).query)["X-Amz-Expires"] in (["60"], ["59"])


def test_a_repeat_returns_the_same_job_and_fresh_grants(owner, request_body):
    first, again = owner.submit(request_body, token="t-1"), owner.submit(request_body, token="t-1")
    assert (first.status, again.status) == (201, 200)
    assert again.json["job"] == first.json["job"]
    assert [grant["part"] for grant in again.json["uploads"]] == [0]
    assert len(owner.call("GET", "/v1/jobs").json["jobs"]) == 1


def test_a_repeat_heals_a_request_that_died_before_its_parts_were_written(owner, aws, request_body):
    job = owner.submit(request_body, token="t-1").json["job"]["id"]
    (item,) = aws.dynamodb.scan(
        TableName=TABLE, FilterExpression="begins_with(sk, :p)", ExpressionAttributeValues={":p": {"S": "PART#"}}
    )["Items"]
    aws.dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})
    again = owner.submit(request_body, token="t-1")
    assert (again.status, len(again.json["uploads"])) == (200, 1)
    assert owner.part(job)["state"] == "awaiting_upload"


def test_a_repeat_after_the_upload_grants_nothing_more(owner, request_body, file):
    answer = owner.submit(request_body, token="t-1")
    owner.deliver(owner.put(answer.json["uploads"][0], file))
    again = owner.submit(request_body, token="t-1")
    assert (again.status, again.json["uploads"], again.json["job"]["state"]) == (200, [], "succeeded")


def test_a_repeat_is_answered_whatever_became_of_the_model(owner, aws, request_body):
    first = owner.submit(request_body, token="t-1")
    Store(BUCKET, TABLE, aws.s3, aws.dynamodb).retire("linear@1")
    again = owner.submit(request_body, token="t-1")
    assert (again.status, again.json["job"]) == (200, first.json["job"])
    assert [grant["part"] for grant in again.json["uploads"]] == [0]
    assert owner.submit(request_body | {"rows": 5}, token="t-1").json["code"] == "idempotency_conflict"
    assert owner.submit(request_body, token="t-2").json["code"] == "model_retired"


def test_a_repeat_is_answered_whatever_became_of_the_keys(owner, linear, rows):
    plan = linear.plan(private=True)
    key = owner.enroll(plan)
    body = owner.request(plan, {0: (4, owner.seal(plan, rows))})
    job = owner.submit(body, token="t-1").json["job"]["id"]
    owner.call("DELETE", f"/v1/keys/{key}")
    again = owner.submit(body, token="t-1")
    assert (again.status, again.json["job"]["id"]) == (200, job)
    assert owner.submit(body, token="t-2").json["code"] == "key_not_found"
    owner.call("DELETE", f"/v1/jobs/{job}")
    assert owner.submit(body, token="t-1").json["code"] == "job_not_found"


@pytest.mark.parametrize("seconds", [3600, 3605])
def test_a_repeat_after_the_deadline_grants_nothing_more(owner, request_body, later, seconds):
    owner.submit(request_body, token="t-1")
    later(seconds)
    again = owner.submit(request_body, token="t-1")
    assert (again.status, again.json["uploads"]) == (200, [])


def test_an_idempotency_key_belongs_to_one_request(owner, request_body):
    owner.submit(request_body, token="t-1")
    answer = owner.submit(request_body | {"rows": 5}, token="t-1")
    assert (answer.status, answer.json["code"]) == (409, "idempotency_conflict")


def test_an_idempotency_key_is_forgotten_with_its_job(owner, request_body, later):
    first = owner.submit(request_body, token="t-1").json["job"]["id"]
    later(8 * 86400)
    answer = owner.submit(request_body, token="t-1")
    assert answer.status == 201
    assert answer.json["job"]["id"] != first


@pytest.mark.parametrize("token", [None, "", "x" * 65, "a b", "ä", "a/b", "a\n"])
def test_a_job_needs_an_idempotency_key(owner, request_body, token):
    headers = {} if token is None else {"idempotency-key": token}
    answer = owner.call("POST", "/v1/jobs", request_body, headers=headers)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"model": "other@1"}, 404, "model_not_found"),
        ({"model": "linear"}, 400, "invalid_request"),
        ({"manifest": "0" * 64}, 422, "manifest_mismatch"),
        ({"manifest": "x"}, 400, "invalid_request"),
        ({"plan": "other"}, 404, "plan_not_found"),
        ({"plan": "x" * 81}, 400, "invalid_request"),
        ({"key": "0" * 64}, 404, "key_not_found"),
        ({"rows": 0}, 400, "invalid_request"),
        ({"rows": -1}, 400, "invalid_request"),
        ({"rows": 10**12}, 400, "invalid_request"),
        ({"rows": 3}, 400, "invalid_request"),
        ({"rows": 4.5}, 400, "invalid_request"),
        ({"parts": 0}, 400, "invalid_request"),
        ({"parts": 5}, 400, "too_large"),
        ({"rows": 10**6, "parts": 10_001}, 400, "too_large"),
        ({"more": 1}, 400, "invalid_request"),
        ({"uploads": None}, 400, "invalid_request"),
    ],
)
def test_a_wrong_request_is_refused(owner, request_body, change, status, code):
    answer = owner.submit(request_body | change)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert owner.call("GET", "/v1/jobs").json["jobs"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"bytes": 14_000}, 422, "wrong_length"),
        ({"bytes": MAX_INPUT_BYTES + 1}, 400, "too_large"),
        ({"bytes": 10**9 + 1}, 400, "invalid_request"),
        ({"bytes": 0}, 400, "invalid_request"),
        ({"part": 1}, 400, "invalid_request"),
        ({"part": -1}, 400, "invalid_request"),
        ({"part": 10**7}, 400, "invalid_request"),
        ({"rows": 10**9}, 400, "invalid_request"),
        ({"sha256": "0" * 63}, 400, "invalid_request"),
        ({"sha256": "G" * 64}, 400, "invalid_request"),
    ],
)
def test_a_wrong_announcement_is_refused(owner, request_body, change, status, code):
    request_body["uploads"][0] |= change
    answer = owner.submit(request_body)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_part_is_announced_once(owner, request_body):
    answer = owner.submit(request_body | {"uploads": request_body["uploads"] * 2, "parts": 2})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_a_request_announces_at_most_100_parts(owner, request_body):
    upload = request_body["uploads"][0]
    uploads = [upload | {"part": part} for part in range(101)]
    answer = owner.submit(request_body | {"uploads": uploads, "parts": 101, "rows": 404})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_a_retired_model_takes_no_jobs(owner, aws, request_body):
    Store(BUCKET, TABLE, aws.s3, aws.dynamodb).retire("linear@1")
    answer = owner.submit(request_body)
    assert (answer.status, answer.json["code"]) == (410, "model_retired")


def test_a_private_plan_needs_its_own_keys(owner, linear, rows):
    private = linear.plan(private=True, many=True)
    body = owner.request(private, {0: (4, owner.seal(private, rows))})
    missing = owner.submit(body | {"key": None})
    assert (missing.status, missing.json["code"]) == (400, "key_required")
    unknown = owner.submit(body)
    assert (unknown.status, unknown.json["code"]) == (404, "key_not_found")
    keyring = linear.keyrings[private.id]
    offer = {"model": "linear@1", "plan": private.id, "bytes": len(keyring.enrollment(private)), "sha256": body["key"]}
    owner.call("POST", "/v1/keys", offer)
    announced = owner.submit(body)
    assert (announced.status, announced.json["code"]) == (404, "key_not_found")
    owner.enroll(private)
    assert owner.submit(body).status == 201


def test_keys_that_are_enrolled_but_not_for_this_plan_are_refused(owner, linear, plan, file):
    key = owner.enroll(linear.plan(private=True))
    answer = owner.submit(owner.request(plan, {0: (4, file)}, key=key))
    assert (answer.status, answer.json["code"]) == (422, "wrong_key")


def test_the_example_event_is_a_request(model):
    from api.app import handler

    answer = handler(load("api-create-job"), Context())
    assert answer["statusCode"] == 404  # the example's model is not published here
    assert "model_not_found" in answer["body"]
