"""The deviation of a network's scores: what every map and every activation on the way adds."""

import math
from collections.abc import Sequence

from sealdrop.planning import noise
from sealdrop.planning.rotation.chain import Chain, LayerScales, Network
from sealdrop.planning.rotation.gains import LayerGains
from sealdrop.planning.rotation.inside import Gain, PolynomialGains
from sealdrop.planning.rotation.score_noise import Deviation, ScoreNoise
from sealdrop_core.packing.rotation import Diagonals
from sealdrop_core.scales import CompletedScales, PolynomialScales

LEAST_WEIGHT = 8.0  # units in the last place of a coefficient, for the largest weight


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

    They are those of a weight that brings the largest input to the largest value. The largest weight never rounds away.
    """
    found, own = [], 1.0
    for map_, gains in zip(network.maps, network.gains, strict=True):
        encoded = 2 * noise.ROUNDING_STD**2 * map_.before * network.rows * len(network.maps)
        lost = math.sqrt(encoded) * gains.values.norm * gains.input_norm * gains.reach / own
        kept = LEAST_WEIGHT * math.sqrt(map_.before * network.rows) * gains.reach / own / (gains.weight or math.inf)
        found.append(max(math.ceil(math.log2(max(lost / allowed, kept, 1.0))), 1))
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
    total.add_encoding(map_.before, gains.values, layer.product / layer.input / gains.input_norm)
    before = max(map_.before, later)
    if map_.babies:
        total.add_switch(layer.input_level, before, gains.input, layer.input, times=map_.babies / 2)
    if map_.giants:
        total.add_switch(layer.input_level, before, _summed(gains, map_, map_.before), layer.product, times=map_.giants)
    if layer.rescaled:
        apart = map_.before >> len(early)
        total.add_rounding(max(apart, later), _summed(gains, map_, apart), layer.values)
    for step in map_.folds:
        level, scale = (layer.input_level, layer.product) if step in early else (layer.level, layer.values)
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
    total.add_switch(inside.square_level, later, gains.result, inside.product)
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
