"""Activations as polynomials: least squares on the values that calibration rows really bring to them.

Chebyshev interpolation is best on the whole range; calibration rows gather in its middle, and a fit to them keeps more
predictions at the same degree.
"""

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly, chebvander

from sealdrop.publish.linear import Linear, scaled
from sealdrop.publish.network import Layer, Network
from sealdrop.publish.nonlinearities import Activation
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial

DEGREES = (2, 3, 5, 7)
MAX_SAMPLES = 200_000
RIDGE = 1e-3  # of the mean variance of a hidden unit
BEYOND = 1.5  # times the reach of the calibration rows
SHARED_WEIGHT, OWN_WEIGHT = 3e-4, 3e-3  # of what is beyond, times that of the rows: a unit alone sees less of its range


def fit(network: Network, X: Array, degree: int, *, each: bool = False) -> Circuit:
    """Replace every activation by the polynomial that fits it best on what rows X bring to it, layer after layer.

    The affine map before it is divided by the largest of these values, so that the polynomial works on [-1, 1]; the
    affine map after it is fitted again, so that it makes of the polynomial's values what it made of the activation's.
    With `each`, every unit has a polynomial of its own, and a range of its own.
    """
    layers: list[Layer] = []
    values = wanted = np.asarray(X, dtype=np.float64)
    for layer in network.layers:
        wanted = layer(wanted)
        if isinstance(layer, Activation):
            seen = values if each else values.reshape(-1, 1)
            reach = np.abs(seen).max(axis=0)
            reach[reach == 0] = 1.0
            layers[-1] = _shrunk(layers[-1], reach)
            values = values / reach
            layer = _least_squares(layer, seen / reach, reach, degree)
        elif layers and isinstance(layer, Affine):
            layer = _fitted_again(layer, values, wanted)
        layers.append(layer)
        values = layer(values)
    return Network(tuple(layers)).circuit()


def _fitted_again(layer: Affine, values: Array, wanted: Array) -> Affine:
    """Return the map closest to `wanted` on `values`: ridge regression of what `layer` leaves over."""
    mean, left = values.mean(axis=0), wanted - layer(values)
    centred = values - mean
    penalty = RIDGE * (float((centred**2).sum()) / centred.shape[1] or 1.0)
    change = _ridge(centred, left - left.mean(axis=0), penalty).T
    return Affine(layer.weight + change, layer.bias + left.mean(axis=0) - change @ mean)


def _ridge(X: Array, Y: Array, penalty: float) -> Array:
    """Return the B, shape (columns, targets), that minimises |Y - X B|^2 + penalty |B|^2.

    Of X^T (X X^T + p)^-1 and (X^T X + p)^-1 X^T, which are equal, the one with the smaller system.
    """
    rows, columns = X.shape
    if rows < columns:
        return np.asarray(X.T @ np.linalg.solve(X @ X.T + penalty * np.eye(rows), Y))
    return np.asarray(np.linalg.solve(X.T @ X + penalty * np.eye(columns), X.T @ Y))


def _shrunk(layer: Layer, reach: Array) -> Layer:
    assert isinstance(layer, Linear)
    return scaled(layer, np.broadcast_to(1 / reach, layer.outputs), np.zeros(layer.outputs))


def _least_squares(activation: Activation, seen: Array, reach: Array, degree: int) -> Polynomial:
    """Fit one polynomial to each column of values in [-1, 1], and with little weight beyond them.

    A row of unseen combinations may bring more than any calibration row did; left free there, a polynomial runs away.
    """
    seen = seen[:: -(-seen.size // MAX_SAMPLES)]
    beyond = np.linspace(-BEYOND, BEYOND, 101)
    little = OWN_WEIGHT if seen.shape[1] > 1 else SHARED_WEIGHT
    weight = np.concatenate([np.ones(len(seen)), np.full(101, np.sqrt(little * len(seen) / 101))])
    at = np.hstack([seen.T, np.broadcast_to(beyond, (seen.shape[1], 101))])
    basis = chebvander(at / BEYOND, degree) * weight[:, np.newaxis]
    wanted = activation(at * reach[:, np.newaxis]) * weight
    transposed = basis.swapaxes(1, 2)
    coefficients = np.linalg.solve(transposed @ basis, transposed @ wanted[..., np.newaxis])[..., 0]
    monomials = np.array(
        [np.pad(cheb2poly(row[: power + 1]), (0, degree - power)) for power, row in enumerate(np.eye(degree + 1))]
    )
    powers = coefficients @ monomials / BEYOND ** np.arange(degree + 1)
    return Polynomial(powers if len(powers) > 1 else powers[0])
