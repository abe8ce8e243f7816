"""Fixed-point precision of one affine map under one prime, and what its response may lose."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sealdrop.planning import noise
from sealdrop.planning.reach import beyond
from sealdrop_core.circuit import Affine, Array, SparseAffine
from sealdrop_core.lifting import Pair
from sealdrop_core.packing.coefficient import round_weights

Privacy = Literal["private", "open"]

HEADROOM_BITS = 1.1  # the sign, and a little for what the noise adds
ENCODER_BITS = 2.05  # SEAL's encoder keeps two bits of the modulus free above the bias, and one above the scale
MAX_INPUT_BITS = 45.0  # the encoder's float64 arithmetic is exact to here
SHARE = {"private": 1 / 3, "open": 1 / 8}  # of the error, for the rounding of the weights
LEAST_WEIGHT_BITS = 4
_TINY = 1e-300


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


class Rounding:
    """The weights of an affine map, and by how much a score is off when they are rounded.

    `rows` are calibration rows that show it, shape (rows, packed features); `pairs` are the products among these, and
    `leeway` is by how much, summed over its columns, a row may leave the box.
    """

    def __init__(self, affine: Affine | SparseAffine, rows: Array, pairs: Sequence[Pair], leeway: float) -> None:
        self.affine, self.weight, self.rows = affine, affine.dense(), rows
        self.pairs, self.leeway = np.array(pairs, dtype=np.int64), leeway
        self._errors: dict[int, float] = {}

    def error(self, bits: int) -> float:
        """Return the largest error of a score: thrice what the rows show, or that and what leaving the box adds.

        No more than the worst of all admissible rows.
        """
        if bits not in self._errors:
            difference = self._rounded(bits) - self.weight
            shown, absolute = np.abs(self.rows @ difference.T).max(axis=0, initial=0.0), np.abs(difference)
            outside = beyond(absolute, self.pairs, self.leeway)
            seen = np.maximum(3 * shown, shown + outside)
            self._errors[bits] = float(np.minimum(seen, absolute.sum(axis=1) + outside).max())
        return self._errors[bits]

    def row_norm(self, bits: int) -> float:
        """Return the largest l2 norm of an output's rounded weights."""
        return float(np.sqrt((self._rounded(bits) ** 2).sum(axis=1).max()))

    def _rounded(self, bits: int) -> Array:
        return round_weights(self.weight, bits) * 2.0**-bits


def split(rounding: Rounding, bound: float, prime: int, error: float, privacy: Privacy) -> Precision:
    """Divide the bits of the prime between weights and input; the weights get as few as the error allows.

    `bound` is the largest score that must not wrap around the prime. Weights far above 1 need no bits behind the point,
    and fewer than none; weights far below 1 begin behind zeros, which are not counted.
    """
    bits = capacity(rounding.affine, bound, prime, error)
    above = math.frexp(float(np.abs(rounding.weight).max()))[1]
    most = max(int(bits / 2), 1) - min(above, 0)
    least = min(LEAST_WEIGHT_BITS - max(above, 0), most)
    weight_bits = fewest_bits(rounding.error, error * SHARE[privacy], least, most)
    weight_error, row_norm = rounding.error(weight_bits), rounding.row_norm(weight_bits)
    return Precision(min(bits - weight_bits, MAX_INPUT_BITS), weight_bits, weight_error, row_norm)


def fewest_bits(error: Callable[[int], float], allowed: float, least: int, most: int) -> int:
    """Return the fewest bits behind the point that keep what rounding costs to what is allowed, `most` if none do."""
    start = min(least + 6, most)
    # a bit halves the error, about
    guess = start + math.ceil(min(math.log2(max(error(start), _TINY) / allowed), most))
    bits = min(max(guess, least), most)
    while bits > least and error(bits - 1) <= allowed:
        bits -= 1
    while bits < most and error(bits) > allowed:
        bits += 1
    return bits


def capacity(affine: Affine | SparseAffine, bound: float, prime: int, error: float) -> float:
    """Return log2 of the largest scale at which scores up to `bound` do not wrap around the prime."""
    encoded = max(float(np.abs(affine.bias).max()), 0.5)
    return math.log2(prime) - max(HEADROOM_BITS + math.log2(bound + error), ENCODER_BITS + math.log2(encoded))


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
