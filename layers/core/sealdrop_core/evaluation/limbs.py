"""Residues in limbs: integers so short that float64 adds up their weighted sums exactly, and quickly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.circuit import Array
from sealdrop_core.residues import Words

_MANTISSA = 53  # bits in which float64 counts exactly
_TWO_52 = np.uint64(0x4330_0000_0000_0000)  # the bits of the float64 number 2^52


@dataclass(frozen=True)
class Limbs:
    """How a residue is cut: `count` limbs of `bits` bits, the lowest first."""

    bits: int
    count: int

    @classmethod
    def of(cls, largest_sum: float, bits: int) -> "Limbs":
        """Return the fewest limbs for residues of `bits` bits, `largest_sum` being that of absolute weights."""
        most = max(_MANTISSA - int(largest_sum).bit_length(), 1)
        count = -(-bits // most)
        return cls(-(-bits // count), count)

    def cut(self, words: Words) -> Array:
        """Return the limbs of residues, shape (count, *words.shape), as float64 numbers."""
        pieces = np.empty((self.count, *words.shape), dtype=np.uint64)
        for index, piece in enumerate(pieces):
            np.right_shift(words, np.uint64(index * self.bits), out=piece)
            if index < self.count - 1:
                np.bitwise_and(piece, np.uint64((1 << self.bits) - 1), out=piece)
        # an integer below 2^52 or'ed into the mantissa of 2^52: quicker than a conversion
        np.bitwise_or(pieces, _TWO_52, out=pieces)
        numbers: Array = pieces.view(np.float64)
        numbers -= 2.0**52
        return numbers

    def join(self, sums: Array, prime: int) -> Words:
        """Return the sum over limbs of sums[k] 2^(k bits), modulo `prime`, for exact integers below 2^53.

        The quotient is estimated in float64; the remainder is then exact in integers that may wrap around 2^64,
        since it is known to be far smaller than that.
        """
        estimate = sums[-1]
        total: NDArray[np.int64] = estimate.astype(np.int64)
        for piece in sums[-2::-1]:
            estimate = estimate * 2.0**self.bits
            estimate += piece
            total <<= np.int64(self.bits)
            total += piece.astype(np.int64)
            total -= np.rint(estimate / prime).astype(np.int64) * np.int64(prime)
            estimate = total.astype(np.float64)
        if self.count == 1:
            total -= np.rint(estimate / prime).astype(np.int64) * np.int64(prime)
        total += (total >> np.int64(63)) & np.int64(prime)
        return total.view(np.uint64)
