"""Affine maps, dense and sparse: whatever is done to them, they compute what the matrices say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sealdrop.publish.linear import Linear, choose, diagonal, merge, scaled, sparse_identity, sparsest, stacked, summed
from sealdrop.publish.sklearn import compile_estimator
from sealdrop_core.circuit import Affine, SparseAffine

draw = np.random.default_rng(5)


def _affine(outputs: int, features: int, kind: str) -> Linear:
    weight = draw.normal(size=(outputs, features)) * (draw.random((outputs, features)) < 0.4)
    bias = draw.normal(size=outputs)
    if kind == "dense" or not weight.any():
        return Affine(weight, bias)
    rows, columns = np.nonzero(weight)
    return SparseAffine(features, rows, columns, weight[rows, columns], bias)


kinds = pytest.mark.parametrize("kind", ["dense", "sparse"])


@kinds
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.integers(0, 5), min_size=1, max_size=9))
def test_outputs_are_chosen(kind: str, rows: list[int]) -> None:
    layer, X = _affine(6, 4, kind), draw.normal(size=(3, 4))
    np.testing.assert_allclose(choose(layer, np.array(rows))(X), layer(X)[:, rows])


@kinds
def test_outputs_are_scaled_and_shifted(kind: str) -> None:
    layer, X = _affine(6, 4, kind), draw.normal(size=(3, 4))
    factors, shifts = draw.normal(size=(2, 6))
    np.testing.assert_allclose(scaled(layer, factors, shifts)(X), factors * layer(X) + shifts)


@pytest.mark.parametrize("other", ["dense", "sparse"])
@kinds
def test_two_maps_are_stacked_summed_and_merged(kind: str, other: str) -> None:
    X = draw.normal(size=(3, 4))
    one, two, then = _affine(6, 4, kind), _affine(6, 4, other), _affine(2, 6, other)
    np.testing.assert_allclose(stacked([one, two])(X), np.hstack([one(X), two(X)]))
    np.testing.assert_allclose(summed(one, two, -1.0)(X), one(X) - two(X))
    np.testing.assert_allclose(merge(one, then)(X), then(one(X)))


def test_the_identity_merges_away() -> None:
    then = _affine(3, 5, "sparse")
    assert merge(sparse_identity(5), then) is then


def test_few_weights_of_many_are_kept_sparse() -> None:
    weight = np.zeros((200, 200))
    weight[3, 7] = weight[150, 9] = 2.0
    layer = sparsest(Affine(weight, np.ones(200)))
    assert isinstance(layer, SparseAffine)
    assert layer.values.size == 2
    X = draw.normal(size=(2, 200))
    np.testing.assert_allclose(layer(X), X @ weight.T + 1)
    assert isinstance(sparsest(Affine(draw.normal(size=(200, 200)), np.ones(200))), Affine)


def test_a_scaler_of_many_columns_vanishes_without_a_square_of_them() -> None:
    rows = np.random.default_rng(0).normal(size=(6, 11_118))
    model = make_pipeline(StandardScaler(with_mean=False), LogisticRegression()).fit(rows, [0, 1] * 3)
    compiled = compile_estimator(model)
    np.testing.assert_allclose(compiled.network.evaluate(rows)[:, 0], model.decision_function(rows), rtol=1e-9)


@pytest.mark.parametrize("width", [4, 200])
def test_scalers_merge_to_the_last_bit(width: int) -> None:
    draw = np.random.default_rng(0)
    factors, shifts, weight = draw.normal(size=width), draw.normal(size=width), draw.normal(size=(3, width))
    merged = merge(diagonal(factors, shifts), Affine(weight, np.zeros(3)))
    np.testing.assert_array_equal(merged.dense(), weight @ np.diag(factors))
