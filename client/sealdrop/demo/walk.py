"""The demo, step by step: publish, seal, upload, evaluate, download, open, compare."""

import os
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median_low
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sealdrop.client import Client
from sealdrop.demo.workloads import Workload, workloads
from sealdrop.local import Stack
from sealdrop.model import Model
from sealdrop.publish import Store, publish
from sealdrop.timing import Timing

ERROR = 1e-3  # of a logit
SINGLES = 5  # requests of one row, of which the median is shown


@dataclass(frozen=True)
class Walk:
    """What came of one model's held-out rows; accuracy and agreement are shares of the rows."""

    model: str
    rows: int
    features: int
    classes: int
    plaintext_accuracy: float
    encrypted_accuracy: float
    agreeing: int
    largest_error: float
    batch: Timing
    single: Timing
    seen: bytes  # how the batch's sealed input begins in the server's bucket

    @property
    def passed(self) -> bool:
        """Whether every row got the plaintext model's label, and every logit within the promised error."""
        return self.agreeing == self.rows and self.largest_error < ERROR

    def as_dict(self) -> dict[str, Any]:
        """Return the walk as JSON-ready values."""
        return {**asdict(self), "seen": self.seen.hex(), "agreement": self.agreeing / self.rows, "passed": self.passed}


def walk(announce: Callable[[str], None]) -> tuple[Walk, ...]:
    """Start a deployment on this machine and send every workload through it; `announce` is called before each step.

    What the functions log to standard output is dropped meanwhile.
    """
    with Path(os.devnull).open("w", encoding="utf-8") as null, redirect_stdout(null):
        return _walk_all(announce)


def _walk_all(announce: Callable[[str], None]) -> tuple[Walk, ...]:
    announce("training two models")
    trained = workloads()
    announce("starting S3, SQS, DynamoDB and the functions on this machine")
    with Stack() as stack, TemporaryDirectory() as folder:
        names = stack.outputs
        store = Store(names["BucketName"], names["TableName"], s3=stack.boto3("s3"), dynamodb=stack.boto3("dynamodb"))
        with Client(stack.url, stack.token("demo"), keyring_dir=Path(folder)) as client:
            return tuple(_walk(workload, store, client, stack, announce) for workload in trained)


def _walk(workload: Workload, store: Store, client: Client, stack: Stack, announce: Callable[[str], None]) -> Walk:
    announce(f"{workload.name}: publishing")
    # the ranges promised are those of all rows the owner knows of; the labels held out stay held out
    publish(
        workload.estimator,
        workload.known,
        name=workload.name,
        store=store,
        error=ERROR / 2,
        description=workload.description,
    )
    model = client.model(workload.name)
    announce(f"{workload.name}: predicting {len(workload.X)} sealed rows")
    answer = model.evaluate(workload.X)
    announce(f"{workload.name}: predicting one sealed row, {SINGLES} times")
    plain = workload.estimator.predict(workload.X)
    labels = answer.predict()
    return Walk(
        model=model.manifest.reference,
        rows=len(workload.X),
        features=len(model.features),
        classes=len(model.classes_),
        plaintext_accuracy=float(np.mean(plain == workload.y)),
        encrypted_accuracy=float(np.mean(labels == workload.y)),
        agreeing=int(np.sum(labels == plain)),
        largest_error=float(
            np.abs(answer.decision_function() - workload.estimator.decision_function(workload.X)).max()
        ),
        batch=answer.timing,
        single=_single(model, workload.X[:1]),
        seen=_seen(stack, answer.job),
    )


def _single(model: Model, row: Any) -> Timing:
    """Return the timing of a request of one row: the one with the median total."""
    timings = [model.evaluate(row).timing for _ in range(SINGLES)]
    middle = median_low(timing.total for timing in timings)
    return next(timing for timing in timings if timing.total == middle)


def _seen(stack: Stack, job: str) -> bytes:
    """Return the start of the first sealed input of a job, as it lies in the server's bucket."""
    s3, bucket = stack.boto3("s3"), stack.outputs["BucketName"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="inputs/")["Contents"]
    key = next(one["Key"] for one in listed if f"/{job}/" in one["Key"])
    return bytes(s3.get_object(Bucket=bucket, Key=key, Range="bytes=0-511")["Body"].read())
