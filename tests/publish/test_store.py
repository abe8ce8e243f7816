"""Versions in S3 and DynamoDB, against moto."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from tests.publish.zoo import fitted

from sealdrop.publish import Store, publish
from sealdrop_core.circuit import Circuit
from sealdrop_core.errors import InvalidRequest, NotFound
from sealdrop_core.manifest import Manifest

BUCKET, TABLE = "models-bucket", "models-table"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Store(BUCKET, TABLE, s3, dynamodb)


def _publish(store: Store | None, case: str = "LogisticRegression-binary", **options: Any) -> Manifest:
    model = fitted(case)
    return publish(model.estimator, model.X, name="model", store=store, rows=(1,), **options)


def _items(store: Store) -> list[dict[str, Any]]:
    return store._dynamodb.scan(TableName=TABLE)["Items"]


def _objects(store: Store) -> list[str]:
    return [entry["Key"] for entry in store._s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_publish_stores_manifest_weights_and_item(store: Store) -> None:
    manifest = _publish(store, description="first")
    assert manifest.reference == "model@1"
    assert store.manifest("model", 1) == manifest == store.newest("model")
    assert store.manifest("model", 1).digest == manifest.digest
    circuit = Circuit.from_bytes(store.weights("model", 1))
    assert (circuit.features, circuit.outputs) == (30, 1)
    [item] = _items(store)
    assert item["pk"] == {"S": "MODELS"}
    assert item["sk"] == {"S": "model@000001"}
    assert item["manifest"] == {"S": manifest.digest}
    assert item["description"] == {"S": "first"}
    assert item["retired"] == {"BOOL": False}
    assert sorted(_objects(store)) == ["models/model/1/manifest.json", "models/model/1/weights.npz"]


def test_the_same_model_again_is_the_same_version(store: Store) -> None:
    first = _publish(store)
    assert _publish(store) == first
    assert len(_items(store)) == 1


def test_another_card_or_model_is_the_next_version(store: Store) -> None:
    _publish(store)
    assert _publish(store, description="better words").version == 2
    assert _publish(store, "RidgeClassifier-binary").version == 3
    assert [item["sk"]["S"] for item in _items(store)] == ["model@000001", "model@000002", "model@000003"]


def test_a_name_that_starts_alike_is_another_model(store: Store) -> None:
    model = fitted("Ridge")
    publish(model.estimator, model.X, name="model-b", store=store, rows=(1,))
    assert _publish(store).version == 1


def test_retired_versions_are_no_longer_newest(store: Store) -> None:
    first = _publish(store)
    second = _publish(store, description="second")
    store.retire("model@2")
    store.retire("model@2")
    assert store.newest("model") == first
    again = _publish(store, description="second")
    assert again.version == 3
    assert again.weights == second.weights


@pytest.mark.parametrize("reference", ["model@7", "model", "other@1", "model@one", "model@"])
def test_retire_refuses_what_is_not_there(store: Store, reference: str) -> None:
    _publish(store)
    with pytest.raises(NotFound, match=r"there is no version") as refusal:
        store.retire(reference)
    assert refusal.value.code == "model_not_found"
    assert _items(store)[0]["retired"] == {"BOOL": False}


def test_a_crash_before_the_item_shows_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(**_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(store._dynamodb, "put_item", crash)
        with pytest.raises(ConnectionError):
            _publish(store)
    assert store.newest("model") is None
    assert _items(store) == []
    manifest = _publish(store)
    assert manifest.version == 2
    assert store.newest("model") == manifest


def test_published_objects_and_items_cannot_be_overwritten(store: Store) -> None:
    manifest = _publish(store)
    body = store.weights("model", 1)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        store._s3.put_object(Bucket=BUCKET, Key="models/model/1/weights.npz", Body=b"other", IfNoneMatch="*")
    assert not store._show(manifest.model_copy(update={"description": "other"}))
    assert store.weights("model", 1) == body
    assert store.newest("model") == manifest


def test_a_network_published_again_is_no_new_version(store: Store) -> None:
    """What is measured on ciphertexts differs each time by its noise; what is chosen does not."""
    first = _publish(store, "MLPClassifier-relu")
    assert _publish(store, "MLPClassifier-relu") == first
    assert len(_items(store)) == 1


def test_publishers_at_the_same_time_get_different_versions(store: Store) -> None:
    manifest, weights = _publish(None, dry_run=True), b"weights"
    cards = [manifest.model_copy(update={"description": str(number)}) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        added = list(pool.map(lambda card: store.add(card, weights), cards))
    assert len({card.version for card in added}) == 6
    for card in added:
        assert store.manifest("model", card.version) == card


def test_dry_run_stores_nothing(store: Store) -> None:
    manifest = _publish(store, dry_run=True)
    assert manifest.agreement is not None
    assert _items(store) == []
    assert _objects(store) == []


def test_publish_needs_a_store() -> None:
    with pytest.raises(InvalidRequest, match="no store"):
        _publish(None)
