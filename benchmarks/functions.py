"""Warm functions under Lambda's runtime emulator: milliseconds of a request, and of a part besides its evaluation.

The whole stack runs here: every call is a real HTTP request to an embedded AWS on the same machine, whose answers are
part of these figures. `sealdrop cost` starts from them (client/sealdrop/cost/measured.json).
"""

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Claim
from sealdrop import Client
from sealdrop.local import Stack
from sealdrop.local.runtime.invocation import Runtime
from sealdrop.local.template.functions import Function
from sealdrop.publish import Store, publish

JOBS = 30
WARM_UP = 5


class Timed:
    """A runtime whose calls are timed, by function."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.taken: defaultdict[str, list[float]] = defaultdict(list)

    @property
    def concurrency(self) -> int:
        """Return how many calls of one function run at a time."""
        return self._runtime.concurrency

    def invoke(self, function: Function, event: Any) -> Any:
        """Return the function's result."""
        start = time.perf_counter()
        try:
            return self._runtime.invoke(function, event)
        finally:
            self.taken[function.name].append((time.perf_counter() - start) * 1e3)


class TimedStack(Stack):
    """The local stack in Lambda's own runtime, timed."""

    timed: Timed

    def __init__(self) -> None:
        super().__init__(runtime="rie", workers=1)

    def _start_runtime(self, exits: ExitStack, functions: Sequence[Function]) -> Runtime:
        self.timed = Timed(super()._start_runtime(exits, functions))
        return self.timed


def run() -> list[Claim]:
    """Send jobs of one row, one after the other, and time every call of a function."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = load_breast_cancer(return_X_y=True)
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    with TimedStack() as stack, tempfile.TemporaryDirectory() as folder:
        names = stack.outputs
        store = Store(names["BucketName"], names["TableName"], stack.boto3("s3"), stack.boto3("dynamodb"))
        publish(estimator, X, name="breast-cancer", store=store, rows=(1,))
        with Client(stack.url, stack.token("benchmark"), keyring_dir=Path(folder)) as client:
            model = client.model("breast-cancer")
            for number in range(WARM_UP + JOBS):
                if number == WARM_UP:
                    stack.timed.taken.clear()
                assert np.array_equal(model.predict(X[number : number + 1]), estimator.predict(X[number : number + 1]))
            work = model.manifest.plan_for(1).quote.milliseconds
        taken = {name: statistics.median(each) for name, each in stack.timed.taken.items()}
    return [
        Claim("api", "a request, warm", taken["ApiFunction"], "ms"),
        Claim("evaluate", "a part of one row, warm", taken["EvaluateFunction"], "ms"),
        Claim("evaluate", "besides the evaluation itself", taken["EvaluateFunction"] - work, "ms"),
    ]
