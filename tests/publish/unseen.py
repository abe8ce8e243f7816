"""Networks that are wide against their calibration rows, with rows that neither they nor polynomials have seen."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.publish.zoo import data

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.network import Network
from sealdrop.publish.nonlinearities import ACTIVATIONS
from sealdrop.publish.original import answered
from sealdrop.publish.reading import Model, read
from sealdrop_core.circuit import Affine, Array
from sealdrop_core.manifest import Output


@dataclass(frozen=True)
class Case:
    """A model, its calibration rows, and rows from the same source inside the calibrated ranges."""

    model: Model
    X: Array
    unseen: Array


def case(model: Model, X: Array, unseen: Array) -> Case:
    return Case(model, X, np.clip(unseen, X.min(axis=0), X.max(axis=0)))


@cache
def _fitted(hidden: int) -> Any:
    X, y = data("diabetes")
    network = MLPRegressor(hidden_layer_sizes=hidden, max_iter=600, random_state=0, learning_rate_init=0.01)
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        return make_pipeline(StandardScaler(), network).fit(X[::2], y[::2])


def _diabetes(hidden: int, rows: int) -> Case:
    X, _ = data("diabetes")
    return case(read(_fitted(hidden)), X[::2][:rows], X[1::2])


def _trees() -> Case:
    """Return boosted trees of depth 3 as a network: a leaf is a ReLU unit over the bits of its three conditions."""
    X, y = data("diabetes")
    trees = GradientBoostingRegressor(n_estimators=50, max_depth=3, random_state=0).fit(X[::2], y[::2])
    conditions: dict[tuple[int, float], int] = {}
    leaves: list[tuple[dict[int, float], float]] = []

    def descend(tree: Any, node: int, path: dict[int, float]) -> None:
        if tree.children_left[node] < 0:
            leaves.append((path, trees.learning_rate * float(tree.value[node, 0, 0])))
            return
        condition = (int(tree.feature[node]), float(tree.threshold[node]))
        bit = conditions.setdefault(condition, len(conditions))
        descend(tree, tree.children_left[node], {**path, bit: 1.0})
        descend(tree, tree.children_right[node], {**path, bit: -1.0})

    for estimator in trees.estimators_[:, 0]:
        descend(estimator.tree_, 0, {})
    weight, bias = np.zeros((len(leaves), len(conditions))), np.zeros(len(leaves))
    for leaf, (path, _) in enumerate(leaves):
        weight[leaf, list(path)] = list(path.values())
        bias[leaf] = 1 - sum(sign > 0 for sign in path.values())
    last = Affine(np.array([[value for _, value in leaves]]), np.ravel(trees.init_.constant_).astype(float))
    bits = np.column_stack([X[:, column].astype(np.float32) <= threshold for column, threshold in conditions])
    network = Network((Affine(weight, bias), ACTIVATIONS["relu"], last))
    return case(_model(network, Output(kind="regression")), bits[::2].astype(float), bits[1::2].astype(float))


def _convolution(rows: int, seed: int) -> Case:
    """Return a random convolution over 64 samples, ReLU, average pooling and three classes."""
    random = np.random.default_rng(seed)
    kernels, bias = 0.3 * random.normal(size=(6, 7)), 0.3 * random.normal(size=6)
    weight = np.zeros((6, 32, 64))
    for place in range(32):
        for tap in range(max(2 * place - 3, 0), min(2 * place + 4, 64)):
            weight[:, place, tap] = kernels[:, tap - 2 * place + 3]
    first = Affine(weight.reshape(192, 64), np.repeat(bias, 32))
    pooled = np.kron(0.3 * random.normal(size=(3, 96)), np.full((1, 2), 0.5))
    network = Network((first, ACTIVATIONS["relu"], Affine(pooled, 0.3 * random.normal(size=3))))
    X = random.uniform(-1, 1, size=(2200, 64))
    return case(_model(network, Output(kind="multinomial", classes=(0, 1, 2))), X[:rows], X[1200:])


def _model(network: Network, output: Output) -> Model:
    return Model(Compiled(network, output), lambda X: answered(network.evaluate(np.asarray(X)), output), "tests")


CASES: Mapping[str, Callable[[], Case]] = {
    "16 units, 60 rows": lambda: _diabetes(16, 60),
    "16 units, 221 rows": lambda: _diabetes(16, 221),
    "100 units, 60 rows": lambda: _diabetes(100, 60),
    "100 units, 221 rows": lambda: _diabetes(100, 221),
    "400 units, 60 rows": lambda: _diabetes(400, 60),
    "400 units, 221 rows": lambda: _diabetes(400, 221),
    "391 leaves, 221 rows": _trees,
    "convolution 0, 200 rows": lambda: _convolution(200, 0),
    "convolution 1, 200 rows": lambda: _convolution(200, 1),
    "convolution 2, 200 rows": lambda: _convolution(200, 2),
    "convolution 0, 1200 rows": lambda: _convolution(1200, 0),
}
