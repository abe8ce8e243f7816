"""How far the response to a full block of columns is flooded, and what it may still tell of the weights."""

import math

MIN_BITS = 8.0
MAX_DIVERGENCE_LOG2 = -10.0  # of the response to one full block, thousands of rows


def needed_bits(degree: int, outputs: int) -> float:
    """Return by how many bits flooding must exceed the noise that depends on the weights."""
    return max(MIN_BITS, (divergence_log2(degree, outputs, 0.0) - MAX_DIVERGENCE_LOG2) / 2)


def divergence_log2(degree: int, outputs: int, bits: float) -> float:
    """Return log2 of the Kullback-Leibler divergence of a block's response.

    Every coefficient of every result is a Gaussian, shifted by at most 2^-bits of its deviation.
    """
    return math.log2(degree * outputs) - 1 - 2 * bits
