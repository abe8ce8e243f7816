"""Peaks: the noise of the single slot that has most of it, against the values that stand there.

Noise is brought to a score by derivatives, on an average over slots. Key switching does not spread it evenly: Microsoft
SEAL takes digits from [0, q), their mean stands in the slot whose root is nearest to one, and there the noise is larger
by a factor of about the square root of the degree. An activation of a slot that is off by as much as its values are is
no longer near its tangent, and what it makes of the noise is more than any derivative tells.
"""

import math
from collections.abc import Sequence

from sealdrop.planning.rotation.chain import Chain, LayerScales, Network
from sealdrop.planning.rotation.score_noise import CoefficientNoise
from sealdrop_core.packing.rotation import Diagonals
from sealdrop_core.scales import CompletedScales, PolynomialScales

MOST_PEAK = 1 / 16  # of a layer's largest value, for one standard deviation of its worst slot


def peak(network: Network, chain: Chain, found: Sequence[LayerScales]) -> float:
    """Return the largest deviation of one slot before an activation, in units of the layer's largest value.

    `found` are the scales of the network in this chain.
    """
    noise = CoefficientNoise.of(chain)
    worst, entering, reach = 0.0, 0.0, 1.0
    for index, (layer, gains) in enumerate(zip(found, network.gains, strict=True)):
        if layer.inside is None or gains.polynomial is None:
            break
        through, early = gains.weight * reach / gains.reach, len(network.early_folds(index))
        added = _map_peak(noise, network.maps[index], early, layer, gains.weight) / gains.reach
        value = math.hypot(entering * through, added)
        worst = max(worst, value)
        reach = gains.polynomial.reach
        tangent = gains.polynomial.steepest * gains.reach / reach
        entering = math.hypot(value * tangent, _activation_peak(noise, layer.inside, gains.reach) / reach)
    return worst


def _map_peak(noise: CoefficientNoise, map_: Diagonals, early: int, layer: LayerScales, weight: float) -> float:
    """Return what one affine map adds to its values: every rotation and a rescaling."""
    before, after = noise.slot_switch(layer.input_level), noise.slot_switch(layer.level)
    babies = math.sqrt(map_.babies) * before / layer.input * weight
    whole = math.sqrt(map_.giants + early) * before / layer.product
    folds = math.sqrt(len(map_.folds) - early) * after / layer.values
    return math.hypot(babies, whole, folds, noise.slot_rounding / layer.values)


def _activation_peak(noise: CoefficientNoise, inside: CompletedScales | PolynomialScales, z: float) -> float:
    """Return what the relinearizations of an activation add to its result; `z` is the largest value before it."""
    rounded = noise.slot_rounding / inside.target
    if isinstance(inside, PolynomialScales):
        last = inside.target * inside.primes[inside.after]
        return math.hypot(noise.slot_switch(inside.after + 1) / last, rounded)
    square = noise.slot_switch(inside.level) / inside.scale**2
    if inside.degree == 2:
        return math.hypot(square, rounded)
    return math.hypot(square * z, noise.slot_switch(inside.square_level) / inside.product, rounded)
