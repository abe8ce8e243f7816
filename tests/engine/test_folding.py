"""Folded circuits compute the same."""

import numpy as np
import pytest
from hypothesis import given, settings

from sealdrop.planning.rotation.folded import fold
from sealdrop_core.circuit import Affine, Circuit, Polynomial
from sealdrop_core.errors import Infeasible, InvalidRequest
from sealdrop_core.folding import completed, completion, merged
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
        coefficients = np.atleast_2d(polynomial.coefficients).T
        assert (activation == "square") == (coefficients.tolist() == [[0.0], [0.0], [1.0]])
        if activation == "cube":
            assert len(coefficients) == 4
            assert not coefficients[[0, 2]].any()
            assert (coefficients[3] == 1.0).all()


def test_lines_between_affine_maps_are_merged() -> None:
    assert len(merged(network([5, 4, 3, 2], [1, 0])).layers) == 1
    assert len(merged(network([5, 4, 3, 2], [1, 2])).layers) == 3


@pytest.mark.parametrize("degree", [2, 3])
def test_a_sparse_map_stays_sparse_when_polynomials_are_completed(degree: int) -> None:
    circuit = convolutional(degree=degree)
    folded = completed(circuit, [0])
    X = circuits.rows(0, 5, circuit.features)
    assert type(folded.affines[0]) is type(circuit.affines[0])
    assert np.allclose(folded.evaluate(X), circuit.evaluate(X))


@pytest.mark.parametrize("each", [False, True])
@pytest.mark.parametrize("degree", [2, 3])
def test_a_completed_polynomial_is_the_same_for_every_unit(degree: int, each: bool) -> None:
    circuit = network([6, 5, 3], [degree], seed=degree, each=each)
    folded, X = completed(circuit, [0]), circuits.rows(0, 20, 6)
    assert np.allclose(folded.evaluate(X), circuit.evaluate(X))
    assert np.atleast_2d(folded.polynomials[0].coefficients).shape[0] == (5 if each and degree == 3 else 1)


@pytest.mark.parametrize(
    "coefficients", [[[0, 1, 0], [0, 1, 1]], [[0, 1, 1, 0], [0, 1, 1, 1]], [0, 1], [0, 0, 0, 0, 1]]
)
def test_a_polynomial_is_completed_only_where_every_unit_has_the_highest_power(coefficients: list[list[int]]) -> None:
    odd = Polynomial(np.array(coefficients, dtype=np.float64))
    assert completion(odd) is None
    with pytest.raises(InvalidRequest):
        completed(Circuit([Affine(np.eye(2), np.zeros(2)), odd, Affine(np.eye(2), np.zeros(2))]), [0])


@pytest.mark.parametrize("powers", [[0, 1, 1e-3], [0, 1, 1, 1e-3], [0, 1, 0, 1e-3]])
def test_a_polynomial_far_from_its_completion_is_left_as_it_is(powers: list[float]) -> None:
    """A square or a cube far from its values, or a cube that is hardly one: completed, it would be much larger."""
    circuit = Circuit([Affine(np.eye(2), np.zeros(2)), Polynomial(np.array(powers)), Affine(np.eye(2), np.zeros(2))])
    assert fold(circuit, circuits.rows(0, 20, 2))[1] == ["polynomial", "none"]
