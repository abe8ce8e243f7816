"""The owner's model itself: its own answers, and the same read from scores."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.prediction import Prediction, offers
from sealdrop.publish.refusal import UnsupportedCalibration
from sealdrop.timing import Stopwatch
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Output


def answers(model: Any, X: Any, output: Output) -> NDArray[Any]:
    """Return what the model itself predicts for rows X, or transforms them to.

    Raises UnsupportedCalibration (`calibration_refused`) when the model does not take them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rows without column names are as good as rows with them
        try:
            return np.asarray(model.transform(X) if output.kind == "transform" else model.predict(X))
        except (TypeError, ValueError) as error:
            raise UnsupportedCalibration(
                f"the model itself does not take the calibration rows: {error}",
                code="calibration_refused",
                remedy="Give rows as the model was fitted on them: of the same types, under the same names.",
            ) from error


def answered(scores: Array, output: Output) -> NDArray[Any]:
    """Return what a data owner reads from scores (rows, outputs)."""
    prediction = _prediction(scores, output)
    return prediction.transform() if output.kind == "transform" else prediction.predict()


def probability_errors(scores: Array, exact: Array, output: Output) -> Array | None:
    """Return the largest difference of any class's probability for each row, None where there are no probabilities.

    `scores` and `exact` are scores of shape (rows, outputs), the latter the original's own.
    """
    if not offers(output, "predict_proba"):
        return None
    found, wanted = (_prediction(one, output).predict_proba() for one in (scores, exact))
    return np.asarray(np.abs(found - wanted).max(axis=1))


def _prediction(scores: Array, output: Output) -> Prediction:
    return Prediction(output, scores, job="publish", timing=Stopwatch(len(scores)).read())
