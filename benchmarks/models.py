"""The models that are measured: trained here, on scikit-learn's own data."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial


@dataclass(frozen=True)
class Subject:
    """A circuit on normalised rows: calibration and held-out rows, shape (rows, features), and labels."""

    name: str
    circuit: Circuit
    calibration: Array
    held_out: Array
    labels: np.ndarray


def _split(loader: object) -> tuple[Array, Array, np.ndarray, np.ndarray]:
    data, target = loader(return_X_y=True)  # type: ignore[operator]
    train, test, train_y, test_y = train_test_split(data, target, test_size=0.3, random_state=1, stratify=target)
    low, high = train.min(axis=0), train.max(axis=0)
    scale = np.where(high > low, (high - low) / 2, 1.0)
    return (train - (low + high) / 2) / scale, ((test - (low + high) / 2) / scale).clip(-1, 1), train_y, test_y


def logistic(name: str, loader: object) -> Subject:
    """Return a logistic regression on one of scikit-learn's data sets."""
    train, test, train_y, test_y = _split(loader)
    fitted = LogisticRegression(max_iter=5000).fit(train, train_y)
    return Subject(name, Circuit([Affine(fitted.coef_, fitted.intercept_)]), train, test, test_y)


def breast_cancer() -> Subject:
    """Return 30 features, one score."""
    return logistic("breast cancer 30→1", load_breast_cancer)


def digits() -> Subject:
    """Return 64 features, ten scores."""
    return logistic("digits 64→10", load_digits)


def network(name: str, loader: object, sizes: tuple[int, ...], powers: tuple[float, ...]) -> Subject:
    """Return a network with random, scaled weights and one polynomial as every activation."""
    train, test, _, test_y = _split(loader)
    random = np.random.default_rng(0)
    layers: list[Affine | Polynomial] = []
    for inputs, outputs in pairwise(sizes):
        weight = random.normal(size=(outputs, inputs)) / np.sqrt(inputs)
        layers += [Affine(weight, random.normal(size=outputs) / 4), Polynomial(np.array(powers))]
    return Subject(name, Circuit(layers[:-1]), train, test, test_y)


def lifted_network() -> Subject:
    """Return 30-16-1 with a square activation."""
    return network("breast cancer 30-16-1 square", load_breast_cancer, (30, 16, 1), (0.0, 0.0, 1.0))


def batch_network() -> Subject:
    """Return 64-32-10 with a square activation."""
    return network("digits 64-32-10 square", load_digits, (64, 32, 10), (0.0, 0.0, 1.0))
