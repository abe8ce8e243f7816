"""What a fitted network is held to: labels, probabilities, and the error that its owner names."""

import warnings
from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.publish.zoo import fitted

from sealdrop.publish import UnsupportedCalibration, UnsupportedModel, publish
from sealdrop.publish.activations import fit
from sealdrop.publish.agreement import encrypted_scores
from sealdrop.publish.drafting import draft
from sealdrop_core.errors import Infeasible
from sealdrop_core.manifest import Manifest

# the rows of wine are fewer than 200, and publishing says so; tests/publish/test_agreement.py holds that
pytestmark = pytest.mark.filterwarnings("ignore::sealdrop.publish.FewCalibrationRows")
X, Y = load_wine(return_X_y=True)


@cache
def _network() -> Pipeline:
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        return make_pipeline(StandardScaler(), MLPClassifier((8,), activation="tanh", random_state=0)).fit(X, Y)


@cache
def _published() -> Manifest:
    return publish(_network(), X, name="wine", rows=(1,), dry_run=True)


def test_an_error_bounds_polynomials_and_encryption_together() -> None:
    with pytest.raises(UnsupportedModel) as refusal:
        publish(_network(), X, name="wine", error=1e-4, rows=(1,), dry_run=True)
    assert refusal.value.code == "deviation_too_large"
    nearest = float(refusal.value.remedy.split("error of ")[1].split(",")[0])
    manifest = publish(_network(), X, name="wine", error=nearest, rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    found = manifest.agreement
    assert found.held_out.largest_error + found.encrypted.largest_error <= nearest


def test_the_card_says_by_how_much_probabilities_differ() -> None:
    manifest = _published()
    assert manifest.agreement is not None
    told = manifest.agreement.held_out.largest_probability_error
    assert told is not None
    assert 1e-6 < told < 0.5
    assert (
        manifest.agreement.held_out.largest_error > told / 2
    )  # a probability moves by no more than half of what scores do


def test_most_probabilities_stay_about_as_they_are() -> None:
    """Of degree 2 every label agrees, and one row in ten has another probability by a sixth."""
    assert _published().degrees[0] >= 3


@pytest.mark.parametrize("name", ["Ridge", "RidgeClassifier"])
def test_where_there_are_no_probabilities_none_are_compared(name: str) -> None:
    case = fitted(name)
    manifest = publish(case.estimator, case.X, name="model", rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    assert manifest.agreement.held_out.largest_probability_error is None


def test_probabilities_of_exact_models_are_exact_but_for_encryption() -> None:
    case = fitted("LogisticRegression-binary")
    manifest = publish(case.estimator, case.X, name="model", rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    assert manifest.agreement.held_out.largest_probability_error is not None
    assert manifest.agreement.held_out.largest_probability_error < 1e-9


def test_too_few_rows_to_tell_are_refused_with_the_number_that_would_do() -> None:
    with pytest.raises(UnsupportedCalibration, match="100 distinct calibration rows are too few to show") as refusal:
        publish(_network(), X[:100], name="wine", rows=(1,), dry_run=True)
    assert refusal.value.code == "too_few_calibration_rows"
    assert refusal.value.remedy.startswith("Give 133 distinct rows or more")


def test_an_agreement_that_a_hundred_rows_can_show_is_published() -> None:
    manifest = publish(_network(), X[:100], name="wine", rows=(1,), min_agreement=0.95, dry_run=True)
    assert manifest.agreement is not None
    assert manifest.agreement.held_out.rows == 100


def test_the_published_circuit_is_fitted_to_all_rows() -> None:
    drafted = draft(_network(), X, name="wine", rows=(1,))
    network = drafted.model.compiled.network
    kind = drafted.trial
    fitted_to_all = fit(network, drafted.calibration.rows, kind.degree, each=kind.each).evaluate(X)
    np.testing.assert_allclose(drafted.scores(X), fitted_to_all, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1e15])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e12])
def test_columns_and_targets_of_any_size_are_carried(scale: float, size: float) -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(300, 4))
    model = LinearRegression().fit(rows * scale, rows @ [1.0, 2.0, 3.0, 4.0] * size)
    drafted = draft(model, rows * scale, name="model", rows=(64,))
    found = encrypted_scores(drafted.manifest, drafted.manifest.plans[0], drafted.weights, rows[:50] * scale)[:, 0]
    error = drafted.manifest.plans[0].quote.error
    assert np.abs(found - model.predict(rows[:50] * scale)).max() <= error < 0.02 * np.ptp(model.predict(rows * scale))


def test_targets_too_small_for_a_fixed_point_are_refused_with_a_unit_for_remedy() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(300, 4))
    with pytest.raises(Infeasible, match="smaller than a fixed point carries") as refusal:
        draft(LinearRegression().fit(rows, 1e-15 * rows[:, 0]), rows, name="model", rows=(64,))
    assert "smaller unit" in refusal.value.remedy


def test_scores_of_hundreds_over_thousands_of_columns_are_carried() -> None:
    """Counts of words: naive Bayes adds so many logarithms that a fine error has no plan, and a coarser one fits."""
    random = np.random.default_rng(2)
    counts = random.poisson(0.05, size=(200, 6000)).astype(np.float64)
    model = MultinomialNB(alpha=1e-9).fit(counts, np.arange(200) % 2)
    manifest = publish(model, counts, name="words", rows=(1,), dry_run=True)
    assert manifest.agreement is not None
    assert manifest.agreement.encrypted.changed == 0


def test_publishing_says_what_it_is_doing() -> None:
    case = fitted("Ridge")
    steps: list[str] = []
    publish(case.estimator, case.X, name="model", rows=(1,), dry_run=True, progress=steps.append)
    assert len(steps) == 2
    assert "encrypted rows" in steps[-1]
    assert np.unique(steps).size == 2
