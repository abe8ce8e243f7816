"""What rows make of a circuit: how large its values get, and how much an error made on the way grows to the output.

Measured on calibration rows and on as many rows drawn from the whole box |x_i| <= 1 and its corners, each with one
column as far outside as the leeway allows: a client may send any such row and refuses any other.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sealdrop.planning.column.derivatives import Values, largest_derivatives
from sealdrop.planning.precision import LEAST_WEIGHT_BITS, fewest_bits
from sealdrop.planning.reach import largest_score
from sealdrop.planning.rows import GAIN_FACTOR, box
from sealdrop_core.circuit import Affine, Array, Circuit, SparseAffine
from sealdrop_core.errors import Infeasible
from sealdrop_core.lifting import lifted, monomials
from sealdrop_core.powers import expand, exponents, factors, products

LEAST_PROBES, MOST_PROBES = 24, 512  # rows of each kind
PROBED_WEIGHTS = 1 << 20  # so many rows times weights may be computed
# A value wraps around when a coefficient does, and a coefficient is at most the mean of the values in all slots: for
# that mean to be four times the largest probed value, thousands of rows would have to be extreme together.
MAGNITUDE_FACTOR = 4.0
MOST_WEIGHT_BITS = 24
_MOST_MONOMIALS = 1 << 14


@dataclass(frozen=True)
class Profile:
    """Bounds for any row of the box.

    For each polynomial layer, by exponent: the largest value, and the largest l2 norm of the derivative of an output
    by all units; the same for the input (`input_gain`) and the outputs (`output`).
    """

    input_gain: float
    gains: tuple[Mapping[int, float], ...]
    magnitudes: tuple[Mapping[int, float], ...]
    output: float


class Probe:
    """A circuit as powers and dense weights, and the rows it is tried on."""

    def __init__(self, circuit: Circuit, calibration: Array, leeway: float) -> None:
        self.circuit, self.leeway = circuit, leeway
        self.affines = expand(circuit)
        self.weights = [affine.dense() for affine in self.affines]
        self.biases = [affine.bias for affine in self.affines]
        self.exponents = [exponents(polynomial) for polynomial in circuit.polynomials]
        weights = sum(weight.size for weight in self.weights)
        count = min(max(PROBED_WEIGHTS // weights, LEAST_PROBES), MOST_PROBES)
        chosen = np.linspace(0, len(calibration) - 1, min(count, len(calibration))).round().astype(int)
        self.rows = np.concatenate([calibration[chosen], box(circuit.features, leeway, count)])
        self.values, self.outputs = self._run(self.weights)
        self._magnitudes, self._output = self._bounds()
        self._losses: dict[int, float] = {}
        self._profiles: dict[int, Profile] = {}

    @np.errstate(over="ignore", invalid="ignore")
    def _run(self, weights: Sequence[Array]) -> tuple[list[Values], Array]:
        inputs, found = self.rows, list[Values]()
        for weight, bias, used in zip(weights, self.biases, self.exponents, strict=False):
            values = {1: inputs @ weight.T + bias}
            for exponent in products(used):
                first, second = factors(exponent)
                values[exponent] = values[first] * values[second]
            found.append(values)
            inputs = np.concatenate([values[exponent] for exponent in used], axis=1)
        outputs = inputs @ weights[-1].T + self.biases[-1]
        if not np.isfinite(outputs).all():
            raise Infeasible("rows inside the calibrated ranges bring this network to values beyond all bounds")
        return found, outputs

    def rounding_error(self, scales: Sequence[Array | float]) -> float:
        """Return thrice the largest error that any probed row shows when each layer's weights are rounded."""
        rounded = [_rounded(affine, scale) for affine, scale in zip(self.affines, scales, strict=True)]
        return float(3 * np.abs(self._run(rounded)[1] - self.outputs).max())

    def weight_bits(self, allowed: float) -> tuple[int, float]:
        """Return the fewest bits behind the point that keep the rounding error of weights, and that error.

        Raises Infeasible when they are too many.
        """
        bits = fewest_bits(self._loss, allowed, LEAST_WEIGHT_BITS, MOST_WEIGHT_BITS)
        if self._loss(bits) > allowed:
            raise Infeasible("the weights of this circuit would need too many bits")
        return bits, self._loss(bits)

    def _loss(self, bits: int) -> float:
        if bits not in self._losses:
            self._losses[bits] = self.rounding_error([2.0**bits] * len(self.weights))
        return self._losses[bits]

    def profile(self, weight_bits: int) -> Profile:
        """Return the bounds of the circuit whose weights are rounded to so many bits behind the point."""
        if weight_bits not in self._profiles:
            self._profiles[weight_bits] = self._profile(weight_bits)
        return self._profiles[weight_bits]

    def sketch(self, weight_bits: int) -> Profile:
        """Return a profile for other bits if there is one: it differs by little, and takes no time to make."""
        return next(iter(self._profiles.values()), None) or self.profile(weight_bits)

    def _profile(self, weight_bits: int) -> Profile:
        rounded = [_rounded(affine, 2.0**weight_bits) for affine in self.affines]
        gains, input_gain = largest_derivatives(rounded, self.exponents, self.values)
        return Profile(
            GAIN_FACTOR * input_gain,
            tuple({power: GAIN_FACTOR * gain for power, gain in layer.items()} for layer in gains),
            self._magnitudes,
            self._output,
        )

    def _bounds(self) -> tuple[tuple[Mapping[int, float], ...], float]:
        """Return the largest values of every layer, and the largest output."""
        *hidden, last = self._intervals()
        if len(hidden) <= 1:
            return tuple(hidden), min(last[1], self._lifted_bound())
        seen = [
            {exponent: min(bound, MAGNITUDE_FACTOR * _largest(values[exponent])) for exponent, bound in layer.items()}
            for layer, values in zip(hidden, self.values, strict=True)
        ]
        return tuple(seen), min(last[1], MAGNITUDE_FACTOR * _largest(self.outputs))

    def _intervals(self) -> tuple[Mapping[int, float], ...]:
        """Bound every value over all admissible rows by the sums of absolute values."""
        inputs, found = np.ones(self.circuit.features), list[Mapping[int, float]]()
        for index, (bias, used) in enumerate(zip(self.biases, [*self.exponents, (1,)], strict=True)):
            weight = np.abs(self.weights[index])
            values = weight @ inputs + np.abs(bias)
            if not index:
                values += self.leeway * weight.max(axis=1)
            found.append({exponent: float((values**exponent).max()) for exponent in (1, *products(used))})
            inputs = np.concatenate([values**exponent for exponent in used])
        return tuple(found)

    def _lifted_bound(self) -> float:
        """Bound a quadratic circuit by its coefficients as a polynomial of the features."""
        width = self.circuit.features * (self.circuit.features + 1) // 2
        if any(used[-1] > 2 for used in self.exponents) or width > _MOST_MONOMIALS:
            return math.inf
        pairs = monomials(self.circuit)
        return largest_score(lifted(self.circuit, pairs), pairs, self.leeway)


def _rounded(affine: Affine | SparseAffine, scale: Array | float) -> Array:
    """Round as the evaluation does; an output without weights gets one unit, for SEAL refuses results that are zero."""
    if isinstance(affine, Affine):
        weight = affine.weight * scale
        np.rint(weight, out=weight)
        weight /= scale
    else:
        each = np.broadcast_to(scale, affine.features)[affine.columns]
        weight = np.zeros((affine.outputs, affine.features))
        weight[affine.rows, affine.columns] = np.rint(affine.values * each) / each
    weight[~weight.any(axis=1), 0] = 1 / np.broadcast_to(scale, affine.features)[0]
    return weight


def _largest(values: Array) -> float:
    return float(np.abs(values).max())
