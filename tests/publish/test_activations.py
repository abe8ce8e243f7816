"""Activations become polynomials that fit the values they really see."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from sealdrop.publish.activations import DEGREES, _ridge, fit
from sealdrop.publish.network import Layer, Network, chain
from sealdrop.publish.nonlinearities import ACTIVATIONS
from sealdrop_core.circuit import Affine, Array, Circuit

draw = np.random.default_rng(11)


def _network(activation: str, *widths: int) -> Network:
    layers: list[Layer] = []
    for before, after in pairwise(widths):
        weight = draw.normal(size=(after, before)) / np.sqrt(before)
        layers += [Affine(weight, draw.normal(size=after)), ACTIVATIONS[activation]]
    return chain(widths[0], layers[:-1])


def _circuits(network: Network, X: Array) -> Iterator[Circuit]:
    return (fit(network, X, degree, each=each) for degree in DEGREES for each in (False, True))


@pytest.mark.parametrize("activation", ["relu", "logistic", "tanh", "softplus", "gelu"])
def test_higher_degrees_fit_better(activation: str) -> None:
    network, X, unseen = _network(activation, 6, 10, 2), *draw.normal(size=(2, 500, 6))
    wanted = network.evaluate(unseen)
    errors = [np.sqrt(np.mean((circuit.evaluate(unseen) - wanted) ** 2)) for circuit in _circuits(network, X)]
    for shared_or_own in (errors[::2], errors[1::2]):
        assert len(shared_or_own) == len(DEGREES)
        assert shared_or_own[-1] < shared_or_own[0]
        assert shared_or_own[-1] < 0.15 * wanted.std()


@pytest.mark.parametrize("degree", DEGREES)
@pytest.mark.parametrize("activation", ["relu", "logistic", "tanh"])
def test_units_that_see_different_values_fit_better_alone(activation: str, degree: int) -> None:
    random, sizes = np.random.default_rng(5), np.logspace(-1, 1, 10)
    first = Affine(random.normal(size=(10, 6)) * sizes[:, np.newaxis], random.normal(size=10))
    after = Affine(random.normal(size=(2, 10)), np.zeros(2))
    network = chain(6, [first, ACTIVATIONS[activation], after])
    X, unseen = random.normal(size=(2, 500, 6))
    shared, own = (
        np.mean((fit(network, X, degree, each=each).evaluate(unseen) - network.evaluate(unseen)) ** 2)
        for each in (False, True)
    )
    assert own < shared


def test_polynomials_work_on_values_up_to_one() -> None:
    network, X = _network("tanh", 5, 8, 6, 3), 30 * draw.normal(size=(300, 5))
    circuit = fit(network, X, 3)
    values = X
    for layer in circuit.layers:
        if hasattr(layer, "degree"):
            assert np.abs(values).max() == pytest.approx(1)
            assert layer.degree == 3
        values = layer(values)


def test_the_affine_map_after_is_fitted_again() -> None:
    """A network of one hidden unit whose polynomial is off by a factor: the next layer makes up for it."""
    network, X = _network("logistic", 2, 12, 1), draw.normal(size=(400, 2))
    circuit = fit(network, X, 2)
    left = circuit.evaluate(X) - network.evaluate(X)
    hidden = circuit.polynomials[0](circuit.affines[0](X))
    centred = hidden - hidden.mean(axis=0)
    assert abs(left.mean()) < 1e-10
    assert np.abs(centred.T @ left / len(X)).max() < 1e-3


def test_polynomials_do_not_run_away_beyond_the_calibration_rows() -> None:
    network, X = _network("tanh", 5, 8, 3), draw.normal(size=(300, 5))
    for circuit in _circuits(network, X):
        beyond = 1.4 * X
        assert np.abs(circuit.evaluate(beyond) - network.evaluate(beyond)).max() < 2


def test_constant_values_are_no_trouble() -> None:
    network = _network("relu", 3, 4, 2)
    X = np.tile(draw.normal(size=3), (5, 1))
    for circuit in _circuits(network, X):
        np.testing.assert_allclose(circuit.evaluate(X), network.evaluate(X), atol=1e-9)


def test_more_units_than_rows_give_the_same_map_as_the_larger_system() -> None:
    """Ridge regression has two forms; on few rows the smaller system stands for the larger."""
    X, Y = draw.normal(size=(8, 20)), draw.normal(size=(8, 3))
    larger = np.linalg.solve(X.T @ X + 0.1 * np.eye(20), X.T @ Y)
    np.testing.assert_allclose(_ridge(X, Y, 0.1), larger, atol=1e-10)
    np.testing.assert_allclose(_ridge(X.T, X.T @ Y, 0.1), np.linalg.solve(X @ X.T + 0.1 * np.eye(8), X @ X.T @ Y))
