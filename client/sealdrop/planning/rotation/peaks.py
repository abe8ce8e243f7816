"""Peaks: the noise of the single slot that has most of it, against the values that stand there.

Noise is brought to a score by derivatives, on an average over slots. Key switching does not spread it evenly: Microsoft
SEAL takes digits from [0, q), their mean stands in the slot whose root is nearest to one, and there the noise is larger
by a factor of about the square root of the degree. An activation of a slot that is off by as much as its values are is
no longer near its tangent, and what it makes of the noise is more than any derivative tells.
"""

import math
from collections.abc import Sequence

from sealdrop.planning.rotation.chain import Chain, LayerScales, Network
from sealdrop.planning.rotation.gains import LayerGains
from sealdrop.planning.rotation.inside import PolynomialGains
from sealdrop.planning.rotation.score_noise import ScoreNoise
from sealdrop_core.scales import CompletedScales, PolynomialScales

MOST_PEAK = 1 / 16  # of a layer's largest value, for one standard deviation of its worst slot


def peak(network: Network, chain: Chain, found: Sequence[LayerScales]) -> float:
    """Return the largest deviation of one slot before an activation, in units of the layer's largest value.

    `found` are the scales of the network in this chain.
    """
    noise = ScoreNoise(network, chain)
    worst, entering, reach = 0.0, 0.0, 1.0
    for index, (layer, gains) in enumerate(zip(found, network.gains, strict=True)):
        if layer.inside is None or gains.polynomial is None:
            break
        through = gains.weight * reach / gains.reach
        value = math.hypot(entering * through, _map_peak(noise, index, layer, gains))
        worst = max(worst, value)
        reach = gains.polynomial.reach
        tangent = gains.polynomial.steepest * gains.reach / reach
        entering = math.hypot(value * tangent, _activation_peak(noise, layer.inside, gains.reach, gains.polynomial))
    return worst


def _map_peak(noise: ScoreNoise, index: int, layer: LayerScales, gains: LayerGains) -> float:
    """Return what one affine map adds: every rotation and a rescaling."""
    map_, early = noise.network.maps[index], len(noise.network.early_folds(index))
    product = layer.values * noise.chain.primes[layer.input_level - 1]
    before, after = noise.slot_switch(layer.input_level), noise.slot_switch(layer.level)
    babies = math.sqrt(map_.babies) * before / layer.input * gains.weight
    whole = math.sqrt(map_.giants + early) * before / product
    folds = math.sqrt(len(map_.folds) - early) * after / layer.values
    return math.hypot(babies, whole, folds, noise.slot_rounding / layer.values) / gains.reach


def _activation_peak(
    noise: ScoreNoise, inside: CompletedScales | PolynomialScales, z: float, gains: PolynomialGains
) -> float:
    """Return what the relinearizations of an activation add to its result; `z` is the largest value before it."""
    last = noise.slot_switch(inside.after + 1) / (inside.target * noise.chain.primes[inside.after])
    if isinstance(inside, CompletedScales):
        square = noise.slot_switch(inside.level) / inside.scale**2
        product = inside.square * (inside.scale if inside.degree == 3 else 1.0)
        last = math.hypot(square * z, noise.slot_switch(inside.square_level) / product)
    return math.hypot(last, noise.slot_rounding / inside.target) / gains.reach
