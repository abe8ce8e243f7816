"""Search the smallest chain of primes that leaves no more in the scores of a network than they may have."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from sealdrop.planning.rotation import slots
from sealdrop.planning.rotation.chain import Bits, Chain, Network, headroom, scales
from sealdrop.planning.rotation.response import Limits
from sealdrop_core.errors import Infeasible
from sealdrop_core.parameters import SECURITY_BITS, ntt_primes

DEGREES = (4096, 8192, 16384, 32768)
MOST_BITS = 60  # of one prime
BOUNDLESS = 120  # bits of a prime that sets no bounds: a special one leaves no noise
SHARE = 0.9  # of the limits, before the special prime adds its noise


def rings(levels: int) -> list[int]:
    """Return the degrees whose modulus has room for so many primes, and for a special one."""
    return [degree for degree in DEGREES if (levels + 1) * least_bits(degree) <= SECURITY_BITS[degree]]


def least_bits(degree: int) -> int:
    """Return the bits of a prime, at least: of so many there are enough primes in this ring."""
    return degree.bit_length() + 7


@dataclass(frozen=True)
class Search:
    """A search in one ring for chains that leave no more than the limits allow in a score."""

    degree: int
    limits: Limits

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
        """Return the chain of the fewest bits: weights and then values get as few as they can do with."""
        precise, least = Bits(MOST_BITS, MOST_BITS, BOUNDLESS, BOUNDLESS), least_bits(self.degree)
        weights = _fewest(lambda few: self._keeps(network, replace(precise, weights=few)), least, MOST_BITS)
        if weights is None:
            return None
        bits = Bits(least, weights, MOST_BITS, BOUNDLESS)
        while self._fits(network, replace(bits, first=least, special=least)) and bits.values <= MOST_BITS:
            excess = self._excess(network, bits)
            if excess <= SHARE:
                chain = self._shrunk(network, bits)
                if chain is not None:
                    return chain
            # one bit more halves the noise at best
            more = max(int(math.log2(excess / SHARE)), 1) if math.isfinite(excess) else 1
            bits = replace(bits, values=bits.values + more)
        return None

    def _shrunk(self, network: Network, bits: Bits) -> Chain | None:
        """Return a chain with the smallest first prime, and then the smallest special prime, that still carries.

        The special prime is never below another, or rotations would drown the values they move.
        """
        between = bits.primes(network)[1:-1]
        largest, room = max(between), SECURITY_BITS[self.degree] - sum(between)
        first = _fewest(
            lambda few: self._excess(network, replace(bits, first=few)) <= SHARE,
            least_bits(self.degree),
            min(MOST_BITS, room - largest, room // 2),
        )
        if first is None:
            return None
        bits = replace(bits, first=first)
        special = _fewest(
            lambda few: self._excess(network, replace(bits, special=few)) <= 1,
            max(first, largest),
            min(MOST_BITS, room - first),
        )
        return None if special is None else self._settled(network, replace(bits, special=special))

    def _settled(self, network: Network, bits: Bits) -> Chain | None:
        """Return the chain in real primes, None if there are not enough or they no longer carry."""
        try:
            *data, special = ntt_primes(self.degree, tuple(bits.primes(network)))
        except Infeasible:
            return None
        chain = Chain(self.degree, tuple(data), special, 2.0**bits.values)
        return chain if self._measured(network, chain) <= 1 else None

    def _fits(self, network: Network, bits: Bits) -> bool:
        return sum(bits.primes(network)) <= SECURITY_BITS[self.degree]

    def _keeps(self, network: Network, bits: Bits) -> bool:
        """Whether weights keep enough of their precision."""
        chain = self._powers(network, bits)
        return self.limits.keep_weights(slots.deviation(network, chain, scales(network, chain)))

    def _excess(self, network: Network, bits: Bits) -> float:
        return self._measured(network, self._powers(network, bits))

    def _powers(self, network: Network, bits: Bits) -> Chain:
        *data, special = (1 << each for each in bits.primes(network))
        return Chain(self.degree, tuple(data), special, 2.0**bits.values)

    def _measured(self, network: Network, chain: Chain) -> float:
        """Return by what factor the deviation of a score exceeds the limits, infinite without headroom."""
        layers = scales(network, chain)
        if not headroom(network, chain, layers):
            return math.inf
        return self.limits.excess(slots.deviation(network, chain, layers))


def _fewest(carries: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the smallest number from low to high that carries, None if the largest does not."""
    if high < low or not carries(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if carries(middle) else (middle + 1, high)
    return high
