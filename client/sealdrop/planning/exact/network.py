"""Plans with exact results for networks of integers with one square: columns in the slots of BFV."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sealdrop.planning import column, flooding, noise
from sealdrop.planning.exact.fixed_point import BUDGET_BITS, check_weights, fraction_bits, modulus_bits
from sealdrop.planning.precision import Loss, Privacy
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.layouts import ColumnLayout
from sealdrop_core.parameters import SECURITY_BITS, Parameters, ntt_primes, smallest_prime
from sealdrop_core.plan import Plan
from sealdrop_core.powers import expand
from sealdrop_core.schedule import Scheduler, layers

DEGREES = (4096, 8192, 16384)
MOST_BITS, LEAST_BITS = 59, 24  # of a prime


@dataclass(frozen=True)
class Integers:
    """A network of integers: log2 of its scales, and the l2 norms of its integer weights."""

    input_bits: int
    weight_bits: int
    output_bits: int
    modulus: int
    first_norm: float
    last_norm: float

    @classmethod
    def of(cls, circuit: Circuit, calibration: Array, bound: float, degree: int) -> "Integers":
        """Return the smallest scales at which everything is an integer, and a plain modulus with slots.

        Raises Infeasible when there are none.
        """
        first, last = expand(circuit)
        for affine in (first, last):
            check_weights(affine.dense())
        inputs = fraction_bits(calibration, "the calibration rows")
        weights = max(fraction_bits(affine.dense(), "the weights") for affine in (first, last))
        weights = max(weights, fraction_bits(first.bias, "the biases") - inputs)
        weights = max(weights, math.ceil((fraction_bits(last.bias, "the biases") - 2 * inputs) / 3))
        outputs = 2 * (inputs + weights) + weights
        weight = max(float(np.abs(affine.dense()).max()) for affine in (first, last))
        largest = max(bound * 2.0**outputs, weight * 2.0**weights, 2.0 ** (inputs + weights))
        modulus = smallest_prime(degree, 1 << modulus_bits(largest))
        first_norm, last_norm = (_norm(affine.dense()) * 2.0**weights for affine in (first, last))
        return cls(inputs, weights, outputs, modulus, first_norm, last_norm)

    def noise_std(self, degree: int) -> float:
        """Return the deviation of the noise of an output, in units of one coefficient.

        A square multiplies noise by twice the plain modulus and by the rounded quotient of c0 + c1 s by the modulus,
        of deviation sqrt(1/12 + N/18). Fan and Vercauteren, eprint 2012/144, section 4.
        """
        quotient = noise.ROUNDING_STD * math.sqrt(1 + noise.TERNARY_VARIANCE * degree)
        square = 2 * self.modulus * math.sqrt(degree) * quotient * self.first_norm * noise.fresh_std()
        return square * self.last_norm


def candidates(circuit: Circuit, calibration: Array, bound: float, privacy: Privacy) -> Iterator[Plan]:
    """Yield the plan of the smallest degree, if there is one; `bound` is the largest score.

    Raises Infeasible when no fixed-point numbers hold the circuit.
    """
    for degree in DEGREES:
        numbers = Integers.of(circuit, calibration, bound, degree)
        wanted = flooding.needed_bits(degree, circuit.outputs) if privacy == "private" else 1.0
        sizes = _sizes(numbers, degree, wanted)
        parameters = _parameters(numbers, degree, sizes)
        if parameters is None:
            continue
        scheduler = Scheduler(
            primes=parameters.data_primes,
            input_scale=2.0**numbers.input_bits,
            weight_scale=2.0**numbers.weight_bits,
            output_scale=2.0**numbers.output_bits,
            rescale=False,
        )
        layout = ColumnLayout(
            features=circuit.features,
            outputs=circuit.outputs,
            rows_per_block=degree,
            encoding="slot",
            result_polynomials=scheduler.stages(layers(circuit))[-1].sum.form.polynomials,
        )
        loss = _loss(parameters, numbers, privacy)
        yield column.assemble(parameters, layout, scheduler, layers(circuit), loss, privacy)
        return


def _sizes(numbers: Integers, degree: int, wanted: float) -> tuple[int, ...]:
    """Return the bits of the data primes: what the response needs, then what the square needs besides."""
    fixed = math.log2(_fixed_std(degree))
    budget = math.log2(numbers.modulus) + 1 + BUDGET_BITS + math.log2(noise.SIGMAS)
    rest = math.ceil(math.log2(numbers.noise_std(degree)) + wanted - fixed)
    count = max(1, math.ceil(rest / MOST_BITS))
    return (math.ceil(budget + fixed + 1), *[max(math.ceil(rest / count), LEAST_BITS)] * count)


def _parameters(numbers: Integers, degree: int, sizes: tuple[int, ...]) -> Parameters | None:
    special = smallest_prime(degree, 2 * degree, (numbers.modulus,))
    if max(sizes) > MOST_BITS + 1 or sum(sizes) + special.bit_length() > SECURITY_BITS[degree]:
        return None
    return Parameters(
        scheme="bfv",
        poly_modulus_degree=degree,
        coeff_modulus=(*ntt_primes(degree, sizes), special),
        plain_modulus=numbers.modulus,
    )


def _loss(parameters: Parameters, numbers: Integers, privacy: Privacy) -> Loss:
    """Return what the response drops and adds: whatever leaves the noise budget that is promised."""
    degree, (first, *others) = parameters.poly_modulus_degree, parameters.data_primes
    allowed = first / (2.0 * numbers.modulus) / 2.0**BUDGET_BITS / noise.SIGMAS
    dependent = numbers.noise_std(degree) / math.prod(others)
    left = math.sqrt(allowed**2 - dependent**2 - _fixed_std(degree) ** 2)
    if privacy == "open":
        return Loss(0, None, None, 0.0)
    return Loss(0, math.log2(left), math.log2(left / dependent), 0.0)


def _fixed_std(degree: int) -> float:
    """Noise of the division down to one prime, r0 + r1 s + r2 s^2; s^2 has coefficients of variance 8N/9."""
    return noise.ROUNDING_STD * math.sqrt(1 + noise.TERNARY_VARIANCE * degree + 8 / 9 * degree**2)


def _norm(weight: Array) -> float:
    """Return the largest l2 norm of an output's weights."""
    return float(np.sqrt((weight**2).sum(axis=1).max()))
