"""Noise of a network across slots: variances from everything that adds some, brought to a score by its gain.

What encoding rounds away is counted apart: it makes other weights, the same for every row, and is no noise.

A polynomial whose coefficients have variance v, of which only those that repeat every n slots reach a score, has
variance n * v in a slot. Formulas of the coefficients are Costache's as in `noise`; key switching multiplies one digit
for each prime by an error and divides by the special prime, and Microsoft SEAL takes the digits from [0, q).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sealdrop.planning import noise
from sealdrop.planning.rotation.chain import Chain, LayerScales, Network
from sealdrop.planning.rotation.gains import LayerGains
from sealdrop.planning.rotation.inside import Gain, PolynomialGains
from sealdrop_core.packing.rotation import Diagonals
from sealdrop_core.scales import CompletedScales, PolynomialScales

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


class ScoreNoise:
    """The variances of a score, in its own units, while they are gathered."""

    def __init__(self, network: Network, chain: Chain) -> None:
        self.network, self.chain, self.rows = network, chain, network.rows
        self.noise, self.weights = 0.0, 0.0
        squares = accumulate((prime / chain.special) ** 2 for prime in chain.primes)
        self._digits = [noise.ERROR_STD**2 * chain.degree / 3 * square for square in squares]
        self._rounded = noise.ROUNDING_STD**2 * (1 + noise.TERNARY_VARIANCE * chain.degree)

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
        self.noise += times * (self._digits[level - 1] * energy + rounding) / scale**2

    def _share(self, period: int, gain: Gain, scale: float) -> float:
        """Return what the variance of a coefficient is multiplied by, at this scale, on values with this gain."""
        return period * self.rows * gain.norm**2 / scale**2

    def _rounding(self, period: int) -> float:
        return self._rounded * tail(2 * period * self.rows / self.chain.degree)


def deviation(network: Network, chain: Chain, found: Sequence[LayerScales]) -> Deviation:
    """Return what evaluation leaves in a score; `found` are the scales of the network in this chain."""
    total = ScoreNoise(network, chain)
    later = _later_periods(network.maps)
    total.add_fresh(later[0], network.gains[0].input, found[0].input)
    for index, (layer, gains) in enumerate(zip(found, network.gains, strict=True)):
        _add_map(total, index, layer, gains, later[index + 1])
        if layer.inside is None or gains.polynomial is None:
            continue
        if isinstance(layer.inside, CompletedScales):
            _add_completed(total, layer.inside, gains.polynomial, later[index + 1])
        else:
            _add_polynomial(total, index, layer.inside, gains.polynomial, later[index + 1])
    return Deviation(math.sqrt(total.noise), math.sqrt(total.weights))


def weight_bits(network: Network, allowed: float) -> tuple[int, ...]:
    """Return the bits of each map's weights, so few that together they leave a score the allowed deviation.

    They are those of a weight that brings the largest input to the largest value.
    """
    found, own = [], 1.0
    for map_, gains in zip(network.maps, network.gains, strict=True):
        encoded = 2 * noise.ROUNDING_STD**2 * map_.before * network.rows * len(network.maps)
        lost = math.sqrt(encoded) * gains.values.norm * gains.input_norm * gains.reach / own
        found.append(max(math.ceil(math.log2(max(lost / allowed, 1.0))), 1))
        own = gains.polynomial.reach if gains.polynomial else 1.0
    return tuple(found)


def _later_periods(maps: Sequence[Diagonals]) -> list[int]:
    """Return, for each map and after the last, the largest period that is still to come."""
    found = [maps[-1].after]
    for one in reversed(maps):
        found.append(max(found[-1], one.before))
    return found[::-1]


def _add_map(total: ScoreNoise, index: int, layer: LayerScales, gains: LayerGains, later: int) -> None:
    """Add the noise of an affine map."""
    map_, early = total.network.maps[index], total.network.early_folds(index)
    rescaled = layer.level < layer.input_level
    product = layer.values * (total.chain.primes[layer.input_level - 1] if rescaled else 1)
    total.add_encoding(map_.before, gains.values, product / layer.input / gains.input_norm)
    before = max(map_.before, later)
    if map_.babies:
        total.add_switch(layer.input_level, before, gains.input, layer.input, times=map_.babies / 2)
    if map_.giants:
        total.add_switch(layer.input_level, before, _summed(gains, map_, map_.before), product, times=map_.giants)
    if rescaled:
        apart = map_.before >> len(early)
        total.add_rounding(max(apart, later), _summed(gains, map_, apart), layer.values)
    for step in map_.folds:
        level, scale = (layer.input_level, product) if step in early else (layer.level, layer.values)
        total.add_switch(level, max(step, later), _summed(gains, map_, step), scale)


def _summed(gains: LayerGains, map_: Diagonals, apart: int) -> Gain:
    """Return the gain of slots so far apart before they are added up: independent terms of one sum."""
    return Gain(gains.values.norm * (apart // map_.after) ** 0.5, gains.values.peak)


def _add_completed(total: ScoreNoise, inside: CompletedScales, gains: PolynomialGains, later: int) -> None:
    """Add the noise of a bare square or cube."""
    square = gains.result if inside.degree == 2 else gains.square
    total.add_switch(inside.level, later, square, inside.scale**2)
    if inside.square_level < inside.level:
        total.add_rounding(later, square, inside.square)
    if inside.degree == 2:
        return
    total.add_encoding(later, gains.coefficients[1], inside.square)
    total.add_switch(inside.square_level, later, gains.result, inside.square * inside.scale)
    if inside.after < inside.square_level:
        total.add_rounding(later, gains.result, inside.target)


def _add_polynomial(
    total: ScoreNoise, index: int, inside: PolynomialScales, gains: PolynomialGains, later: int
) -> None:
    """Add the noise of a polynomial by Paterson and Stockmeyer."""
    level, low = inside.level, inside.low
    _add_reduction(total, level, later, gains.square, inside.square)
    _add_reduction(total, low.level, later, gains.result, inside.target)
    halves = [(low, gains.leading, 0)]
    if inside.degree > 3:
        _add_reduction(total, level - 1, later, gains.fourth, inside.fourth)
        _add_reduction(total, level - 1, later, gains.upper, inside.quotient)
        halves.append((inside.high, gains.upper_leading, 4))
    for half, leading, power in halves:
        total.add_rounding(later, leading, half.leading)
        for plain, scale in enumerate((half.linear, half.quadratic, half.cubic), start=power + 1):
            if plain < len(gains.coefficients):
                period = total.network.maps[index].after
                total.add_encoding(period, gains.coefficients[plain], scale)


def _add_reduction(total: ScoreNoise, level: int, later: int, gain: Gain, scale: float) -> None:
    """Add the noise of relinearizing a product at a level and rescaling it to `scale`."""
    total.add_switch(level, later, gain, scale * total.chain.primes[level - 1])
    total.add_rounding(later, gain, scale)
