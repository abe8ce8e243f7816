"""Real data through every kind of network: what is opened decides as the original does, and as its polynomial twin.

Where scikit-learn has no such network, hidden layers are random features and the last a logistic regression on them:
trained in a moment, with any activation.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from sealdrop.planning import plan
from sealdrop.publish.activations import fit
from sealdrop.publish.compiled import Compiled
from sealdrop.publish.network import Network
from sealdrop.publish.nonlinearities import Activation
from sealdrop.publish.sklearn import compile_estimator
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial, SparseAffine
from tests.engine import networks
from tests.engine.twin import Twin

SILU = Activation("silu", lambda t: t / (1 + np.exp(-t)))
SQUARE = Polynomial(np.array([0.0, 0.0, 1.0]))


@dataclass(frozen=True)
class Data:
    """Rows in the box [-1, 1]: to train on, and held out."""

    train: Array
    labels: np.ndarray
    held_out: Array


@cache
def data(name: str) -> Data:
    """Return breast cancer or digits, 30 % held out, scaled by the range of the training rows."""
    X, y = {"breast cancer": load_breast_cancer, "digits": load_digits}[name](return_X_y=True)
    train, held_out, labels, _ = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
    low, high = train.min(axis=0), train.max(axis=0)
    center, scale = (low + high) / 2, np.where(high > low, (high - low) / 2, 1.0)
    return Data((train - center) / scale, labels, np.clip((held_out - center) / scale, -1, 1))


def trained(rows: Data, hidden: list[Affine | SparseAffine | Activation | Polynomial]) -> Network:
    """Put a logistic regression behind layers that are as they are."""
    X = rows.train
    for one in hidden:
        X = one(X)
    last = LogisticRegression(C=1.0, max_iter=3000).fit(X, rows.labels)
    return Network((*hidden, Affine(last.coef_, last.intercept_)))


def perceptron(rows: Data, hidden: tuple[int, ...], activation: str) -> Network:
    """Return one of scikit-learn's networks, trained."""
    estimator = MLPClassifier(hidden, activation=activation, alpha=0.01, max_iter=150, random_state=0)
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # good enough is what users publish
        return compile_estimator(estimator.fit(rows.train, rows.labels)).network


def layer(seed: int, inputs: int, outputs: int) -> Affine:
    """Return random features of inputs in [-1, 1]."""
    random = np.random.default_rng(seed)
    return Affine(random.normal(size=(outputs, inputs)) / np.sqrt(inputs), random.normal(size=outputs) / 2)


def decided(scores: Array) -> np.ndarray:
    """Return the class of each row."""
    return scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)


def clear(scores: Array, error: float) -> np.ndarray:
    """Return which rows are no ties at this error."""
    ordered = np.sort(np.hstack([scores, np.zeros_like(scores)]) if scores.shape[1] == 1 else scores, axis=1)
    return ordered[:, -1] - ordered[:, -2] > 2 * error


def fitted(network: Network, rows: Data) -> Circuit:
    """Return the circuit of the smallest degree that decides as the network does on 99 % of the training rows."""
    wanted = decided(network.evaluate(rows.train))
    found = (fit(network, rows.train, degree) for degree in (2, 3, 5, 7))
    return next(one for one in found if (decided(one.evaluate(rows.train)) == wanted).mean() >= 0.99)


def hold(network: Network, rows: Data, circuit: Circuit, *, count: int | None = None, wanted: int = 1000) -> None:
    """Hold a network's encrypted decisions to the original's and to the twin's, for `count` held-out rows."""
    held_out = rows.held_out[:count]
    (chosen,) = plan(circuit, rows.train, error=2.0**-6, rows=(wanted,), leeway=0.5)
    opened, plain = Twin.of(circuit, chosen).scores(held_out), circuit.evaluate(held_out)
    assert np.abs(opened - plain).max() <= chosen.quote.error
    apart = clear(plain, chosen.quote.error)
    assert (decided(opened) == decided(plain))[apart].all()
    assert (decided(opened) == decided(network.evaluate(held_out))).mean() >= 0.98


@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu"])
@pytest.mark.parametrize(("name", "hidden"), [("breast cancer", 16), ("digits", 32)])
def test_one_hidden_layer_keeps_its_labels(activation: str, name: str, hidden: int) -> None:
    rows = data(name)
    network = perceptron(rows, (hidden,), activation)
    hold(network, rows, fitted(network, rows))


@pytest.mark.parametrize(("name", "inputs", "hidden"), [("breast cancer", 30, 16), ("digits", 64, 32)])
def test_a_silu_layer_keeps_its_labels(name: str, inputs: int, hidden: int) -> None:
    rows = data(name)
    network = trained(rows, [layer(1, inputs, hidden), SILU])
    hold(network, rows, fitted(network, rows))


@pytest.mark.parametrize("name", ["breast cancer", "digits"])
def test_a_linear_model_keeps_its_labels(name: str) -> None:
    rows = data(name)
    network = trained(rows, [])
    hold(network, rows, network.circuit())


@pytest.mark.parametrize("wanted", [1, 1000])
def test_a_convolution_keeps_its_labels(wanted: int) -> None:
    rows = data("digits")
    network = trained(rows, [networks.convolution(8, 3, 2, 8), SQUARE])
    hold(network, rows, network.circuit(), count=100, wanted=wanted)


def test_two_hidden_layers_of_degree_three_keep_their_labels() -> None:
    rows = data("breast cancer")
    network = perceptron(rows, (16, 8), "tanh")
    circuit = fit(network, rows.train, 3)
    hold(network, rows, circuit)
    (single,) = plan(circuit, rows.train, error=2.0**-6, rows=(1,), leeway=0.5)
    assert single.layout.packing == "rotation"
    assert Twin.of(circuit, single).largest_error(rows.held_out[:8]) <= single.quote.error


def test_quadratic_discriminants_keep_their_labels() -> None:
    rows = data("breast cancer")
    estimator = QuadraticDiscriminantAnalysis(reg_param=0.3).fit(rows.train, rows.labels)
    compiled: Compiled = compile_estimator(estimator)
    hold(compiled.network, rows, compiled.network.circuit())


def test_an_integer_scorecard_is_exact() -> None:
    random = np.random.default_rng(4)
    points = Circuit([Affine(random.integers(-40, 60, size=(1, 12)), np.array([250.0]))])
    answers = random.integers(0, 6, size=(300, 12)).astype(np.float64)
    for chosen in plan(points, answers, rows=(1, 5000), exact=True):
        assert np.array_equal(Twin.of(points, chosen).scores(answers), points.evaluate(answers))
