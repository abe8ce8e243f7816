"""Fixed-point numbers that are exact: how many bits they take, and how large scores of them become."""

import math

import numpy as np

from sealdrop.planning.reach import largest_score
from sealdrop_core.circuit import Affine, Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.lifting import lifted, monomials

MOST_FRACTION_BITS = 24
MOST_MODULUS_BITS = 50  # of the plain modulus: float64 counts exactly to there
BUDGET_BITS = 10  # of noise budget that are left: a result that might not open would tell of the secret


def fraction_bits(values: Array, what: str) -> int:
    """Return the fewest bits behind the point that hold all values exactly."""
    for bits in range(MOST_FRACTION_BITS + 1):
        scaled = values * 2.0**bits
        if (scaled == np.rint(scaled)).all():
            return bits
    raise Infeasible(
        f"{what} are no multiples of 2^-{MOST_FRACTION_BITS}, so no exact plan holds them",
        remedy="Quantise weights and inputs, or publish with a small error instead.",
    )


def check_weights(weight: Array) -> None:
    """Raise Infeasible when an output has no weight at all.

    SEAL refuses a product that is zero; elsewhere such an output gets one unit in the last place, which is not exact.
    """
    if not weight.any(axis=1).all():
        raise Infeasible(
            "an output or a unit of this circuit depends on no feature",
            remedy="Leave out what is constant, or publish with a small error instead.",
        )


def largest_exact_score(circuit: Circuit, calibration: Array, leeway: float) -> float:
    """Return a bound on |score| over rows in the calibrated ranges, or outside by at most `leeway` half-ranges."""
    low, high = calibration.min(axis=0), calibration.max(axis=0)
    center, half = low / 2 + high / 2, high / 2 - low / 2
    weight, bias = circuit.affines[0].dense(), circuit.affines[0].bias
    scaled = Affine(weight * np.where(half > 0, half, 1.0), bias + weight @ center)
    moved = Circuit([scaled, *circuit.layers[1:]])
    pairs = monomials(moved)
    return largest_score(lifted(moved, pairs), pairs, leeway)


def modulus_bits(largest: float) -> int:
    """Return the bits of a plain modulus that holds integers up to `largest` of either sign.

    Raises Infeasible when they are too many.
    """
    bits = math.floor(math.log2(max(largest, 1.0))) + 2
    if bits > MOST_MODULUS_BITS:
        raise Infeasible(
            f"exact scores of this circuit take {bits} bits, and only {MOST_MODULUS_BITS} are exact everywhere",
            remedy="Quantise weights and inputs to fewer bits, or publish with a small error instead.",
        )
    return bits
