"""Plans with exact results under BFV, for circuits of integers or of fixed-point numbers with few bits."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sealdrop.planning import coefficient, column, flooding, noise
from sealdrop.planning.exact import network
from sealdrop.planning.exact.fixed_point import (
    BUDGET_BITS,
    check_weights,
    fraction_bits,
    largest_exact_score,
    modulus_bits,
)
from sealdrop.planning.precision import Loss, Precision, Privacy
from sealdrop_core.circuit import Affine, Array, Circuit, SparseAffine
from sealdrop_core.errors import Infeasible
from sealdrop_core.layouts import CoefficientLayout, ColumnLayout
from sealdrop_core.lifting import lifted
from sealdrop_core.packing.coefficient import lift
from sealdrop_core.parameters import SECURITY_BITS, Parameters, ntt_primes, smallest_prime
from sealdrop_core.plan import Plan
from sealdrop_core.schedule import Scheduler

SINGLE = tuple((degree, (min(60, SECURITY_BITS[degree]),)) for degree in (1024, 2048, 4096))
# with a second prime, which the response is divided by, there is room to flood
DOUBLE = ((4096, (45, 45)), (8192, (59, 59)))


@dataclass(frozen=True)
class FixedPoint:
    """An integer map of a circuit: log2 of the scales of inputs and weights, and the plain modulus that holds it."""

    input_bits: int
    weight_bits: int
    modulus_bits: int
    norms: Array  # l2 norm of each output's integer weights

    @classmethod
    def of(cls, affine: Affine | SparseAffine, inputs: Array, bound: float) -> "FixedPoint":
        """Return the smallest scales that hold inputs and weights exactly."""
        weight = affine.dense()
        check_weights(weight)
        input_bits = fraction_bits(inputs, "the calibration rows")
        bias_bits = fraction_bits(affine.bias, "the biases") - input_bits
        weight_bits = max(fraction_bits(weight, "the weights"), bias_bits)
        norms = np.sqrt((weight**2).sum(axis=1)) * 2.0**weight_bits
        largest = max(bound * 2.0**input_bits, np.abs(weight).max()) * 2.0**weight_bits
        return cls(input_bits, weight_bits, modulus_bits(largest), norms)


def candidates(circuit: Circuit, calibration: Array, error: float, privacy: Privacy, leeway: float) -> Iterator[Plan]:
    """Yield the plans whose scores are exact for every admissible row of the calibration's fixed-point numbers.

    `calibration` are rows in the model's own units, shape (rows, features); they give the ranges. `error` is allowed,
    and not made use of. Raises Infeasible when numbers are no multiples of 2^-24, or scores too large.
    """
    base = coefficient.unpacked(circuit)
    bound = largest_exact_score(circuit, calibration, leeway)
    numbers = FixedPoint.of(lifted(circuit, base.monomials), lift(calibration, base), bound)
    plans = [*_coefficient(base, numbers, privacy)]
    if base.monomials:
        plans += network.candidates(circuit, calibration, bound, privacy)
    else:
        plans += _columns(base, numbers, privacy)
    if not plans:
        raise Infeasible("no modulus holds exact scores of this circuit and the noise that has to drown its weights")
    yield from plans


def _coefficient(base: CoefficientLayout, numbers: FixedPoint, privacy: Privacy) -> list[Plan]:
    """Return the plans of the smallest modulus there are plans for."""
    precision = Precision(numbers.input_bits, numbers.weight_bits, 0.0, 0.0)
    for degree, sizes in (*SINGLE, *DOUBLE):
        parameters, plans = _parameters(numbers, degree, sizes), []
        for layout in coefficient.layouts(base, degree):
            loss = _loss(parameters, numbers, layout.outputs_per_result, privacy, flooding.MIN_BITS)
            if loss:
                plans.append(coefficient.assemble(parameters, layout, precision, loss, privacy))
        if plans:
            return plans
    return []


def _columns(base: CoefficientLayout, numbers: FixedPoint, privacy: Privacy) -> Iterator[Plan]:
    """Yield the plan of the fewest bits for each degree that has one."""
    for degree, (most,) in SINGLE:
        wanted = flooding.needed_bits(degree, base.outputs)
        for sizes in _sizes(numbers, degree, most, wanted):
            parameters = _parameters(numbers, degree, sizes)
            loss = _loss(parameters, numbers, 1, privacy, wanted)
            if loss:
                yield _column(base, parameters, numbers, loss, privacy)
                break


def _sizes(numbers: FixedPoint, degree: int, most: int, wanted: float) -> Iterator[tuple[int, ...]]:
    """Yield single primes, then pairs: divided by a second prime, the noise of the weights vanishes in rounding."""
    fewest = max(numbers.modulus_bits + BUDGET_BITS, column.LEAST_BITS)
    yield from ((bits,) for bits in range(fewest, most + 1))
    if degree == DOUBLE[0][0]:
        second = max(column.LEAST_BITS, math.ceil(math.log2(numbers.norms.max() * noise.fresh_std()) + wanted))
        left = SECURITY_BITS[degree] - smallest_prime(degree, 2 * degree).bit_length() - second
        yield from ((bits, second) for bits in range(fewest, min(left, most) + 1))


def _column(base: CoefficientLayout, parameters: Parameters, numbers: FixedPoint, loss: Loss, privacy: Privacy) -> Plan:
    layout = ColumnLayout(
        features=base.features,
        outputs=base.outputs,
        rows_per_block=parameters.poly_modulus_degree,
        encoding="coefficient",
    )
    scheduler = Scheduler(
        primes=parameters.data_primes,
        input_scale=2.0**numbers.input_bits,
        weight_scale=2.0**numbers.weight_bits,
        output_scale=2.0 ** (numbers.input_bits + numbers.weight_bits),
        rescale=False,
    )
    return column.assemble(parameters, layout, scheduler, (), loss, privacy)


def _parameters(numbers: FixedPoint, degree: int, sizes: tuple[int, ...]) -> Parameters:
    primes = ntt_primes(degree, sizes)
    special = (smallest_prime(degree, 2 * degree),) if len(sizes) > 1 else ()
    return Parameters(
        scheme="bfv",
        poly_modulus_degree=degree,
        coeff_modulus=primes + special,
        plain_modulus=1 << numbers.modulus_bits,
    )


def _loss(
    parameters: Parameters, numbers: FixedPoint, outputs: int, privacy: Privacy, flooding_bits: float
) -> Loss | None:
    """Return what a response drops and adds so that the budget is left, None if it cannot be.

    A message stands at the first prime over the plain modulus; a second prime is divided out before the response.
    """
    degree, (first, *others) = parameters.poly_modulus_degree, parameters.data_primes
    allowed = first / 2.0 ** (numbers.modulus_bits + 1 + BUDGET_BITS) / noise.SIGMAS
    dependent = float(numbers.norms.max()) * math.sqrt(outputs) * noise.fresh_std() / math.prod(others)
    private = privacy == "private"
    fixed = noise.dropped_std(degree, 1) if others else noise.ROUNDING_STD
    if private:
        fixed = math.hypot(fixed, noise.public_zero_std(degree) / math.prod(others))
    if allowed <= math.hypot(dependent, fixed):
        return None
    left = math.sqrt(allowed**2 - dependent**2 - fixed**2)
    dropped = noise.most_dropped_bits(degree, left / 4 if private else left)
    if not private:
        return Loss(dropped, None, None, 0.0)
    flood = math.sqrt(left**2 - noise.dropped_std(degree, dropped) ** 2)
    bits = math.log2(flood / dependent)
    return Loss(dropped, math.log2(flood), bits, 0.0) if bits >= flooding_bits else None
