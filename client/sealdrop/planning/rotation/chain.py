"""The chain of primes, and the fixed-point scales along it: where in the modulus every layer of a network stands."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sealdrop.planning.precision import ENCODER_BITS, HEADROOM_BITS
from sealdrop.planning.rotation.gains import LayerGains
from sealdrop_core.circuit import Circuit
from sealdrop_core.packing.rotation import Diagonals
from sealdrop_core.plan import RotationLayout
from sealdrop_core.scales import PolynomialScales

SAFETY = 2.0  # a row inside the calibrated range may bring twice the largest score of the calibration rows


@dataclass(frozen=True)
class Network:
    """A folded circuit arranged in slots, and what noise in it does to the scores.

    The last map may be `rescaled` too: that takes one more prime and lets its weights have as many bits as they need.
    """

    circuit: Circuit
    layout: RotationLayout
    maps: Sequence[Diagonals]
    gains: Sequence[LayerGains]
    rescaled: bool = False

    @property
    def rows(self) -> int:
        """Rows that share the slots."""
        return self.layout.rows_per_block

    @property
    def levels(self) -> int:
        """Primes it takes: one for the result, one for each rescaling."""
        return 1 + self.rescaled + sum(1 + self.depth(index) for index in range(len(self.maps) - 1))

    def depth(self, index: int) -> int:
        """Levels that an activation takes."""
        if self.layout.layers[index].activation == "square":
            return 1
        return 2 if self.circuit.polynomials[index].degree <= 3 else 3


@dataclass(frozen=True)
class Chain:
    """Ring degree, data primes and special prime; powers of two while they are searched for."""

    degree: int
    primes: tuple[int, ...]
    special: int

    @property
    def unit(self) -> float:
        """The scale of a value whose largest is one: as large as the primes that products are divided by."""
        return 2.0 ** round(math.log2(self.primes[-1]))


@dataclass(frozen=True)
class LayerScales:
    """Level and scale of a layer's input, the scale of its values, and of what its activation makes of them."""

    level: int
    input: float
    values: float
    inside: PolynomialScales | None  # of an activation that is no square
    result: float


def scales(network: Network, chain: Chain) -> list[LayerScales]:
    """Return the scales of every layer: the largest values of each fill the same bits."""
    level, scale = len(chain.primes), chain.unit
    found = []
    for index, gains in enumerate(network.gains):
        if gains.polynomial is None:
            top = output_scale(network, chain)
            found.append(LayerScales(level, scale, top, None, top))
            break
        values = chain.unit / gains.reach
        inside, result = None, values**2 / chain.primes[level - 2]
        if network.layout.layers[index].activation == "polynomial":
            degree, result = network.circuit.polynomials[index].degree, chain.unit / gains.polynomial.reach
            inside = PolynomialScales(degree, level - 1, values, result, chain.primes)
        found.append(LayerScales(level, scale, values, inside, result))
        level, scale = level - 1 - network.depth(index), result
    return found


def output_scale(network: Network, chain: Chain) -> float:
    """Return the largest scale at which the scores stay below the first prime, whatever row comes, and so the bias."""
    bias = max(float(abs(network.circuit.affines[-1].bias).max()), 0.5)
    score = max(SAFETY * network.gains[-1].reach, 0.5)
    return float(chain.primes[0] / max(2.0**ENCODER_BITS * bias, 2.0**HEADROOM_BITS * score))


def headroom(network: Network, chain: Chain) -> bool:
    """Whether the values of every layer, and all scales, stand below the modulus of their level."""
    for gains, layer in zip(network.gains, scales(network, chain), strict=True):
        if gains.polynomial is None:
            return layer.input < layer.values
        standing = [(layer.level - 1, layer.values, gains.reach)]
        if layer.inside is None:
            standing.append((layer.level - 2, layer.result, gains.polynomial.reach))
        else:
            low = layer.inside.low
            standing.append((low.level - 1, layer.result, gains.polynomial.reach))
            standing += [(low.level, max(low.linear, low.quadratic), 0.0), (low.source, low.cubic, 0.0)]
        if any(scale * max(reach * SAFETY, 1.0) * 4 > _modulus(chain, level) for level, scale, reach in standing):
            return False
    return True


def _modulus(chain: Chain, level: int) -> int:
    return math.prod(chain.primes[:level])
