"""Agreement: what polynomials cost, on rows they were not fitted to, and what encryption costs, on ciphertexts."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.svm import LinearSVC
from tests.publish.zoo import data, fitted

from sealdrop.publish import FewCalibrationRows, UnsupportedModel, agreement
from sealdrop.publish.drafting import Draft, draft
from sealdrop_core.circuit import Affine, Circuit


def _draft(name: str, **options: object) -> Draft:
    case = fitted(name)
    return draft(case.estimator, case.X, name="model", rows=(1000,), **options)


def test_exact_models_agree_on_all_rows_and_encryption_adds_no_more_than_promised() -> None:
    found = agreement.measure(_draft("LogisticRegression-binary", error=2.0**-8), 0.98)
    assert (found.held_out.folds, found.held_out.rows, found.held_out.score) == (1, 380, 1)
    assert found.score == found.held_out.score
    assert found.held_out.largest_error < 1e-9
    assert found.held_out.low < 1 == found.held_out.high
    assert found.encrypted.rows == agreement.SAMPLE
    assert found.encrypted.changed == 0
    assert 0 < found.encrypted.largest_error <= 2.0**-8


def test_numbers_are_told_by_r_squared_the_median_error_and_a_relative_one() -> None:
    found = agreement.measure(_draft("MLPRegressor-relu"), 0.98)
    assert found.held_out.folds > 1
    assert found.held_out.low < found.held_out.score < found.held_out.high < 1
    assert found.held_out.median_error is not None
    assert found.held_out.relative_error is not None
    assert 0 < found.held_out.median_error < found.held_out.largest_error
    assert 0.01 < found.held_out.relative_error < 0.14
    assert found.encrypted.changed is None
    assert found.encrypted.relative_error is not None
    assert 0 < found.encrypted.relative_error < found.held_out.relative_error


def test_encryption_is_held_against_the_circuit_and_polynomials_against_the_model() -> None:
    """Of a network the polynomials are off by far more than the noise, and each figure shows its own."""
    found = agreement.measure(_draft("MLPClassifier-relu"), 0.98)
    assert found.encrypted.largest_error < found.held_out.largest_error / 4


def test_labels_that_encryption_changes_are_counted() -> None:
    found = agreement.measure(_draft("LogisticRegression-binary", error=4.0), 0.5)
    assert found.held_out.score == 1
    assert found.encrypted.changed is not None
    assert 0 < found.encrypted.changed < 40


def test_what_encryption_loses_is_refused() -> None:
    """An error as large as the scores: the plan keeps its promise, and the labels are lost."""
    own = _draft("LogisticRegression-binary", error=64.0)
    with pytest.raises(UnsupportedModel) as refusal:
        agreement.measure(own, 0.98)
    assert refusal.value.code == "agreement_too_low"
    assert "encryption loses 0." in refusal.value.message


@pytest.mark.filterwarnings("ignore::sealdrop.publish.ExtremeCalibrationRow")
def test_errors_that_only_a_wild_answer_hides_are_refused() -> None:
    """R² of the ciphertexts is 1 to nine digits, for the sake of one row; all others are off by their spread."""
    random = np.random.default_rng(0)
    X = random.uniform(20, 200, size=(300, 1))
    wild = np.vstack([[[1e9]], X])
    estimator = LinearRegression().fit(X, 3000 * X[:, 0])
    own = draft(estimator, wild, name="model", rows=(64,), error=9e7)
    with pytest.raises(UnsupportedModel) as refusal:
        agreement.measure(own, 0.98)
    assert refusal.value.code == "agreement_too_low"


def test_other_weights_than_the_models_are_refused() -> None:
    own = _draft("LogisticRegression-binary")
    first = Circuit.from_bytes(own.weights).affines[0]
    turned = Circuit([Affine(-first.dense(), -first.bias)])
    with pytest.raises(UnsupportedModel):
        agreement.measure(dataclasses.replace(own, weights=turned.to_bytes()), 0.98)


def test_few_rows_are_measured_where_many_would_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    own = _draft("Ridge")
    monkeypatch.setattr(agreement, "SECONDS", 0.0)
    assert agreement.measure(own, 0.98).encrypted.rows == agreement.LEAST


def test_few_calibration_rows_are_said_to_be_few() -> None:
    own = _draft("MLPClassifier-logistic", min_agreement=0.9)
    with pytest.warns(FewCalibrationRows, match="100 distinct calibration rows are few"):
        found = agreement.measure(own, 0.9)
    assert found.held_out.few
    assert found.held_out.low < 0.98


def test_few_rows_of_an_exact_model_are_enough() -> None:
    X, y = data("diabetes")
    own = draft(Ridge().fit(X, y), X[:5], name="model", rows=(1,))
    assert not agreement.measure(own, 0.98).held_out.few


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
    found = agreement.measure(own, 0.98)
    assert found.held_out.score > 0.999999
    assert found.encrypted.relative_error is not None
    assert found.encrypted.relative_error < 0.02


def test_the_error_fits_small_margins() -> None:
    X, y = data("iris")
    estimator = LinearSVC(random_state=0).fit(X, y > 0)
    estimator.coef_ *= 1e-5
    estimator.intercept_ *= 1e-5
    assert agreement.measure(draft(estimator, X, name="model"), 0.98).encrypted.changed == 0


@pytest.mark.parametrize("intercept", [True, False])
def test_a_model_that_always_says_the_same_agrees(intercept: bool) -> None:
    X, y = data("diabetes")
    estimator = Lasso(1e6, fit_intercept=intercept).fit(X, y)
    assert agreement.measure(draft(estimator, X, name="model"), 0.98).held_out.score > 0.999
