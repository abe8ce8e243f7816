"""The noise of a score: variances from everything that adds some, brought to the score by its gain.

What encoding rounds away is counted apart: it makes other weights, the same for every row, and is no noise.

A polynomial whose coefficients have variance v, of which only those that repeat every n slots reach a score, has
variance n * v in a slot. Formulas of the coefficients are Costache's as in `noise`; key switching multiplies one digit
for each prime by an error and divides by the special prime, and Microsoft SEAL takes the digits from [0, q).
"""

import math
from dataclasses import dataclass
from itertools import accumulate

from sealdrop.planning import noise
from sealdrop.planning.rotation.chain import Chain, Network
from sealdrop.planning.rotation.inside import Gain

# A rounding error is multiplied by the secret, whose slots have exponential squares: a product that is not averaged
# over slots exceeds six deviations as often as a Gaussian 2.3 times as wide does.
TAIL = 2.3**2 - 1


def tail(share: float) -> float:
    """Return by how much a rounding variance counts for more when it is averaged over 1 / share slots."""
    return 1 + TAIL * share


@dataclass(frozen=True)
class Deviation:
    """Standard deviations of a score, in its own units: of its `noise`, and of what rounded `weights` make of it."""

    noise: float
    weights: float

    @property
    def total(self) -> float:
        """Deviation of both together."""
        return math.hypot(self.noise, self.weights)


@dataclass(frozen=True)
class CoefficientNoise:
    """Variances in a coefficient: of the `digits` of key switching at each level, and of what a prime rounds away."""

    degree: int
    digits: tuple[float, ...]
    rounded: float

    @classmethod
    def of(cls, chain: Chain) -> "CoefficientNoise":
        """Return what a chain's primes leave."""
        squares = accumulate((prime / chain.special) ** 2 for prime in chain.primes)
        digits = tuple(noise.ERROR_STD**2 * chain.degree / 3 * square for square in squares)
        return cls(chain.degree, digits, noise.ROUNDING_STD**2 * (1 + noise.TERNARY_VARIANCE * chain.degree))

    def slot_switch(self, level: int) -> float:
        """Return the deviation that key switching at a level leaves in the slot that has most of it, at scale 1."""
        return math.sqrt(3 * self.digits[level - 1]) * self.degree / math.pi

    @property
    def slot_rounding(self) -> float:
        """The deviation that dividing by a prime leaves in a slot, at scale 1."""
        return math.sqrt(self.rounded * self.degree)


class ScoreNoise:
    """The variances of a score, in its own units, while they are gathered."""

    def __init__(self, network: Network, chain: Chain) -> None:
        self.network, self.chain, self.rows = network, chain, network.rows
        self.noise, self.weights = 0.0, 0.0
        self.coefficients = CoefficientNoise.of(chain)

    def add_fresh(self, period: int, gain: Gain, scale: float) -> None:
        """Add the noise of encryption."""
        self.noise += noise.fresh_std() ** 2 * self._share(period, gain, scale)

    def add_encoding(self, period: int, gain: Gain, scale: float) -> None:
        """Add what encoding a vector rounds away: coefficients of real slots come in equal pairs, and so do errors."""
        self.weights += 2 * noise.ROUNDING_STD**2 * self._share(period, gain, scale)

    def add_rounding(self, period: int, gain: Gain, scale: float) -> None:
        """Add what dividing by a prime rounds away."""
        self.noise += self._rounding(period) * self._share(period, gain, scale)

    def add_switch(self, level: int, period: int, gain: Gain, scale: float, *, times: float = 1.0) -> None:
        """Add what key switching at a level adds, so many times.

        Digits are not centred: half of their energy, and more, stands in the few slots whose root is near one.
        """
        own = period * self.rows
        energy = own * (gain.norm**2 + own * gain.peak**2) / 2
        rounding = self._rounding(period) * own * gain.norm**2
        self.noise += times * (self.coefficients.digits[level - 1] * energy + rounding) / scale**2

    def _share(self, period: int, gain: Gain, scale: float) -> float:
        """Return what the variance of a coefficient is multiplied by, at this scale, on values with this gain."""
        return period * self.rows * gain.norm**2 / scale**2

    def _rounding(self, period: int) -> float:
        return self.coefficients.rounded * tail(2 * period * self.rows / self.chain.degree)
