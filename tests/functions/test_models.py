"""Models: listed, described, retired."""

import pytest

from sealdrop.publish.store import Store
from sealdrop_core.manifest import Manifest
from tests.functions.events import BUCKET, TABLE


@pytest.fixture
def store(aws):
    return Store(BUCKET, TABLE, aws.s3, aws.dynamodb)


def test_lists_every_version(api, model, store):
    store.add(model.manifest, model.weights)
    store.retire("linear@1")
    answer = api("GET", "/v1/models")
    assert answer.status == 200
    listed = [(entry["reference"], entry["retired"]) for entry in answer.json["models"]]
    assert listed == [("linear@1", True), ("linear@2", False)]


def test_describes_a_version_by_its_digest(api, model):
    answer = api("GET", "/v1/models/linear@1")
    assert answer.status == 200
    assert Manifest.model_validate(answer.json["manifest"]).digest == answer.json["digest"] == model.manifest.digest


def test_a_bare_name_means_the_newest_version_that_is_not_retired(api, model, store):
    store.add(model.manifest, model.weights)
    assert api("GET", "/v1/models/linear").json["manifest"]["version"] == 2
    store.retire("linear@2")
    assert api("GET", "/v1/models/linear").json["manifest"]["version"] == 1


@pytest.mark.parametrize("reference", ["linear@7", "other", "linea", "other@1"])
def test_an_unknown_model_is_not_found(api, model, reference):
    answer = api("GET", f"/v1/models/{reference}")
    assert (answer.status, answer.json["code"]) == (404, "model_not_found")


@pytest.mark.parametrize("reference", ["linear", "linear@1"])
def test_a_retired_model_is_gone(api, model, store, reference):
    store.retire("linear@1")
    answer = api("GET", f"/v1/models/{reference}")
    assert (answer.status, answer.json["code"]) == (410, "model_retired")


@pytest.mark.parametrize("reference", ["Linear", "linear@0", "linear@", "a@1@2", "-x", "x" * 64, "linear@1000000"])
def test_a_malformed_reference_is_refused(api, model, reference):
    answer = api("GET", f"/v1/models/{reference}")
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_a_manifest_that_is_not_the_published_one_is_not_served(api, aws, model):
    aws.s3.put_object(Bucket=BUCKET, Key="models/linear/1/manifest.json", Body=b"{}")
    answer = api("GET", "/v1/models/linear@1")
    assert (answer.status, answer.json["code"]) == (500, "evaluation_failed")
