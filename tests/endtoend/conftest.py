"""One embedded AWS with the production handlers, and two real models published into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sealdrop import Client
from sealdrop.local import Stack
from sealdrop.publish import publish
from sealdrop.publish.store import Store


@dataclass(frozen=True)
class Published:
    """An estimator in the service, and rows it has not seen."""

    name: str
    estimator: Any
    held_out: Any
    labels: Any


class Clock:
    """The embedded S3's clock, which a test may put forward."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="package")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="package")
def stack(clock: Clock) -> Iterator[Stack]:
    with Stack(Path(__file__).parents[2], clock=clock, visibility_seconds=3) as running:
        yield running


@pytest.fixture(scope="package")
def store(stack: Stack) -> Store:
    return Store(stack.outputs["BucketName"], stack.outputs["TableName"], stack.boto3("s3"), stack.boto3("dynamodb"))


def _published(store: Store, name: str, data: Any, **options: Any) -> Published:
    X, y = data.data, data.target
    train, held_out, train_y, labels = train_test_split(X, y, test_size=0.3, random_state=1, stratify=y)
    estimator = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(train, train_y)
    publish(estimator, train, name=name, store=store, **options)
    return Published(name, estimator, held_out, labels)


@pytest.fixture(scope="package")
def cancer(store: Store) -> Published:
    return _published(store, "breast-cancer", load_breast_cancer(as_frame=True))


@pytest.fixture(scope="package")
def digits(store: Store) -> Published:
    return _published(store, "digits", load_digits())


@pytest.fixture(scope="package")
def client(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with Client(stack.url, stack.token("hospital"), keyring_dir=tmp_path_factory.mktemp("keys")) as own:
        yield own


@pytest.fixture(scope="package")
def stranger(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with Client(stack.url, stack.token("stranger"), keyring_dir=tmp_path_factory.mktemp("keys")) as other:
        yield other
