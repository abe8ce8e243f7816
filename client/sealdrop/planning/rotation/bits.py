"""How many bits the primes of a chain have: each as many as have to be divided away, none more than it must."""

import math
from dataclasses import dataclass, replace

from sealdrop.planning.rotation.chain import Network

MOST_BITS = 60  # of one prime


@dataclass(frozen=True)
class Bits:
    """Bits of values and of each map's weights, of the first and of the special prime, and the most of all others.

    `values` are those of a value whose largest is one; `least` are those that any prime has at least.
    """

    values: int
    weights: tuple[int, ...]
    first: int
    special: int
    least: int
    most: int = MOST_BITS

    def primes(self, network: Network) -> list[int] | None:
        """Return the bits of all primes in the order of the parameters, None if it takes larger ones.

        A map brings as many bits as its weights have, and its prime divides them away, and whatever else is too many.
        A product of values brings theirs, and what its prime is too small for is left to the next one.
        """
        bits, divisors = float(self.values), list[float]()
        for index, depth in enumerate(network.descent.activations):
            divisors.append(bits + self.weights[index] - self.values)
            bits, inside = self._activated(network, index, depth)
            divisors += inside
        room, last = self.first - math.log2(network.room / network.gains[-1].reach), bits + self.weights[-1]
        if network.descent.last:
            divisors.append(last - room)
        elif last > room:
            return None
        needed = [max(math.ceil(divisor), self.least) for divisor in divisors]
        if max(self.first, *needed) > self.most:
            return None
        return [self.first, *reversed(needed), self.special]

    def even(self, network: Network) -> list[int] | None:
        """Return what `primes` does, all of them as small as will do; None if none will.

        Where the scores are a product that stands in the first prime, that one is as large as it must be.
        """
        low, high = max(self.first, self.least), MOST_BITS
        found = self._bounded(network, high)
        while found is not None and low < high:
            middle = (low + high) // 2
            smaller = self._bounded(network, middle)
            low, high, found = (middle + 1, high, found) if smaller is None else (low, middle, smaller)
        return found

    def _bounded(self, network: Network, most: int) -> list[int] | None:
        return replace(self, most=most, first=self.first if network.descent.last else most).primes(network)

    def _activated(self, network: Network, index: int, depth: int) -> tuple[float, list[float]]:
        """Return the bits of the largest value that an activation makes, and what it is divided by on the way."""
        gains, degree = network.gains[index], network.degrees[index]
        assert gains.polynomial is not None
        if network.layout.layers[index].activation == "polynomial":
            return float(self.values), [float(self.values)] * depth
        growth = math.log2(gains.polynomial.reach / gains.reach**degree)
        bits, divisors = float(self.values), list[float]()
        for step in range(degree - 1):
            left = degree - 1 - step
            bits += self.values + (growth if left == 1 else 0.0)
            if depth >= left:
                divisors.append(max(min(math.ceil(bits - self.values), self.most), self.least))
                bits -= divisors[-1]
        return bits, divisors
