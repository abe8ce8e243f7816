"""Folded circuits compute the same."""

import numpy as np
import pytest
from hypothesis import given, settings

from sealdrop.planning.rotation.folded import fold
from sealdrop_core.circuit import Affine, Circuit, Polynomial
from sealdrop_core.errors import Infeasible, InvalidRequest
from sealdrop_core.folding import merged, shifts, squared
from tests.engine import circuits
from tests.engine.networks import convolutional, network, networks


@settings(max_examples=60, deadline=None)
@given(circuit=networks(max_width=12))
def test_a_folded_circuit_computes_the_same(circuit: Circuit) -> None:
    X = circuits.rows(0, 20, circuit.features)
    expected = circuit.evaluate(X)
    assert np.allclose(merged(circuit).evaluate(X), expected)
    try:
        folded, activations = fold(circuit, X)
    except Infeasible:
        assert all(polynomial.degree < 2 for polynomial in circuit.polynomials)
        return
    assert np.allclose(folded.evaluate(X), expected)
    assert len(activations) == len(folded.affines)
    for polynomial, activation in zip(folded.polynomials, activations, strict=False):
        assert (activation == "square") == (polynomial.coefficients.tolist() == [0.0, 0.0, 1.0])


def test_lines_between_affine_maps_are_merged() -> None:
    assert len(merged(network([5, 4, 3, 2], [1, 0])).layers) == 1
    assert len(merged(network([5, 4, 3, 2], [1, 2])).layers) == 3


def test_a_sparse_map_stays_sparse_when_squares_are_completed() -> None:
    circuit = convolutional(degree=2)
    folded = squared(circuit, [0])
    X = circuits.rows(0, 5, circuit.features)
    assert type(folded.affines[0]) is type(circuit.affines[0])
    assert np.allclose(folded.evaluate(X), circuit.evaluate(X))


def test_a_square_is_completed_only_where_there_is_one() -> None:
    odd = Polynomial(np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    assert shifts(odd) is None
    with pytest.raises(InvalidRequest):
        squared(Circuit([Affine(np.eye(2), np.zeros(2)), odd, Affine(np.eye(2), np.zeros(2))]), [0])


def test_a_square_far_from_its_values_is_not_completed() -> None:
    nearly_odd = Polynomial(np.array([0.0, 1.0, 1e-3]))
    circuit = Circuit([Affine(np.eye(2), np.zeros(2)), nearly_odd, Affine(np.eye(2), np.zeros(2))])
    assert fold(circuit, circuits.rows(0, 20, 2))[1] == ["polynomial", "none"]
