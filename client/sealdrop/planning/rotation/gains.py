"""Sensitivity: how much a score changes when a value on the way to it does, as calibration rows show it."""

import math
from dataclasses import dataclass, replace

import numpy as np

from sealdrop.planning.rotation.inside import Gain, PolynomialGains, slopes
from sealdrop.planning.rows import for_circuit
from sealdrop_core.circuit import Array, Circuit, Index

LEAST_REACH = 2.0**-20  # scales of smaller values would leave the modulus
SAMPLED_ROWS = 10
MAX_SCORES = 160  # of all sampled rows together: derivatives of more take longer than they tell


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
    rows = for_circuit(calibration, circuit)
    inputs, values = _forward(circuit, weights, rows)
    sample = _steepest(circuit, weights, values, max(MAX_SCORES // circuit.outputs, SAMPLED_ROWS))
    derivatives = _scores(weights[-1], len(sample))
    found: list[LayerGains] = []
    inside: PolynomialGains | None = None
    for index in reversed(range(len(weights))):
        below = np.tensordot(derivatives, weights[index], 1)
        largest = float(max(weights[index].max(), -weights[index].min()))
        found.append(
            LayerGains(
                input_norm=max(float(np.sqrt((inputs[index] ** 2).sum(axis=1).max())), LEAST_REACH),
                weight=largest,
                bias=float(np.abs(circuit.affines[index].bias).max()),
                input=_input_gain(weights[index], largest, derivatives, below),
                reach=_reach(values[index]),
                values=Gain.of(derivatives),
                polynomial=inside,
            )
        )
        if index:
            z = values[index - 1][sample]
            coefficients = circuit.polynomials[index - 1].by_power(z.shape[1])
            inside = PolynomialGains(coefficients, z, below, _reach(inputs[index]))
            derivatives = below * slopes(coefficients, z)[:, None]
    if leeway:
        beyond = _beyond(circuit, weights, rows[sample], below, leeway)
        found[0] = replace(found[0], reach=float(np.maximum(found[0].reach, beyond)))  # what is no number stays none
    return found[::-1]


def _steepest(circuit: Circuit, weights: list[Array], values: list[Array], most: int) -> Index:
    """Return the numbers of at most so many rows: those where a sum of scores, of random signs, changes most.

    Rows are judged by the derivatives at every layer of units; half of them are there only to stand for the others.
    """
    slope = np.random.default_rng(0).choice([-1.0, 1.0], size=(len(values[0]), circuit.outputs))
    each = max(most // 2 // len(circuit.polynomials), 1)
    steep = []
    for weight, polynomial, z in zip(weights[:0:-1], circuit.polynomials[::-1], values[-2::-1], strict=True):
        slope = (slope @ weight) * slopes(polynomial.by_power(z.shape[1]), z)
        steep.append(np.argsort(np.einsum("ru,ru->r", slope, slope))[-each:])
    return np.unique(np.concatenate([*steep, np.arange(0, len(slope), -(-2 * len(slope) // most))]))


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


def _input_gain(weight: Array, largest: float, derivatives: Array, below: Array) -> Gain:
    """Return the gain of the inputs.

    An input that stands in several slots has independent noise in each, or the same: the worse of both counts.
    """
    together = Gain.of(below)
    apart = math.sqrt(float((derivatives**2 @ np.einsum("oi,oi->o", weight, weight)).max()))
    return Gain(max(together.norm, apart), max(together.peak, float(np.abs(derivatives).max() * largest)))
