"""Networks on whole rows in the slots of one ciphertext."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sealdrop_core.circuit import Circuit, Polynomial
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.evaluation.affine import RotatedAffine
from sealdrop_core.evaluation.completed import CompletedPolynomial
from sealdrop_core.evaluation.inputs import ciphertexts
from sealdrop_core.evaluation.keys import EvaluationKeys
from sealdrop_core.evaluation.plaintexts import Plaintexts
from sealdrop_core.evaluation.polynomial import Coefficient, ElementwisePolynomial
from sealdrop_core.evaluation.response import Responder
from sealdrop_core.folding import completed, merged
from sealdrop_core.layouts import RotationLayer, RotationLayout
from sealdrop_core.packing.arrangement import arranged, galois_elements, other_circuit
from sealdrop_core.packing.rotation import Diagonals, Wire, positions
from sealdrop_core.plan import Plan
from sealdrop_core.scales import CompletedScales, PolynomialScales
from sealdrop_core.seal import Ring

_DEGREES: Mapping[str, Collection[int]] = {"none": (), "square": (2,), "cube": (3,), "polynomial": range(2, 8)}


@dataclass(frozen=True)
class _Layer:
    affine: RotatedAffine
    activation: CompletedPolynomial | ElementwisePolynomial | None


class RotationExecutor:
    """Diagonals, biases and coefficients of one circuit, encoded once."""

    def __init__(self, ring: Ring, circuit: Circuit, plan: Plan, layout: RotationLayout) -> None:
        self.ring, self.plan = ring, plan
        self.responder = Responder(ring, plan)
        widest = max(layout.block * layout.copies, *(layer.period for layer in layout.layers))
        if widest * layout.rows_per_block > ring.degree // 2:
            raise other_circuit()
        self.positions = positions(layout, ring.degree)
        folded = _folded(circuit, layout)
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


def _folded(circuit: Circuit, layout: RotationLayout) -> Circuit:
    """Return the circuit with the squares and the cubes completed that the layout says."""
    plain, layers = merged(circuit), layout.layers[:-1]
    if len(layers) != len(plain.polynomials) or not all(map(_fits, layers, plain.polynomials)):
        raise other_circuit()
    return completed(plain, [index for index, layer in enumerate(layers) if layer.activation != "polynomial"])


def _fits(layer: RotationLayer, polynomial: Polynomial) -> bool:
    return layer.activation_level is not None and polynomial.degree in _DEGREES[layer.activation]


def _keeps(layer: RotationLayer, scales: CompletedScales | PolynomialScales) -> bool:
    """Whether an activation arrives at the level and the scale that the layout says."""
    stated = layer.activation_scale_log2 or 0.0
    return scales.after == layer.activation_level and abs(math.log2(scales.target) - stated) < 1e-6


def _compiled(
    ring: Ring, circuit: Circuit, plan: Plan, layout: RotationLayout, maps: list[Diagonals]
) -> Iterator[_Layer]:
    """Yield the layers, each at the levels and the scales that the layout says."""
    plaintexts = Plaintexts(ring, layout.rows_per_block)
    level, scale = len(ring.primes), 2.0**plan.input_scale_log2
    for layer, affine, diagonals, polynomial in zip(
        layout.layers, circuit.affines, maps, [*circuit.polynomials, None], strict=True
    ):
        if not 0 <= level - layer.level <= 1:
            raise other_circuit()
        target, rescaled = 2.0**layer.scale_log2, layer.level < level
        product = RotatedAffine(
            diagonals, affine.bias, plaintexts, level, scale, target, rescaled=rescaled, early=layer.early_folds
        )
        if polynomial is None:
            yield _Layer(product, None)
        else:
            activation = _activation(layer, polynomial, diagonals.out, plaintexts)
            if not _keeps(layer, activation.scales):
                raise other_circuit()
            yield _Layer(product, activation)
            level, scale = activation.scales.after, activation.scales.target


def _activation(
    layer: RotationLayer, polynomial: Polynomial, wire: Wire, plaintexts: Plaintexts
) -> CompletedPolynomial | ElementwisePolynomial:
    """Return the polynomial after a layer's map, encoded."""
    ring, level, scale = plaintexts.ring, layer.level, 2.0**layer.scale_log2
    coefficients = list(_coefficients(polynomial, wire, plaintexts))
    if layer.activation == "polynomial":
        target = 2.0 ** (layer.activation_scale_log2 or 0.0)
        scales = PolynomialScales(polynomial.degree, level, scale, target, ring.primes)
        return ElementwisePolynomial(ring, coefficients, scales)
    depth = level - (layer.activation_level or 0)
    return CompletedPolynomial(
        ring, coefficients[1], CompletedScales(polynomial.degree, level, scale, depth, ring.primes)
    )


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
