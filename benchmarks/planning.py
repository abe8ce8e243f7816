"""Planning, one core: from a circuit and its calibration rows to the plans for one row and for a thousand.

Circuits of the benchmarks, and of every family in the tests the largest. All that `plan` does is timed: probing the
circuit on rows is most of it for wide networks, the search for parameters for deep ones. Time is the processor's.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits
from tests.engine import circuits
from tests.engine.networks import convolution, convolutional, dense, network
from tests.publish import zoo
from threadpoolctl import threadpool_limits

from benchmarks import models, networks
from benchmarks.report import Claim
from benchmarks.timing import one_core
from sealdrop.planning import Privacy, plan
from sealdrop.publish.drafting import draft
from sealdrop.publish.normalize import normalized
from sealdrop_core.circuit import Affine, Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.folding import SQUARE

MILLISECONDS = 100
LEAST = 0.95  # agreement: some estimators have no more than a hundred rows to show it
ROUNDS = 7
RESPONSES: tuple[Privacy, ...] = ("open", "private")
# of a kind each: linear, quadratic, lifted by its owner, one fitted layer, two of them, three, and several targets
PUBLISHED = (
    "RidgeClassifier",
    "SVC-poly2-binary",
    "PolynomialFeatures-regressor",
    "MLPClassifier-relu-digits",
    "MLPClassifier-two",
    "MLPClassifier-three",
    "MLPRegressor-targets",
)


@dataclass(frozen=True)
class Task:
    """What a planner is asked: a circuit, its calibration rows, the error that is allowed, and how far rows may go."""

    name: str
    circuit: Circuit
    calibration: Array
    error: float | None = None
    leeway: float = 0.0
    exact: bool = False


def run() -> list[Claim]:
    """Plan every circuit with open and with private responses."""
    with one_core(), threadpool_limits(1):
        claims = [_claim(task, response) for task in _tasks() for response in RESPONSES]
    slowest = max(claims, key=lambda claim: claim.value)
    return [*claims, Claim("all", "slowest", slowest.value, "ms", detail={"circuit": slowest.subject})]


def _claim(task: Task, response: Privacy) -> Claim:
    def answer() -> list[str]:
        try:
            found = plan(
                task.circuit,
                task.calibration,
                error=task.error,
                response=response,
                leeway=task.leeway,
                exact=task.exact,
            )
        except Infeasible as refusal:
            return [refusal.message]
        return [one.id for one in found]

    detail = {"plans": answer()}
    taken = _milliseconds(answer)
    return Claim(task.name, f"plan, {response}", taken, "ms", bar=MILLISECONDS, at_least=False, detail=detail)


def _milliseconds(call: Callable[[], object]) -> float:
    """Return the median of a few calls in a warm process."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        taken.append((time.process_time() - start) * 1e3)
    return statistics.median(taken)


def _tasks() -> Iterator[Task]:
    measured = (
        models.breast_cancer(),
        models.digits(),
        models.lifted_network(),
        models.batch_network(),
        models.network("digits 64-32-10 degree 3", load_digits, (64, 32, 10), (0.1, 0.5, 0.3, 0.1)),
        networks.wide(),
        networks.cryptonets(),
    )
    yield from (Task(one.name, one.circuit, one.calibration) for one in measured)
    yield from _drawn()
    yield from map(_published, PUBLISHED)


def _drawn() -> Iterator[Task]:
    """Yield the largest circuits of the engine's tests."""
    first, random = convolution(8, 3, 2, 8), np.random.default_rng(0)
    drawn = {
        "linear 3000→5": circuits.wide(3000, 5),
        "quadratic 40-16-5": network([40, 16, 5], [2], each=True),
        "network 70-70-70-70-70, degrees 7, 3, 3": network([70] * 5, [7, 3, 3]),
        "network 900-20-2, degree 3": network([900, 20, 2], [3]),
        "convolution 16x16": convolutional(side=16),
        "convolution 8x8, stride 2, square": Circuit([first, SQUARE, dense(random, first.outputs, 10)]),
    }
    for name, circuit in drawn.items():
        yield Task(name, circuit, circuits.rows(0, 500, circuit.features), leeway=1.0)
    refused = drawn["network 70-70-70-70-70, degrees 7, 3, 3"]
    yield Task("the same, refused", refused, circuits.rows(0, 500, 70), error=2.0**-60)
    integers = Circuit([Affine(random.integers(-40, 41, size=(6, 30)) * 1.0, np.ones(6))])
    yield Task("integers 30→6, exact", integers, random.integers(-8, 9, size=(400, 30)) * 1.0, exact=True)


def _published(name: str) -> Task:
    """Return what publishing an estimator asks."""
    fitted = zoo.fitted(name)
    drafted = draft(fitted.estimator, fitted.X, name="planned", response="private", min_agreement=LEAST)
    rows = normalized(drafted.calibration.rows, drafted.manifest.normalization)
    error = max(one.quote.error for one in drafted.manifest.plans)
    return Task(name, Circuit.from_bytes(drafted.weights), rows, error, drafted.manifest.leeway)
