"""What a fitted network is held to: labels, probabilities, and the error that its owner names."""

import warnings
from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.publish.zoo import fitted

from sealdrop.publish import UnsupportedModel, publish

X, Y = load_wine(return_X_y=True)


@cache
def _network() -> Pipeline:
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        return make_pipeline(StandardScaler(), MLPClassifier((8,), activation="tanh", random_state=0)).fit(X, Y)


def test_an_error_bounds_polynomials_and_encryption_together() -> None:
    with pytest.raises(UnsupportedModel) as refusal:
        publish(_network(), X, name="wine", error=1e-4, rows=(1,), dry_run=True)
    assert refusal.value.code == "deviation_too_large"
    nearest = float(refusal.value.remedy.split("error of ")[1].split(",")[0])
    manifest = publish(_network(), X, name="wine", error=nearest, rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    assert manifest.agreement.largest_error <= nearest


def test_the_card_says_by_how_much_probabilities_differ() -> None:
    manifest = publish(_network(), X, name="wine", rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    told = manifest.agreement.largest_probability_error
    assert told is not None
    assert 1e-6 < told < 0.5
    assert manifest.agreement.largest_error > told / 2  # a probability moves by no more than half of what scores do


def test_most_probabilities_stay_about_as_they_are() -> None:
    """Of degree 2 every label agrees, and one row in ten has another probability by a sixth."""
    manifest = publish(_network(), X, name="wine", rows=(1,), dry_run=True)
    assert manifest.degrees[0] >= 3


@pytest.mark.parametrize("name", ["Ridge", "RidgeClassifier"])
def test_where_there_are_no_probabilities_none_are_compared(name: str) -> None:
    case = fitted(name)
    manifest = publish(case.estimator, case.X, name="model", rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    assert manifest.agreement.largest_probability_error is None


def test_probabilities_of_exact_models_are_exact_but_for_encryption() -> None:
    case = fitted("LogisticRegression-binary")
    manifest = publish(case.estimator, case.X, name="model", rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    assert manifest.agreement.largest_probability_error is not None
    assert manifest.agreement.largest_probability_error < 1e-3


def test_publishing_says_what_it_is_doing() -> None:
    case = fitted("Ridge")
    steps: list[str] = []
    publish(case.estimator, case.X, name="model", rows=(1,), dry_run=True, progress=steps.append)
    assert len(steps) == 2
    assert "encrypted rows" in steps[-1]
    assert np.unique(steps).size == 2
