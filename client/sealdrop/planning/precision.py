"""Fixed-point precision of one affine map under one prime, and what its response may lose."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sealdrop.planning import noise
from sealdrop_core.circuit import Affine, Array, SparseAffine
from sealdrop_core.packing.coefficient import round_weights

Privacy = Literal["private", "open"]

HEADROOM_BITS = 1.1  # the sign, and a little for what the noise adds
ENCODER_BITS = 2.05  # SEAL's encoder keeps two bits of the modulus free above the bias, and one above the scale
MAX_INPUT_BITS = 45.0  # the encoder's float64 arithmetic is exact to here
SHARE = {"private": 1 / 3, "open": 1 / 8}  # of the error, for the rounding of the weights
LEAST_WEIGHT_BITS = 4


@dataclass(frozen=True)
class Precision:
    """Bits (log2 of the scales) of the input and of the weights, and the error that rounded weights cost."""

    input_bits: float
    weight_bits: float
    weight_error: float
    row_norm: float  # largest l2 norm of an output's weights


@dataclass(frozen=True)
class Loss:
    """What a response drops and adds, and the total error of a score (six standard deviations) that comes of it."""

    dropped_bits: int
    flooding_std_log2: float | None
    flooding_bits: float | None
    error: float


def split(
    affine: Affine | SparseAffine, rows: Array, bound: float, prime: int, error: float, privacy: Privacy
) -> Precision:
    """Divide the bits of the prime between weights and input; the weights get as few as the error allows.

    `rows` are calibration rows, shape (rows, features); `bound` is the largest score that must not wrap around the
    prime. Weights far above 1 need no bits behind the point, and fewer than none.
    """
    weight, bits = affine.dense(), capacity(affine, bound, prime, error)
    most = max(int(bits / 2), 1)
    above = math.frexp(float(np.abs(weight).max()))[1]
    for weight_bits in range(min(LEAST_WEIGHT_BITS - max(above, 0), most), most + 1):
        weight_error = _rounding_error(weight, rows, weight_bits)
        if weight_error <= error * SHARE[privacy]:
            break
    rounded = round_weights(weight, weight_bits) * 2.0**-weight_bits
    row_norm = float(np.sqrt((rounded**2).sum(axis=1).max()))
    return Precision(min(bits - weight_bits, MAX_INPUT_BITS), weight_bits, weight_error, row_norm)


def capacity(affine: Affine | SparseAffine, bound: float, prime: int, error: float) -> float:
    """Return log2 of the largest scale at which scores up to `bound` do not wrap around the prime."""
    encoded = max(float(np.abs(affine.bias).max()), 0.5)
    return math.log2(prime) - max(HEADROOM_BITS + math.log2(bound + error), ENCODER_BITS + math.log2(encoded))


def _rounding_error(weight: Array, rows: Array, weight_bits: int) -> float:
    """Largest error of rounded weights: thrice what the calibration rows show, or the box's worst if that is less."""
    difference = round_weights(weight, weight_bits) * 2.0**-weight_bits - weight
    seen = 3 * np.abs(rows @ difference.T).max(axis=0, initial=0.0)
    return float(np.minimum(seen, np.abs(difference).sum(axis=1)).max())


def respond(precision: Precision, outputs: int, degree: int, error: float, privacy: Privacy) -> Loss:
    """Spend what the error leaves on dropped bits and, for a private response, on flooding.

    `outputs` share one result polynomial, and each score carries the noise of all their weights.
    """
    norm = precision.row_norm * math.sqrt(outputs)
    unit = noise.SIGMAS * 2.0 ** -(precision.input_bits + precision.weight_bits)  # error of one standard deviation
    fresh = norm * math.hypot(noise.fresh_std(), noise.ROUNDING_STD) * 2.0**precision.weight_bits
    left = error - precision.weight_error
    if left <= unit * fresh:
        return Loss(0, None, None, precision.weight_error + unit * fresh)
    allowed = math.sqrt((left / unit) ** 2 - fresh**2)
    private = privacy == "private"
    dropped = noise.most_dropped_bits(degree, allowed / 4 if private else allowed)
    spent = math.hypot(noise.dropped_std(degree, dropped), noise.public_zero_std(degree) if private else 0.0)
    if not private or spent >= allowed:
        return Loss(dropped, None, None, precision.weight_error + unit * math.hypot(fresh, spent))
    flooding = math.sqrt(allowed**2 - spent**2)
    bits = math.log2(flooding / (noise.ERROR_STD * norm * 2.0**precision.weight_bits))
    return Loss(dropped, math.log2(flooding), bits, error)
