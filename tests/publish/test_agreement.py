"""Agreement: measured on ciphertexts, honest about what encryption costs."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge
from sklearn.svm import LinearSVC
from tests.publish.zoo import data, fitted

from sealdrop.publish import UnsupportedModel, agreement
from sealdrop.publish.drafting import draft
from sealdrop_core.circuit import Affine, Circuit


def _draft(name: str, **options: object):
    case = fitted(name)
    return draft(case.estimator, case.X, name="model", rows=(1000,), **options)


def test_exact_models_agree_within_the_promised_error() -> None:
    own = _draft("LogisticRegression-binary", error=2.0**-8)
    found = agreement.measure(own, 0.98)
    assert found.rows == agreement.SAMPLE
    assert found.score == 1
    assert 0 < found.largest_error <= 2.0**-8


def test_numbers_agree_by_the_coefficient_of_determination() -> None:
    found = agreement.measure(_draft("Ridge"), 0.98)
    assert 0.999999 < found.score < 1


def test_what_encryption_loses_is_refused() -> None:
    """An error as large as the scores: the plan keeps its promise, and the labels are lost."""
    own = _draft("LogisticRegression-binary", error=64.0)
    with pytest.raises(UnsupportedModel) as refusal:
        agreement.measure(own, 0.98)
    assert refusal.value.code == "agreement_too_low"


def test_other_weights_than_the_models_are_seen() -> None:
    own = _draft("LogisticRegression-binary")
    circuit = Circuit.from_bytes(own.weights)
    first = circuit.affines[0]
    turned = Circuit([Affine(-first.dense(), -first.bias)])
    found = agreement.measure(dataclasses.replace(own, weights=turned.to_bytes()), 0.0)
    assert found.score < 0.1
    assert found.largest_error > 1


def test_few_rows_are_measured_where_many_would_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    own = _draft("Ridge")
    monkeypatch.setattr(agreement, "SECONDS", 0.0)
    assert agreement.measure(own, 0.98).rows == agreement.LEAST


def test_samples_are_spread_over_all_rows() -> None:
    own = _draft("Ridge")
    sample = own.calibration.sample(10)
    assert len(sample.rows) == len(sample.table) == 10
    np.testing.assert_array_equal(sample.rows[[0, -1]], own.calibration.rows[[0, -1]])
    np.testing.assert_array_equal(sample.rows, sample.table)


@pytest.mark.parametrize(("factor", "offset"), [(1e-6, 0.0), (1e-3, 0.0), (1e9, 0.0), (1.0, 1e6)])
def test_the_error_fits_the_scores(factor: float, offset: float) -> None:
    """Small numbers, large ones, and years or prices, which differ by little of their size."""
    X, y = data("diabetes")
    estimator = Ridge().fit(X, factor * y + offset)
    own = draft(estimator, X, name="model", rows=(1000,))
    assert own.manifest.plans[0].quote.error < 0.02 * np.ptp(estimator.predict(X))
    assert agreement.measure(own, 0.98).score > 0.999


def test_the_error_fits_small_margins() -> None:
    X, y = data("iris")
    estimator = LinearSVC(random_state=0).fit(X, y > 0)
    estimator.coef_ *= 1e-5
    estimator.intercept_ *= 1e-5
    assert agreement.measure(draft(estimator, X, name="model"), 0.98).score == 1


@pytest.mark.parametrize("intercept", [True, False])
def test_a_model_that_always_says_the_same_agrees(intercept: bool) -> None:
    X, y = data("diabetes")
    estimator = Lasso(1e6, fit_intercept=intercept).fit(X, y)
    assert agreement.measure(draft(estimator, X, name="model"), 0.98).score > 0.999
