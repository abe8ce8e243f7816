"""A deployment on this machine with golden models in it, for whatever speaks to one over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sealdrop.conformance import Suite
from sealdrop.local import Stack
from sealdrop.publish.store import Store
from tests.contract.vectors.circuits import CIRCUITS
from tests.contract.vectors.models import MANIFESTS

ROOT = Path(__file__).parents[2]


class Clock:
    """The clock of the embedded S3."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @contextmanager
    def moved(self, seconds: float) -> Iterator[None]:
        """Put the clock forward for a while."""
        self.ahead = timedelta(seconds=seconds)
        try:
            yield
        finally:
            self.ahead = timedelta()


def publish(stack: Stack) -> None:
    """Publish the golden models, one of them with a retired version."""
    store = Store(stack.outputs["BucketName"], stack.outputs["TableName"], stack.boto3("s3"), stack.boto3("dynamodb"))
    for name, manifest in MANIFESTS.items():
        store.add(manifest, CIRCUITS[name].to_bytes())
    store.add(MANIFESTS["tiny"], CIRCUITS["tiny"].to_bytes())
    store.retire("tiny@1")


@contextmanager
def deployment(**options: Any) -> Iterator[tuple[Stack, Clock]]:
    """Run a deployment with the golden models."""
    clock = Clock()
    with Stack(ROOT, clock=clock, visibility_seconds=10, **options) as stack:
        publish(stack)
        yield stack, clock


def suite_of(stack: Stack, clock: Clock) -> Suite:
    """Return the conformance suite for a deployment, with two tenants."""
    return Suite(stack.url, stack.token("alice"), stack.token("bob"), move_clock=clock.moved)
