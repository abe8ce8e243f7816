"""Every estimator, encrypted: what a data owner opens for rows the estimator has not seen equals its own answers."""

from typing import Any

import numpy as np
import pytest
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from tests.publish.zoo import APPROXIMATED, EXACT, Fitted, data, fitted

from sealdrop.prediction import Prediction
from sealdrop.publish.agreement import encrypted_scores
from sealdrop.publish.drafting import draft
from sealdrop.publish.fidelity import score
from sealdrop.publish.original import answered, answers
from sealdrop.publish.sklearn import compile_estimator
from sealdrop.timing import Stopwatch
from sealdrop_core.manifest import Output

ROWS = 120  # at most
LEAST, REACHED = 0.95, 0.97  # agreement: surely, and on rows that were not seen


def _opened(case: Fitted, **options: float) -> tuple[Any, Any, Output, float]:
    """Return unseen rows, clipped to the calibrated range, the scores opened for them, what they mean, the error."""
    drafted = draft(case.estimator, case.X, name="model", rows=(1000,), **options)
    manifest = drafted.manifest
    low, high = ([getattr(feature, end) for feature in manifest.features] for end in ("low", "high"))
    rows = np.clip(case.unseen[:ROWS], low, high)
    return (
        rows,
        encrypted_scores(manifest, manifest.plans[0], drafted.weights, rows),
        manifest.output,
        manifest.plans[0].quote.error,
    )


@pytest.mark.filterwarnings("ignore::sealdrop.publish.reading.NotPublished")  # NearestCentroid's probabilities
@pytest.mark.parametrize("name", EXACT)
def test_exact_models_answer_within_the_promised_error(name: str) -> None:
    case = fitted(name)
    rows, scores, output, error = _opened(case)
    found, wanted = answered(scores, output), answers(case.estimator, rows, output)
    if output.link == "exp":
        np.testing.assert_allclose(np.log(found), np.log(wanted), rtol=0, atol=error)
    elif output.kind in ("regression", "transform"):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=error)
    else:
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("name", APPROXIMATED)
def test_approximated_models_agree_on_unseen_rows(name: str) -> None:
    """A hundred rows, which some of them have, are too few to be sure of 98 %."""
    case = fitted(name)
    rows, scores, output, _ = _opened(case, min_agreement=LEAST)
    assert score(answered(scores, output), answers(case.estimator, rows, output), output) >= REACHED


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("weights", ["dirichlet_process", "dirichlet_distribution", None])
def test_mixtures_give_their_own_probabilities(kind: str, weights: str | None) -> None:
    """A Bayesian mixture weighs its components by more than their covariances and sizes."""
    options = {"n_components": 3, "covariance_type": kind, "random_state": 0}
    X = data("iris")[0]
    estimator = (
        BayesianGaussianMixture(weight_concentration_prior_type=weights, **options)
        if weights
        else GaussianMixture(**options)
    ).fit(X)
    compiled = compile_estimator(estimator)
    opened = Prediction(compiled.output, compiled.network.evaluate(X), job="j", timing=Stopwatch(len(X)).read())
    np.testing.assert_allclose(opened.predict_proba(), estimator.predict_proba(X), atol=1e-9)
