"""A published model, used as if it were the estimator it was made from."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.job import Job
from sealdrop.prediction import Prediction, require
from sealdrop.preprocessing.ranges import RangePolicy
from sealdrop.preprocessing.rows import admit
from sealdrop.request import collect
from sealdrop.request.collect import Collection
from sealdrop.request.deployment import Deployment
from sealdrop.request.interruption import sending
from sealdrop.request.send import Submission
from sealdrop.tables.names import Matching
from sealdrop.timing import Progress, Stopwatch, Timing
from sealdrop.transport.retrying import Stopped
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import Plan

OnProgress = Callable[[Progress], None] | None


class Model:
    """A model of one deployment; `predict` and its sisters return what the scikit-learn estimator returns.

    X is a DataFrame or another table, whose columns are matched by name (other columns are not used), or an array,
    whose columns go by position. `columns="position"` takes a table with other names by position. All of them raise
    RefusedInput before anything is sealed, NotOffered for a method the estimator does not have, and ClientError for
    what goes wrong on the way.
    `last` is the Timing of the latest call; `progress` is called with a Progress as rows move.
    """

    def __init__(self, deployment: Deployment, manifest: Manifest, on_out_of_range: RangePolicy) -> None:
        self.manifest = manifest
        self.last: Timing | None = None
        self._deployment = deployment
        self._on_out_of_range: RangePolicy = on_out_of_range

    def __repr__(self) -> str:
        return f"Model({self.manifest.reference!r}, {len(self.features)} features, {self.manifest.output.kind})"

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the input columns, in the model's order."""
        return tuple(feature.name for feature in self.manifest.features)

    @property
    def classes_(self) -> NDArray[np.generic]:
        """The class labels, as scikit-learn's attribute of that name."""
        return np.asarray(self.manifest.output.classes)

    def predict(self, X: Any, *, columns: Matching = "name", progress: OnProgress = None) -> NDArray[np.generic]:
        """Return a class, label vector or value for each row."""
        return self._evaluate("predict", X, columns, progress).predict()

    def predict_proba(self, X: Any, *, columns: Matching = "name", progress: OnProgress = None) -> Array:
        """Return each row's class probabilities, shape (rows, classes)."""
        return self._evaluate("predict_proba", X, columns, progress).predict_proba()

    def decision_function(self, X: Any, *, columns: Matching = "name", progress: OnProgress = None) -> Array:
        """Return each row's scores, shape (rows,) for two classes, (rows, classes) for more."""
        return self._evaluate("decision_function", X, columns, progress).decision_function()

    def transform(self, X: Any, *, columns: Matching = "name", progress: OnProgress = None) -> Array:
        """Return the transformed rows, shape (rows, components)."""
        return self._evaluate("transform", X, columns, progress).transform()

    def evaluate(self, X: Any, *, columns: Matching = "name", progress: OnProgress = None) -> Prediction:
        """Return the opened scores, of which predict and its sisters are views, for one trip through the service.

        Interrupted before the rows have arrived, the job is deleted; afterwards, its result can be collected.
        """
        with self.delivering(X, columns=columns, progress=progress) as prediction:
            return prediction

    @contextmanager
    def delivering(self, X: Any, *, columns: Matching = "name", progress: OnProgress = None) -> Iterator[Prediction]:
        """Give what `evaluate` returns, to be put somewhere: the receipt is dropped when that is done.

        Whatever is raised inside names the job, and `sealdrop collect`, or `client.job(id).result()`, opens it again.
        """
        admitted = admit(X, self.manifest, self._on_out_of_range, columns)
        stop, stopwatch = Event(), Stopwatch(len(admitted.rows), progress)
        submission = Submission(self._deployment, self.manifest, admitted, stopwatch, stop)
        with sending(self._deployment, submission):
            scores = self._send_and_collect(submission, stopwatch, stop)
            self.last = stopwatch.read()
            yield Prediction.of(self.manifest.output, scores, submission.job.id, self.last, admitted.refused)
        self._deployment.receipts.drop(submission.job.id)

    def submit(self, X: Any, *, columns: Matching = "name", progress: OnProgress = None) -> Job:
        """Seal and upload the rows, and return the job once the last has arrived; its result can be opened later."""
        admitted = admit(X, self.manifest, self._on_out_of_range, columns)
        stopwatch = Stopwatch(len(admitted.rows), progress)
        submission = Submission(self._deployment, self.manifest, admitted, stopwatch, Event())
        with sending(self._deployment, submission), closing(submission.send()) as arrivals:
            for _ in arrivals:
                pass
        return Job(self._deployment, submission.job, manifest=self.manifest, stopwatch=stopwatch)

    def _send_and_collect(self, submission: Submission, stopwatch: Stopwatch, stop: Event) -> Array:
        """Return the scores of all rows: results are opened beside the sealing and sending of later parts."""
        with ThreadPoolExecutor(1, "sealdrop-collect") as aside, closing(submission.send()) as arrivals:
            try:
                first = next(arrivals)
                collection = Collection(self._deployment, self.manifest, submission.receipt, stopwatch, stop)
                opened = aside.submit(collection.collect, _patience(submission.plan, first.rows))
                _drain(arrivals)
                return opened.result()
            except BaseException:
                stop.set()
                raise

    def _evaluate(self, method: str, X: Any, columns: Matching, progress: OnProgress) -> Prediction:
        require(self.manifest.output, method)
        return self.evaluate(X, columns=columns, progress=progress)


def _patience(plan: Plan, rows: int) -> float:
    """Return the seconds after which a first look may find the result of the first part."""
    return collect.PAUSE + plan.blocks(rows) * plan.quote.milliseconds / 1e3


def _drain(arrivals: Any) -> None:
    """Send all parts, or as many as it takes to see the collection fail: its error is then the one to tell."""
    try:
        for _ in arrivals:
            pass
    except Stopped:
        return
