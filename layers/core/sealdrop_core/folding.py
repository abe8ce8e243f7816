"""Folding: the same function by a circuit that is cheaper to evaluate on ciphertexts."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, eq=False)
class Completion:
    """p(x) = factor q(stretch (x + shift)) + p(-shift), with a `bare` q; an array of one for each unit, or of one.

    Of degree 2, the square is completed: q(z) = z^2. Of degree 3, the cube is: q(z) = z^3 + c z.
    """

    shift: Array
    stretch: Array
    factor: Array
    bare: Polynomial


def completion(polynomial: Polynomial) -> Completion | None:
    """Return the completion of a polynomial, None if there is none: every unit needs some of the highest power."""
    leading = np.atleast_2d(polynomial.coefficients)[:, polynomial.degree]
    if polynomial.degree not in (2, 3) or not leading.all():
        return None
    _, linear, quadratic = np.atleast_2d(polynomial.coefficients)[:, :3].T
    one = np.ones_like(leading)
    with np.errstate(over="ignore", invalid="ignore"):
        if polynomial.degree == 2:
            shift = linear / (2 * leading)
            return Completion(shift, one, leading, SQUARE) if np.isfinite(shift).all() else None
        shift, stretch = quadratic / (3 * leading), np.cbrt(leading)
        left = (linear - quadratic * shift) / stretch
    if not np.isfinite([shift, left]).all():
        return None
    bare = np.stack([0 * left, left, 0 * left, one], axis=-1)
    return Completion(shift, stretch, one, Polynomial(bare if polynomial.coefficients.ndim == 2 else bare[0]))


def completed(circuit: Circuit, which: Sequence[int]) -> Circuit:
    """Return the circuit with these polynomials, by index, completed: all but the bare ones moves into neighbours."""
    affines, polynomials = list(circuit.affines), list(circuit.polynomials)
    for index in which:
        before, after = affines[index : index + 2]
        found = completion(polynomials[index])
        if found is None:
            raise InvalidRequest("a polynomial without its highest power cannot be completed", code="malformed_weights")
        rest = np.broadcast_to(polynomials[index](-found.shift[None]), (1, before.outputs))
        affines[index] = _with(before, (before.bias + found.shift) * found.stretch, outputs=found.stretch)
        affines[index + 1] = _with(after, after(rest)[0], inputs=found.factor)
        polynomials[index] = found.bare
    layers: list[Layer] = [affines[0]]
    for polynomial, affine in zip(polynomials, affines[1:], strict=True):
        layers += [polynomial, affine]
    return Circuit(layers)


def _with(
    affine: Affine | SparseAffine, bias: Array, *, outputs: Array | float = 1.0, inputs: Array | float = 1.0
) -> Affine | SparseAffine:
    """Return an affine map with another bias, its weights multiplied by a factor for each output and each input."""
    rows, columns = np.broadcast_to(outputs, affine.outputs), np.broadcast_to(inputs, affine.features)
    if isinstance(affine, Affine):
        return Affine(affine.weight * rows[:, None] * columns, bias)
    values = affine.values * rows[affine.rows] * columns[affine.columns]
    return SparseAffine(affine.features, affine.rows, affine.columns, values, bias)
