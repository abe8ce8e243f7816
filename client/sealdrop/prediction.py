"""Opened scores, and what the published estimator makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import NotOffered
from sealdrop.tables.refusal import Refused
from sealdrop.timing import Timing
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Output

OFFERED = {
    "predict": {"binary", "multinomial", "ovr", "classes", "margin", "pairs", "multilabel", "regression"},
    "predict_proba": {"binary", "multinomial", "ovr", "multilabel"},
    "decision_function": {"binary", "multinomial", "ovr", "classes", "margin", "pairs", "multilabel"},
    "transform": {"transform"},
}


def offers(output: Output, method: str) -> bool:
    """Whether an estimator with this output has the method."""
    if method == "predict_proba" and output.kind == "multilabel":
        return output.link == "logistic"
    return output.kind in OFFERED[method]


def require(output: Output, method: str) -> None:
    """Raise NotOffered if an estimator with this output does not have the method."""
    if not offers(output, method):
        there = ", ".join(name for name in OFFERED if offers(output, name))
        raise NotOffered(f"a model with {output.kind} output has no {method}", remedy=f"It has {there}.")


@dataclass(frozen=True)
class Prediction:
    """The model's answer for some rows. `scores` has shape (rows, outputs); the methods are scikit-learn's views of it.

    Rows that were `refused` have no answer: NaN where numbers are returned, None where labels are.
    Every method raises NotOffered if the published estimator does not have it.
    """

    output: Output
    scores: Array = field(repr=False)
    job: str
    timing: Timing
    refused: tuple[Refused, ...] = ()

    @classmethod
    def of(
        cls, output: Output, answers: Array, job: str, timing: Timing, refused: Sequence[tuple[int, str, str]]
    ) -> Self:
        """Return the prediction for all rows of a table, given the scores of those that were answered."""
        scores = np.full((len(answers) + len(refused), answers.shape[1]), np.nan)
        answered = np.ones(len(scores), dtype=bool)
        answered[[row for row, *_ in refused]] = False
        scores[answered] = answers
        return cls(output, scores, job, timing, tuple(Refused(*row) for row in refused))

    def predict(self) -> NDArray[np.generic]:
        """Return classes, labels or values as the estimator's `predict` does."""
        require(self.output, "predict")
        return self._spread(self._labels(self._answered))

    def predict_proba(self) -> Array:
        """Return probabilities of shape (rows, classes), in the order of the classes."""
        require(self.output, "predict_proba")
        return self._spread(self._probabilities(self._answered))

    def decision_function(self) -> Array:
        """Return scores of shape (rows,) for two classes, (rows, classes) for more."""
        require(self.output, "decision_function")
        return self._spread(self._decisions(self._answered))

    def transform(self) -> Array:
        """Return the transformed rows, of shape (rows, components)."""
        require(self.output, "transform")
        return self.scores

    @property
    def _answered(self) -> Array:
        return np.delete(self.scores, [row.row for row in self.refused], axis=0) if self.refused else self.scores

    def _spread(self, answers: NDArray[Any]) -> NDArray[Any]:
        """Return the answers in their places among all rows."""
        if not self.refused:
            return answers
        numeric = answers.dtype.kind == "f"
        every = np.full(
            (len(self.scores), *answers.shape[1:]), np.nan if numeric else None, float if numeric else object
        )
        every[np.delete(np.arange(len(every)), [row.row for row in self.refused])] = answers
        return every

    def _labels(self, scores: Array) -> NDArray[Any]:
        kind = self.output.kind
        if kind == "regression":
            return _regression(scores, self.output)
        if kind == "multilabel":
            return (scores > 0).astype(np.int64)
        classes = np.asarray(self.output.classes)
        if kind in {"binary", "margin"}:
            chosen = (scores[:, 0] > 0).astype(np.intp)
        elif kind == "pairs":
            ballot = _votes(scores, len(classes)) if self.output.ties == "first" else _confidence(scores, len(classes))
            chosen = ballot.argmax(axis=1)
        else:
            chosen = scores.argmax(axis=1)
        return np.asarray(classes[chosen])

    def _probabilities(self, scores: Array) -> Array:
        kind = self.output.kind
        if kind == "multinomial":
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
            return np.asarray(weights / weights.sum(axis=1, keepdims=True))
        probability = logistic(scores)
        if kind == "binary":
            return np.hstack([1 - probability, probability])
        if kind == "ovr":
            return np.asarray(probability / probability.sum(axis=1, keepdims=True))
        return probability

    def _decisions(self, scores: Array) -> Array:
        if self.output.kind in {"binary", "margin"}:
            return np.asarray(scores[:, 0])
        if self.output.kind == "pairs":
            confidence = _confidence(scores, len(self.output.classes))
            return confidence[:, 1] if confidence.shape[1] == 2 else confidence
        return scores


def logistic(scores: Array) -> Array:
    """Return 1 / (1 + exp(-x)), without overflow."""
    small = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1 / (1 + small), small / (1 + small))


def _regression(scores: Array, output: Output) -> Array:
    if output.link == "exp":
        scores = np.exp(scores)
    elif output.link == "logistic":
        scores = logistic(scores)
    return scores[:, 0] if output.flat else scores


def _votes(scores: Array, classes: int) -> Array:
    """Return each class's won pairs, shape (rows, classes)."""
    votes = np.zeros((len(scores), classes))
    for pair, (first, second) in enumerate(zip(*np.triu_indices(classes, 1), strict=True)):
        votes[:, second] += scores[:, pair] > 0
        votes[:, first] += scores[:, pair] <= 0
    return votes


def _confidence(scores: Array, classes: int) -> Array:
    """Return votes plus the sum of confidences squeezed into (-1/3, 1/3), so that it only breaks ties."""
    total = np.zeros((len(scores), classes))
    for pair, (first, second) in enumerate(zip(*np.triu_indices(classes, 1), strict=True)):
        total[:, second] += scores[:, pair]
        total[:, first] -= scores[:, pair]
    return np.asarray(_votes(scores, classes) + total / (3 * (np.abs(total) + 1)))
