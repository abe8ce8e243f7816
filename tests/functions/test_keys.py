"""Keys: enrolled once, known by their digest, deleted for good."""

import pytest

from cloud import clients
from tests.functions.events import BUCKET, load


@pytest.fixture
def plan(linear):
    return linear.plan(private=True)


@pytest.fixture
def offer(linear, plan):
    keyring = linear.keyrings[plan.id]
    return {
        "model": "linear@1",
        "plan": plan.id,
        "bytes": len(keyring.enrollment(plan)),
        "sha256": keyring.key_id(plan),
    }


def test_keys_are_enrolled_once_they_are_uploaded(owner, linear, plan, offer):
    first = owner.call("POST", "/v1/keys", offer)
    assert (first.status, first.json["state"]) == (201, "awaiting_upload")
    again = owner.call("POST", "/v1/keys", offer)
    assert (again.status, again.json["state"]) == (200, "awaiting_upload")
    assert again.json["upload"]["headers"]["content-length"] == str(offer["bytes"])
    owner.put(again.json["upload"], linear.keyrings[plan.id].enrollment(plan))
    known = owner.call("GET", f"/v1/keys/{offer['sha256']}")
    assert known.json == {
        "key": offer["sha256"],
        "configuration": plan.key_configuration,
        "state": "enrolled",
        "upload": None,
    }
    assert owner.call("POST", "/v1/keys", offer).json["state"] == "enrolled"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"bytes": 1}, 422, "wrong_length"),
        ({"plan": "other"}, 404, "plan_not_found"),
        ({"model": "other@1"}, 404, "model_not_found"),
        ({"model": "linear"}, 400, "invalid_request"),
        ({"sha256": "A" * 64}, 400, "invalid_request"),
        ({"bytes": -1}, 400, "invalid_request"),
        ({"bytes": 1e99}, 400, "invalid_request"),
        ({"more": 1}, 400, "invalid_request"),
    ],
)
def test_a_wrong_offer_is_refused(owner, offer, change, status, code):
    answer = owner.call("POST", "/v1/keys", offer | change)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_plan_without_keys_takes_none(owner, linear, offer):
    answer = owner.call("POST", "/v1/keys", offer | {"plan": linear.plan().id})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_deleted_keys_are_gone_and_their_file_is_purged(owner, aws, settle, later, plan):
    key = owner.enroll(plan)
    assert owner.call("DELETE", f"/v1/keys/{key}").status == 204
    assert owner.call("GET", f"/v1/keys/{key}").status == 404
    later(3600)
    settle(load("settle-schedule"))
    assert "Versions" not in aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")
    assert owner.call("DELETE", f"/v1/keys/{key}").status == 404


def test_what_s3_could_not_delete_is_purged_at_the_next_look(owner, aws, settle, later, plan, monkeypatch):
    key = owner.enroll(plan)
    owner.call("DELETE", f"/v1/keys/{key}")
    later(3600)
    with monkeypatch.context() as patch:
        partly = {"Errors": [{"Key": "k", "Code": "InternalError", "Message": "again, please"}]}
        patch.setattr(clients.clients().s3, "delete_objects", lambda **_: partly)
        assert settle(load("settle-schedule")) == {"looked_at": 1, "failed": 1}
    assert settle(load("settle-schedule")) == {"looked_at": 1, "failed": 0}
    assert "Versions" not in aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")


def test_keys_enrolled_again_before_the_purge_stay(owner, aws, settle, later, plan):
    key = owner.enroll(plan)
    owner.call("DELETE", f"/v1/keys/{key}")
    owner.enroll(plan)
    later(3600)
    settle(load("settle-schedule"))
    assert owner.call("GET", f"/v1/keys/{key}").json["state"] == "enrolled"
    assert aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")["Versions"]


def test_an_offer_that_was_never_uploaded_is_forgotten(owner, offer, later):
    owner.call("POST", "/v1/keys", offer)
    later(8 * 86400)
    assert owner.call("GET", f"/v1/keys/{offer['sha256']}").status == 404


def test_enrolling_again_repairs_a_lost_file(owner, aws, offer, plan, linear):
    owner.enroll(plan)
    for version in aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")["Versions"]:
        aws.s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    assert owner.call("POST", "/v1/keys", offer).json["state"] == "awaiting_upload"
