"""Quadratic forms become squares of linear combinations that sum up to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealdrop.publish.quadratic import quadratic

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
