"""Activations as polynomials: least squares on the values that calibration rows really bring to them.

Chebyshev interpolation is best on the whole range; calibration rows gather in its middle, and a fit to them keeps more
predictions at the same degree.
"""

from collections.abc import Iterator

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.polynomial import Polynomial as Powers

from sealdrop.publish.network import Layer, Network
from sealdrop.publish.nonlinearities import Activation
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial, SparseAffine

DEGREES = (2, 3, 5, 7)
MAX_SAMPLES = 200_000


def circuits(network: Network, X: Array) -> Iterator[tuple[int, Circuit]]:
    """Yield (degree, circuit) by ascending degree; a network without activations is exact and has one circuit."""
    if not network.activations:
        yield 0, network.circuit()
        return
    for degree in DEGREES:
        yield degree, fit(network, X, degree)


def fit(network: Network, X: Array, degree: int) -> Circuit:
    """Replace every activation by the polynomial that fits it best on what rows X bring to it, layer after layer.

    The affine map before it is divided by the largest of these values, so that the polynomial works on [-1, 1].
    """
    layers: list[Layer] = []
    values = np.asarray(X, dtype=np.float64)
    for layer in network.layers:
        if isinstance(layer, Activation):
            reach = float(np.abs(values).max()) or 1.0
            before, polynomial = _shrunk(layers[-1], reach), _least_squares(layer, values / reach, reach, degree)
            layers[-1] = before
            layers.append(polynomial)
            values = polynomial(values / reach)
        else:
            layers.append(layer)
            values = layer(values)
    return Network(tuple(layers)).circuit()


def _shrunk(layer: Layer, reach: float) -> Layer:
    if isinstance(layer, SparseAffine):
        return SparseAffine(layer.features, layer.rows, layer.columns, layer.values / reach, layer.bias / reach)
    assert isinstance(layer, Affine)
    return Affine(layer.weight / reach, layer.bias / reach)


def _least_squares(activation: Activation, values: Array, reach: float, degree: int) -> Polynomial:
    flat = values.ravel()
    flat = flat[:: -(-flat.size // MAX_SAMPLES)]
    found = Chebyshev.fit(flat, activation(flat * reach), degree, domain=[-1, 1])
    powers = np.zeros(degree + 1)
    coefficients = found.convert(kind=Powers).coef
    powers[: len(coefficients)] = coefficients  # trailing zeros are cut off by the conversion
    return Polynomial(powers)
