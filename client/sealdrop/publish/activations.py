"""Activations as polynomials: least squares on the values that calibration rows really bring to them.

Chebyshev interpolation is best on the whole range; calibration rows gather in its middle, and a fit to them keeps more
predictions at the same degree.
"""

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly, chebvander

from sealdrop.publish.network import Layer, Network
from sealdrop.publish.nonlinearities import Activation
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial, SparseAffine

DEGREES = (2, 3, 5, 7)
MAX_SAMPLES = 200_000
RIDGE = 1e-3  # of the mean variance of a hidden unit
BEYOND, BEYOND_WEIGHT = 1.5, 3e-4  # times the reach of the calibration rows, times their weight


def circuits(network: Network, X: Array) -> list[Circuit]:
    """Return the circuits that stand for a network, by ascending degree; without activations it is one itself."""
    return [fit(network, X, degree) for degree in DEGREES] if network.activations else [network.circuit()]


def fit(network: Network, X: Array, degree: int) -> Circuit:
    """Replace every activation by the polynomial that fits it best on what rows X bring to it, layer after layer.

    The affine map before it is divided by the largest of these values, so that the polynomial works on [-1, 1]; the
    affine map after it is fitted again, so that it makes of the polynomial's values what it made of the activation's.
    """
    layers: list[Layer] = []
    values = wanted = np.asarray(X, dtype=np.float64)
    for layer in network.layers:
        wanted = layer(wanted)
        if isinstance(layer, Activation):
            reach = float(np.abs(values).max()) or 1.0
            layers[-1] = _shrunk(layers[-1], reach)
            values = values / reach
            layer = _least_squares(layer, values, reach, degree)
        elif layers and isinstance(layer, Affine):
            layer = _fitted_again(layer, values, wanted)
        layers.append(layer)
        values = layer(values)
    return Network(tuple(layers)).circuit()


def _fitted_again(layer: Affine, values: Array, wanted: Array) -> Affine:
    """Return the map closest to `wanted` on `values`: ridge regression of what `layer` leaves over."""
    mean, left = values.mean(axis=0), wanted - layer(values)
    centred = values - mean
    gram = centred.T @ centred
    penalty = RIDGE * (np.trace(gram) / len(gram) or 1.0)
    change = np.linalg.solve(gram + penalty * np.eye(len(gram)), centred.T @ (left - left.mean(axis=0))).T
    return Affine(layer.weight + change, layer.bias + left.mean(axis=0) - change @ mean)


def _shrunk(layer: Layer, reach: float) -> Layer:
    if isinstance(layer, SparseAffine):
        return SparseAffine(layer.features, layer.rows, layer.columns, layer.values / reach, layer.bias / reach)
    assert isinstance(layer, Affine)
    return Affine(layer.weight / reach, layer.bias / reach)


def _least_squares(activation: Activation, values: Array, reach: float, degree: int) -> Polynomial:
    """Fit to values in [-1, 1], and with little weight beyond them.

    A row of unseen combinations may bring more than any calibration row did; left free there, a polynomial runs away.
    """
    flat = values.ravel()
    flat = flat[:: -(-flat.size // MAX_SAMPLES)]
    beyond = np.linspace(-BEYOND, BEYOND, 101)
    weight = np.concatenate([np.ones(flat.size), np.full(101, np.sqrt(BEYOND_WEIGHT * flat.size / 101))])
    at = np.concatenate([flat, beyond])
    basis = chebvander(at / BEYOND, degree) * weight[:, np.newaxis]
    found = np.linalg.lstsq(basis, activation(at * reach) * weight, rcond=None)[0]
    powers = np.zeros(degree + 1)
    coefficients = cheb2poly(found) / BEYOND ** np.arange(len(found))
    powers[: len(coefficients)] = coefficients
    return Polynomial(powers)
