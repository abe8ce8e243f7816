"""Search the smallest chain of primes that carries a network to a wanted deviation of its scores."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from sealdrop.planning.rotation import slots
from sealdrop.planning.rotation.chain import Chain, Network, headroom
from sealdrop_core.errors import Infeasible
from sealdrop_core.parameters import SECURITY_BITS, ntt_primes

DEGREES = (4096, 8192, 16384, 32768)
MOST_BITS = 60  # of one prime
LEAST_BITS = 20  # of a prime that products are divided by


def rings(levels: int) -> list[int]:
    """Return the degrees whose modulus has room for so many primes, and for a special one."""
    return [degree for degree in DEGREES if (levels + 1) * LEAST_BITS <= SECURITY_BITS[degree]]


@dataclass
class Search:
    """A search in one ring; `nearest` is the smallest deviation any chain came to."""

    degree: int
    wanted: float
    nearest: float = math.inf

    def smallest(self, network: Network) -> tuple[Network, Chain] | None:
        """Return the network and the smallest chain that carries it, None if there is none.

        The last map is rescaled only if it has to be.
        """
        for rescaled in (False, True):
            variant = replace(network, rescaled=rescaled)
            chain = self._chain(variant)
            if chain is not None:
                return variant, chain
        return None

    def _chain(self, network: Network) -> Chain | None:
        """Return the chain of the fewest bits: small primes between the layers come first."""
        between, limit, middle = network.levels - 1, SECURITY_BITS[self.degree], LEAST_BITS
        while (most := min(MOST_BITS, (limit - between * middle) // 2)) >= middle:
            deviation = self._deviation(network, most, middle, most)
            if deviation <= self.wanted:
                chain = self._shrunk(network, middle, most)
                if chain is not None and self._measured(network, chain) <= self.wanted:
                    return chain
            # one bit more halves the deviation at best
            middle += max(int(math.log2(deviation / self.wanted)), 1) if math.isfinite(deviation) else 1
        return None

    def _shrunk(self, network: Network, middle: int, most: int) -> Chain | None:
        """Return a chain with the smallest first prime, and then the smallest special prime, that still carries.

        The special prime is never below another, or rotations would drown the values they move.
        """
        first = _least(middle, most, lambda bits: self._deviation(network, bits, middle, most) <= self.wanted)
        special = _least(first, most, lambda bits: self._deviation(network, first, middle, bits) <= self.wanted)
        try:
            *data, last = ntt_primes(self.degree, (first, *[middle] * (network.levels - 1), special))
        except Infeasible:
            return None
        return Chain(self.degree, tuple(data), last)

    def _deviation(self, network: Network, first: int, middle: int, special: int) -> float:
        data = (1 << first, *[1 << middle] * (network.levels - 1))
        return self._measured(network, Chain(self.degree, data, 1 << special))

    def _measured(self, network: Network, chain: Chain) -> float:
        """Return the deviation of a score, infinite without headroom."""
        if not headroom(network, chain):
            return math.inf
        deviation = math.sqrt(slots.variance(network, chain))
        self.nearest = min(self.nearest, deviation)
        return deviation


def _least(low: int, high: int, carries: Callable[[int], bool]) -> int:
    """Return the smallest number from low to high that carries; high does."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if carries(middle) else (middle + 1, high)
    return high
