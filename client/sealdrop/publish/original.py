"""The owner's model itself: its own answers, and how well others agree with them."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.prediction import Prediction
from sealdrop.timing import Stopwatch
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Output


def answers(model: Any, X: Any, output: Output) -> NDArray[Any]:
    """Return what the model itself predicts for rows X, or transforms them to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rows without column names are as good as rows with them
        return np.asarray(model.transform(X) if output.kind == "transform" else model.predict(X))


def answered(scores: Array, output: Output) -> NDArray[Any]:
    """Return what a data owner reads from scores (rows, outputs)."""
    prediction = Prediction(output, scores, job="publish", timing=Stopwatch(len(scores)).read())
    return prediction.transform() if output.kind == "transform" else prediction.predict()


def score(found: NDArray[Any], wanted: NDArray[Any], output: Output) -> float:
    """Return the share of rows with equal labels, or for numbers the coefficient of determination, at least 0."""
    if output.kind not in ("regression", "transform"):
        return float(np.mean(found == wanted))
    left, all_of_it = np.sum((found - wanted) ** 2), np.sum((wanted - wanted.mean(axis=0)) ** 2)
    return float(np.clip(1 - left / all_of_it, 0, 1)) if all_of_it else float(np.allclose(found, wanted))
