"""Search the cheapest chain of primes that leaves no more in the scores of a network than they may have."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sealdrop.planning.rotation.bits import MOST_BITS, Bits
from sealdrop.planning.rotation.chain import Chain, Network, headroom, scales
from sealdrop.planning.rotation.deviation import deviation, weight_bits
from sealdrop.planning.rotation.peaks import MOST_PEAK, peak
from sealdrop.planning.rotation.response import Limits
from sealdrop_core.errors import Infeasible
from sealdrop_core.parameters import SECURITY_BITS, ntt_primes

DEGREES = (4096, 8192, 16384, 32768)
BOUNDLESS = 240  # bits of a prime that sets no bounds, a special one leaves no noise
SHARE = 0.9  # of the limits, before the special prime adds its noise
MOST_SETTLED = 4  # bits more that values are given in search of a special prime


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

    def first(self, networks: Sequence[Network]) -> tuple[Network, Chain] | None:
        """Return the first of these networks that a chain carries, and the chain; None if none does.

        They differ in their descent only.
        """
        least, weights = least_bits(self.degree), weight_bits(networks[0], self.limits.weights)
        widest = Bits(least, weights, MOST_BITS, BOUNDLESS, least)
        values = cache(lambda early: self._values([one for one in networks if one.descent.early == early], widest))
        for network in networks:
            # a descent of fewer rescalings loses a little less
            bits = replace(widest, values=max(values(network.descent.early) - 1, least))
            chain = self._chain(network, bits)
            if chain is not None:
                return network, chain
        return None

    def _values(self, networks: Sequence[Network], bits: Bits) -> int:
        """Return the bits of values that do for the deepest of these networks, were there room for any chain."""
        deepest = max(networks, key=lambda network: network.descent.primes)
        while (primes := bits.primes(deepest)) is not None:
            excess = self._measured(deepest, self._powers(primes, bits.values))
            if excess <= SHARE:
                break
            bits = replace(bits, values=bits.values + _more(excess))
        return bits.values

    def _chain(self, network: Network, bits: Bits) -> Chain | None:
        """Return a chain whose values have as few bits as they can do with, and no fewer than these."""
        tried = 0
        while tried < MOST_SETTLED and self._shortest(network, replace(bits, first=bits.least)) is not None:
            excess = self._excess(network, bits)
            if excess <= SHARE:
                chain, tried = self._shrunk(network, bits), tried + 1
                if chain is not None:
                    return chain
            bits = replace(bits, values=bits.values + _more(excess))
        return None

    def _shortest(self, network: Network, bits: Bits) -> list[int] | None:
        """Return the bits of the smallest data primes that will do, None if they are too many for this ring.

        The special prime is never below another, or rotations would drown the values they move.
        """
        primes = bits.even(network)
        if primes is None or sum(primes[:-1]) + max(primes[:-1]) > SECURITY_BITS[self.degree]:
            return None
        return primes[:-1]

    def _shrunk(self, network: Network, bits: Bits) -> Chain | None:
        """Return a chain with the smallest first prime, and then the smallest special prime, that still carries."""
        first = _fewest(
            lambda few: self._excess(network, replace(bits, first=few)) <= SHARE, least_bits(self.degree), MOST_BITS
        )
        data = self._shortest(network, replace(bits, first=first)) if first else None
        if data is None:
            return None
        special = _fewest(
            lambda few: self._measured(network, self._powers([*data, few], bits.values)) <= 1,
            max(data),
            min(MOST_BITS, SECURITY_BITS[self.degree] - sum(data)),
        )
        return None if special is None else self._settled(network, [*data, special], bits.values)

    def _settled(self, network: Network, primes: list[int], values: int) -> Chain | None:
        """Return the chain in real primes, None if there are not enough or they no longer carry."""
        try:
            *data, special = ntt_primes(self.degree, tuple(primes))
        except Infeasible:
            return None
        chain = Chain(self.degree, tuple(data), special, 2.0**values)
        return chain if self._measured(network, chain) <= 1 else None

    def _excess(self, network: Network, bits: Bits) -> float:
        primes = bits.primes(network)
        return math.inf if primes is None else self._measured(network, self._powers(primes, bits.values))

    def _powers(self, primes: list[int], values: int) -> Chain:
        *data, special = (1 << each for each in primes)
        return Chain(self.degree, tuple(data), special, 2.0**values)

    def _measured(self, network: Network, chain: Chain) -> float:
        """Return by what factor the deviation of a score exceeds the limits, infinite without headroom."""
        layers = scales(network, chain)
        if not headroom(network, chain, layers):
            return math.inf
        return max(self.limits.excess(deviation(network, chain, layers)), peak(network, chain, layers) / MOST_PEAK)


def _more(excess: float) -> int:
    """Return by how many bits values have to grow, at least: one more halves the noise at best."""
    return max(int(math.log2(excess / SHARE)), 1) if math.isfinite(excess) else 2


def _fewest(carries: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the smallest number from low to high that carries, None if the largest does not."""
    if high < low or not carries(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if carries(middle) else (middle + 1, high)
    return high
