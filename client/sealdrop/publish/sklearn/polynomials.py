"""PolynomialFeatures: products of columns, as squares of sums and of differences."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.network import Network
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import transforms
from sealdrop_core.circuit import Affine, Polynomial
from sealdrop_core.manifest import Output


@transforms("preprocessing.PolynomialFeatures", fitted="n_output_features_", alone=False)
def polynomial_features(estimator: Any) -> Compiled:
    """Powers up to 2: x_i x_j = ((x_i + x_j)^2 - (x_i - x_j)^2) / 4."""
    powers = np.asarray(estimator.powers_)
    if powers.sum(axis=1).max() > 2:
        raise UnsupportedModel(
            f"PolynomialFeatures of degree {powers.sum(axis=1).max()}", remedy="Use degree=2, or an MLP."
        )
    directions: list[Any] = []
    weight: list[dict[int, float]] = []
    squared: list[bool] = []
    for power in powers:
        terms: dict[int, float] = {}
        for direction, square, factor in _terms(power):
            terms[len(directions)] = factor
            directions.append(direction)
            squared.append(square)
        weight.append(terms)
    out = np.zeros((len(powers), len(directions)))
    for row, terms in enumerate(weight):
        out[row, list(terms)] = list(terms.values())
    bias = (powers.sum(axis=1) == 0).astype(np.float64)
    coefficients = np.where(np.array(squared)[:, np.newaxis], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0])
    hidden = Affine(np.array(directions, dtype=np.float64), np.zeros(len(directions)))
    network = Network((hidden, Polynomial(coefficients), Affine(out, bias)))
    return Compiled(network, Output(kind="transform", flat=False))


def _terms(power: Any) -> list[tuple[Any, bool, float]]:
    """Return directions, whether they are squared, and factors whose sum is this monomial."""
    degree = power.sum()
    if degree == 0:
        return []
    if degree == 1:
        return [(power, False, 1.0)]
    if power.max() == 2:
        return [(power / 2, True, 1.0)]
    minus = power.copy()
    minus[np.flatnonzero(power)[1]] = -1
    return [(power, True, 0.25), (minus, True, -0.25)]
