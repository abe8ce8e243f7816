"""Every estimator that is a polynomial of its columns: the plaintext circuit answers exactly as the estimator does."""

import warnings
from typing import Any

import numpy as np
import pytest
from tests.publish.zoo import EXACT, fitted

from sealdrop.prediction import Prediction, offers
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.normalize import absorb, normalized
from sealdrop.publish.sklearn import compile_estimator
from sealdrop.timing import Stopwatch

METHODS = ("predict", "predict_proba", "decision_function", "transform")
# the estimator scores classes with a term that all of them share, or after rescaling: order and probabilities agree
ANOTHER_SCALE = {
    "MultinomialNB",
    "ComplementNB",
    "NearestCentroid",
    "NearestCentroid-prior",
    "OneVsRest-quadratic",
    "OneVsOne-binary",
}


@pytest.mark.parametrize("name", EXACT)
def test_a_circuit_answers_as_the_estimator(name: str) -> None:
    case = fitted(name)
    compiled = compile_estimator(case.estimator)
    calibration = Calibration.read(case.X, compiled)
    circuit = compiled.network.circuit()
    own = absorb(circuit, calibration.normalization)
    scores = own.evaluate(normalized(case.unseen, calibration.normalization))
    prediction = Prediction(compiled.output, scores, job="test", timing=Stopwatch(1).read())
    compared = [method for method in METHODS if _compare(name, method, case, compiled.output, prediction)]
    assert compared
    assert "predict" in compared or compiled.output.kind == "transform"


def _compare(name: str, method: str, case: Any, output: Any, prediction: Prediction) -> bool:
    if not (offers(output, method) and hasattr(case.estimator, method)):
        return False
    if method == "decision_function" and name in ANOTHER_SCALE:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = getattr(case.estimator, method)(case.unseen)
    found = getattr(prediction, method)()
    assert found.shape == wanted.shape
    if wanted.dtype.kind in "fc":
        np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-8 * (1 + np.abs(wanted).max()))
    else:
        np.testing.assert_array_equal(found, wanted)
        assert found.dtype.kind == wanted.dtype.kind
    return True
