"""Sensitivity: how much a score changes when a value on the way to it does, as calibration rows show it."""

import math
from dataclasses import dataclass, replace

import numpy as np

from sealdrop_core.circuit import Array, Circuit

MAX_PRODUCTS = 1 << 27  # of weights with rows: more rows take longer than they tell
LEAST_REACH = 2.0**-20  # scales of smaller values would leave the modulus
SAMPLED_ROWS = 10
MAX_SCORES = 160  # of all sampled rows together: derivatives of more take longer than they tell


@dataclass(frozen=True)
class Gain:
    """Derivatives of a score by some values: their l2 norm and the largest, each the worst over rows and scores."""

    norm: float
    peak: float


def _gain(derivatives: Array) -> Gain:
    """Return the gain of derivatives of shape (rows, scores, values)."""
    squares = derivatives * derivatives
    return Gain(math.sqrt(float(squares.sum(axis=-1).max())), math.sqrt(float(squares.max())))


@dataclass(frozen=True)
class PolynomialGains:
    """Gains of what is computed inside an elementwise polynomial, its largest value, and its largest coefficients.

    `coefficients` by power; `leading` of c3 x, `upper_leading` of c7 x, both below the x^2 that multiplies them.
    """

    reach: float
    sizes: tuple[float, ...]
    result: Gain
    coefficients: tuple[Gain, ...]
    square: Gain
    fourth: Gain
    upper: Gain
    leading: Gain
    upper_leading: Gain


@dataclass(frozen=True)
class LayerGains:
    """Gains of one affine layer's inputs and values; the largest norm of its input, weight, bias and value."""

    input_norm: float
    weight: float
    bias: float
    input: Gain
    reach: float
    values: Gain
    polynomial: PolynomialGains | None


def gains(circuit: Circuit, calibration: Array, leeway: float) -> list[LayerGains]:
    """Return the gains of every layer; `calibration` has shape (rows, features), `leeway` is how far rows may go on."""
    weights = [affine.dense() for affine in circuit.affines]
    most = max(MAX_PRODUCTS // sum(weight.size for weight in weights), SAMPLED_ROWS)
    inputs, values = _forward(circuit, weights, _spaced(calibration, most))
    sample = _spaced(calibration, max(MAX_SCORES // circuit.outputs, SAMPLED_ROWS))
    _, sampled = _forward(circuit, weights, sample)
    derivatives = _scores(weights[-1], len(sample))
    found: list[LayerGains] = []
    inside: PolynomialGains | None = None
    for index in reversed(range(len(weights))):
        below = derivatives @ weights[index]
        found.append(
            LayerGains(
                input_norm=max(float(np.sqrt((inputs[index] ** 2).sum(axis=1).max())), LEAST_REACH),
                weight=float(np.abs(weights[index]).max()),
                bias=float(np.abs(circuit.affines[index].bias).max()),
                input=_input_gain(weights[index], derivatives, below),
                reach=_reach(values[index]),
                values=_gain(derivatives),
                polynomial=inside,
            )
        )
        if index:
            z = sampled[index - 1]
            coefficients = circuit.polynomials[index - 1].by_power(z.shape[1])
            inside = _inside(coefficients, z, below, _reach(inputs[index]))
            derivatives = below * _slope(coefficients, z)[:, None]
    if leeway:
        found[0] = replace(found[0], reach=max(found[0].reach, _beyond(circuit, weights, sample, below, leeway)))
    return found[::-1]


def _spaced(rows: Array, most: int) -> Array:
    """Return at most so many rows, evenly spaced."""
    return rows[:: -(-len(rows) // most)]


def _scores(weight: Array, rows: int) -> Array:
    """Return the derivatives of scores by all scores, (rows, scores, outputs): of those with the largest weights."""
    chosen = np.argsort(-(weight**2).sum(axis=1))[: max(MAX_SCORES // rows, 1)]
    own = np.eye(len(weight))[chosen]
    return np.broadcast_to(own, (rows, *own.shape))


def _reach(values: Array) -> float:
    return max(float(np.abs(values).max()), LEAST_REACH)


def _forward(circuit: Circuit, weights: list[Array], X: Array) -> tuple[list[Array], list[Array]]:
    """Return the inputs and the values of every affine layer."""
    inputs, values = [X], []
    for weight, affine, polynomial in zip(weights, circuit.affines, [*circuit.polynomials, None], strict=True):
        values.append(inputs[-1] @ weight.T + affine.bias)
        if polynomial is not None:
            inputs.append(polynomial(values[-1]))
    return inputs, values


def _beyond(circuit: Circuit, weights: list[Array], X: Array, derivatives: Array, leeway: float) -> float:
    """Return the largest score of rows X once the feature that moves a score most has left its range by the leeway.

    `derivatives` of scores by features have shape (rows, scores, features).
    """
    column = np.abs(derivatives).argmax(axis=-1)[..., None]
    way = np.sign(np.take_along_axis(derivatives, column, axis=-1)) * leeway
    moved = []
    for direction in (1, -1):
        rows = np.broadcast_to(X[:, None], derivatives.shape).copy()
        np.put_along_axis(rows, column, np.take_along_axis(rows, column, axis=-1) + direction * way, axis=-1)
        moved.append(rows.reshape(-1, X.shape[1]))
    _, values = _forward(circuit, weights, np.concatenate(moved))
    return float(np.abs(values[-1]).max())


def _input_gain(weight: Array, derivatives: Array, below: Array) -> Gain:
    """Return the gain of the inputs.

    An input that stands in several slots has independent noise in each, or the same: the worse of both counts.
    """
    together = _gain(below)
    apart = math.sqrt(float((derivatives**2 @ (weight**2).sum(axis=1)).max()))
    return Gain(max(together.norm, apart), max(together.peak, float(np.abs(derivatives).max() * np.abs(weight).max())))


def _slope(coefficients: Array, z: Array) -> Array:
    """Return the derivative of polynomials at z, shape (rows, width); coefficients have shape (powers, width)."""
    return sum((power * row * z ** (power - 1) for power, row in enumerate(coefficients) if power), np.zeros_like(z))


def _inside(coefficients: Array, z: Array, derivatives: Array, reach: float) -> PolynomialGains:
    """Return the gains inside p(z) = low(z) + high(z) z^4 for the derivatives of scores by p(z)."""
    c = np.zeros((8, z.shape[1]))
    c[: len(coefficients)] = coefficients
    upper = c[4] + c[5] * z + (c[6] + c[7] * z) * z**2
    square = c[2] + c[3] * z + (c[6] + c[7] * z) * z**4 + 2 * z**2 * upper

    def gain(factor: Array) -> Gain:
        return _gain(derivatives * factor[:, None])

    return PolynomialGains(
        reach=reach,
        sizes=tuple(np.abs(coefficients).max(axis=1).tolist()),
        result=_gain(derivatives),
        coefficients=tuple(gain(z**power) for power in range(len(coefficients))),
        square=gain(square),
        fourth=gain(upper),
        upper=gain(z**4),
        leading=gain(z**2),
        upper_leading=gain(z**6),
    )
