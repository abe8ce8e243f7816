"""Networks on whole rows in the slots of one ciphertext."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sealdrop_core.circuit import Circuit, Polynomial
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.evaluation.affine import RotatedAffine
from sealdrop_core.evaluation.inputs import ciphertexts
from sealdrop_core.evaluation.keys import EvaluationKeys
from sealdrop_core.evaluation.plaintexts import Plaintexts
from sealdrop_core.evaluation.polynomial import Coefficient, ElementwisePolynomial, Square
from sealdrop_core.evaluation.response import Responder
from sealdrop_core.folding import merged, squared
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.packing.arrangement import arranged, galois_elements
from sealdrop_core.packing.rotation import Diagonals, Wire, positions
from sealdrop_core.plan import Plan
from sealdrop_core.scales import PolynomialScales
from sealdrop_core.seal import Ciphertext, Ring


@dataclass(frozen=True)
class _Layer:
    affine: RotatedAffine
    activation: Callable[[Ciphertext, Any], Ciphertext] | None


class RotationExecutor:
    """Diagonals, biases and coefficients of one circuit, encoded once."""

    def __init__(self, ring: Ring, circuit: Circuit, plan: Plan, layout: RotationLayout) -> None:
        self.ring, self.plan = ring, plan
        self.responder = Responder(ring, plan)
        self.positions = positions(layout, ring.degree)
        squares = [index for index, layer in enumerate(layout.layers) if layer.activation == "square"]
        folded = squared(merged(circuit), squares)
        maps = arranged(folded, layout)
        if galois_elements(maps, layout.rows_per_block, ring.degree) != plan.keys.galois_elements:
            raise InvalidRequest("the plan's rotations are not this circuit's", code="malformed_weights")
        self.layers = list(_compiled(ring, folded, plan, layout, maps))

    def evaluate(self, block: memoryview, rows: int, keys: EvaluationKeys) -> bytes:
        """Return the result of one block; it has the same form however many rows are in it."""
        (value,) = ciphertexts(self.ring, self.plan, block)
        for layer in self.layers:
            value = layer.affine(value, keys.galois)
            if layer.activation is not None:
                value = layer.activation(value, keys.relinearization)
        if self.plan.response.private:
            self.responder.rerandomize(value, keys.encryptor)
        return self.responder.pack([self.responder.residues(value, self.positions)])


def _compiled(
    ring: Ring, circuit: Circuit, plan: Plan, layout: RotationLayout, maps: list[Diagonals]
) -> Iterator[_Layer]:
    """Yield the layers; each map takes a level, but not a last one that finds none left: its product is the result."""
    plaintexts = Plaintexts(ring, layout.rows_per_block)
    level, scale = len(ring.primes), 2.0**plan.input_scale_log2
    for layer, affine, diagonals, polynomial in zip(
        layout.layers, circuit.affines, maps, [*circuit.polynomials, None], strict=True
    ):
        target, rescaled = 2.0**layer.scale_log2, level > 1
        product = RotatedAffine(diagonals, affine.bias, plaintexts, level, scale, target, rescaled=rescaled)
        level, scale = level - rescaled, target
        if polynomial is None:
            yield _Layer(product, None)
        elif layer.activation == "square":
            square = Square(ring, level, scale)
            yield _Layer(product, square)
            level, scale = level - 1, square.target
        else:
            scales = PolynomialScales(
                polynomial.degree, level, scale, 2.0 ** (layer.activation_scale_log2 or 0.0), ring.primes
            )
            coefficients = list(_coefficients(polynomial, diagonals.out, plaintexts))
            yield _Layer(product, ElementwisePolynomial(ring, coefficients, scales))
            level, scale = level - scales.depth, scales.target


def _coefficients(polynomial: Polynomial, wire: Wire, plaintexts: Plaintexts) -> Iterator[Coefficient]:
    """Yield the coefficients by ascending power: one for all units, or the slots of one for each.

    The constant stands in slots of units alone, so that the others stay zero.
    """
    for power in range(polynomial.degree + 1):
        given = polynomial.coefficients[..., power]
        if power and given.ndim == 0:
            yield float(given)
        else:
            values = np.zeros(wire.period)
            values[wire.slots] = given
            yield plaintexts.slots(values)
