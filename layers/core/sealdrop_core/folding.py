"""Folding: the same function by a circuit that is cheaper to evaluate on ciphertexts."""

from collections.abc import Sequence

import numpy as np

from sealdrop_core.circuit import Affine, Array, Circuit, Layer, Polynomial, SparseAffine
from sealdrop_core.errors import InvalidRequest

SQUARE = Polynomial(np.array([0.0, 0.0, 1.0]))


def merged(circuit: Circuit) -> Circuit:
    """Return the circuit without polynomials of degree 1 or 0: two affine maps and a line between them are one."""
    layers: list[Layer] = [circuit.affines[0]]
    for polynomial, affine in zip(circuit.polynomials, circuit.affines[1:], strict=True):
        before = layers[-1]
        if polynomial.degree > 1:
            layers += [polynomial, affine]
            continue
        assert not isinstance(before, Polynomial)
        constant, slope = polynomial.by_power(before.outputs)[:2]
        weight = affine.dense() * slope
        layers[-1] = Affine(weight @ before.dense(), affine((before.bias * slope + constant)[None])[0])
    return Circuit(layers)


def shifts(polynomial: Polynomial) -> Array | None:
    """Return what completing the square adds to each unit, b / 2a of a x^2 + b x + c; None if it cannot be done."""
    if polynomial.degree != 2:
        return None
    _, linear, quadratic = np.atleast_2d(polynomial.coefficients)[:, :3].T
    return linear / (2 * quadratic) if quadratic.all() else None


def squared(circuit: Circuit, which: Sequence[int]) -> Circuit:
    """Return the circuit with these polynomials, by index, as bare squares: all else moves into their neighbours.

    a x^2 + b x + c = a (x + b / 2a)^2 + c - b^2 / 4a.
    """
    affines, polynomials = list(circuit.affines), list(circuit.polynomials)
    for index in which:
        before, after = affines[index : index + 2]
        shift = shifts(polynomials[index])
        if shift is None:
            raise InvalidRequest("a square cannot be completed without a quadratic term", code="malformed_weights")
        constant, linear, quadratic = polynomials[index].by_power(before.outputs)[:3]
        affines[index] = _with(before, bias=before.bias + shift)
        affines[index + 1] = _with(after, bias=after((constant - linear * shift / 2)[None])[0], factors=quadratic)
        polynomials[index] = SQUARE
    layers: list[Layer] = [affines[0]]
    for polynomial, affine in zip(polynomials, affines[1:], strict=True):
        layers += [polynomial, affine]
    return Circuit(layers)


def _with(affine: Affine | SparseAffine, bias: Array, factors: Array | float = 1.0) -> Affine | SparseAffine:
    """Return an affine map with another bias, and each input's weights multiplied by its factor."""
    if isinstance(affine, Affine):
        return Affine(affine.weight * factors, bias)
    each = np.broadcast_to(factors, affine.features)[affine.columns]
    return SparseAffine(affine.features, affine.rows, affine.columns, affine.values * each, bias)
