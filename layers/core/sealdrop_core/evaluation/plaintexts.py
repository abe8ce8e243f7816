"""Vectors of a program as plaintexts: encoded once, and kept while there is room."""

from collections.abc import Callable

from sealdrop_core.circuit import Array
from sealdrop_core.packing.rotation import spread
from sealdrop_core.seal import Plaintext, Ring

KEPT_BYTES = 512 << 20  # of one program; what does not fit is encoded again whenever it is used

Kept = Callable[[], Plaintext]


class Plaintexts:
    """Encodes vectors that repeat across the slots, each slot of theirs for `rows` rows side by side."""

    def __init__(self, ring: Ring, rows: int) -> None:
        self.ring, self.rows = ring, rows
        self.budget = KEPT_BYTES

    def slots(self, vector: Array) -> list[float]:
        """Return a periodic vector in all slots."""
        # a list, because the encoder reads lists faster than arrays
        values: list[float] = spread(vector, self.ring.degree // 2, self.rows).tolist()
        return values

    def encode(self, vector: Array, level: int, scale: float) -> Plaintext:
        """Return the plaintext of a periodic vector."""
        return self.ring.encode(self.slots(vector), level, scale)

    def keep(self, make: Callable[[], Array], level: int, scale: float) -> Kept | None:
        """Return what gives the plaintext of a vector, None if it is zero: SEAL refuses products that are."""
        plain = self.encode(make(), level, scale)
        if plain.is_zero():
            return None
        left = self.budget - 8 * level * self.ring.degree
        if left < 0:
            return lambda: self.encode(make(), level, scale)
        self.budget = left
        return lambda: plain

    def unit(self, level: int, scale: float) -> Kept:
        """Return what gives the smallest plaintext that is not zero."""
        plain = self.ring.encode(1 / scale, level, scale)
        return lambda: plain
