"""Standard deviations of what encryption adds, in units of one coefficient.

Microsoft SEAL draws errors from a centred binomial distribution of variance 21/2 and secrets uniformly ternary.
Formulas: Costache, Curtis, Hales, Murphy, Ogilvie, Player, "On the precision loss in approximate homomorphic
encryption", SAC 2023, section 3.
"""

import math

SIGMAS = 6.0  # a Gaussian is beyond six standard deviations once in 5 * 10^8 draws
ERROR_STD = math.sqrt(10.5)
ROUNDING_STD = math.sqrt(1 / 12)
TERNARY_VARIANCE = 2 / 3


def fresh_std() -> float:
    """Noise of a symmetric encryption: the error and the rounding of the encoder."""
    return math.hypot(ERROR_STD, ROUNDING_STD)


def public_zero_std(degree: int) -> float:
    """Noise of a public-key encryption of zero: e*u + e1 + e2*s."""
    return ERROR_STD * math.sqrt(2 * TERNARY_VARIANCE * degree + 1)


def dropped_std(degree: int, bits: int) -> float:
    """Noise of rounding away the low `bits` bits of c0 and of c1, the latter times a ternary secret."""
    return dropping_std(bits) * math.sqrt(1 + TERNARY_VARIANCE * degree)


def dropping_std(bits: int) -> float:
    """What an integer loses when its low `bits` bits are rounded away, halves to even."""
    return math.sqrt((4.0**bits + 2) / 12) if bits else 0.0


def most_dropped_bits(degree: int, allowed: float) -> int:
    """Return the most low bits whose loss stays within a standard deviation of `allowed`."""
    bits = 0
    while bits < 59 and dropped_std(degree, bits + 1) <= allowed:
        bits += 1
    return bits
