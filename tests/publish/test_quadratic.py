"""Quadratic forms become squares of linear combinations that sum up to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler
from tests.publish.tables import NUMBERS, TABLE, TARGET

from sealdrop.publish.agreement import encrypted_scores
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.drafting import draft
from sealdrop.publish.quadratic import quadratic
from sealdrop.publish.sklearn import compile_estimator

draw = np.random.default_rng(3)


@settings(max_examples=40, deadline=None)
@given(outputs=st.integers(1, 5), features=st.integers(1, 6), kind=st.sampled_from(["full", "low", "diagonal", "none"]))
def test_networks_compute_their_forms(outputs: int, features: int, kind: str) -> None:
    forms = draw.normal(size=(outputs, features, features))
    if kind == "low":
        forms = np.stack([np.outer(form[0], form[0]) for form in forms])
    elif kind == "diagonal":
        forms = forms * np.eye(features)
    elif kind == "none":
        forms = 0 * forms
    linear, constant = draw.normal(size=(outputs, features)), draw.normal(size=outputs)
    X = draw.normal(size=(7, features))
    wanted = np.einsum("ni,kij,nj->nk", X, forms, X) + X @ linear.T + constant
    np.testing.assert_allclose(quadratic(forms, linear, constant).evaluate(X), wanted, atol=1e-10)


@pytest.mark.parametrize(("kind", "hidden"), [("low", 1 + 1), ("diagonal", 4 + 1), ("full", 4 + 1)])
def test_no_more_squares_than_the_rank(kind: str, hidden: int) -> None:
    form = draw.normal(size=(4, 4))
    form = {"low": np.outer(form[0], form[0]), "diagonal": np.diag(form[0]), "full": form + form.T}[kind]
    network = quadratic(form[np.newaxis], np.ones((1, 4)), np.zeros(1))
    assert network.circuit().affines[0].outputs == hidden


def test_squares_stand_beside_columns_that_have_none() -> None:
    squares = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler(), PolynomialFeatures(2)), NUMBERS),
        (OneHotEncoder(), ["member"]),
    )
    model = make_pipeline(squares, Ridge()).fit(TABLE, TARGET)
    compiled = compile_estimator(model)
    calibration = Calibration.read(TABLE, compiled)
    np.testing.assert_allclose(compiled.network.evaluate(calibration.rows)[:, 0], model.predict(TABLE), atol=1e-9)
    drafted = draft(model, TABLE, name="squares", rows=(1,))
    plan = drafted.manifest.plans[0]
    scores = encrypted_scores(drafted.manifest, plan, drafted.weights, calibration.rows[:20])
    np.testing.assert_allclose(scores[:, 0], model.predict(TABLE)[:20], atol=plan.quote.error)
