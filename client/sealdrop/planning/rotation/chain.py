"""The chain of primes, and the fixed-point scales along it: where in the modulus every layer of a network stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import mul

from sealdrop.planning.precision import ENCODER_BITS, HEADROOM_BITS
from sealdrop.planning.rotation.gains import LayerGains
from sealdrop_core.circuit import Circuit
from sealdrop_core.layouts import Activation, RotationLayout
from sealdrop_core.packing.rotation import Diagonals
from sealdrop_core.scales import PolynomialScales

SAFETY = 2.0  # a row inside the calibrated range may bring twice the largest score of the calibration rows


def depths(circuit: Circuit, activations: Sequence[Activation]) -> tuple[int, ...]:
    """Return the levels that each polynomial takes."""
    degrees = [polynomial.degree for polynomial in circuit.polynomials]
    own = zip(activations, degrees, strict=False)
    return tuple(1 if activation == "square" else 2 if degree <= 3 else 3 for activation, degree in own)


def levels(depths: Sequence[int]) -> int:
    """Return the primes it takes: one for the result, one for each rescaling."""
    return 1 + len(depths) + sum(depths)


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

    @cached_property
    def degrees(self) -> tuple[int, ...]:
        """Degrees of the polynomials."""
        return tuple(polynomial.degree for polynomial in self.circuit.polynomials)

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """Levels that each activation takes."""
        return depths(self.circuit, [layer.activation for layer in self.layout.layers])


@dataclass(frozen=True)
class Bits:
    """Bits of a chain's primes: the first and the special one, and those that products are divided by.

    `values` are also those of a value whose largest is one.
    """

    values: int
    weights: int
    first: int
    special: int

    def primes(self, network: Network) -> list[int]:
        """Return the bits of all primes, in the order of the parameters.

        A product with weights is divided by as many as they have, one of values by as many as a value has.
        """
        divisors = [self.weights] * network.rescaled
        for index in reversed(range(len(network.maps) - 1)):
            divisors += [*[self.values] * network.depths[index], self.weights]
        return [self.first, *divisors, self.special]


@dataclass(frozen=True)
class Chain:
    """Ring degree, data primes and special prime, powers of two while they are searched for.

    `unit` is the scale of a value whose largest is one.
    """

    degree: int
    primes: tuple[int, ...]
    special: int
    unit: float


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
            result = chain.unit / gains.polynomial.reach
            inside = PolynomialScales(network.degrees[index], level - 1, values, result, chain.primes)
        found.append(LayerScales(level, scale, values, inside, result))
        level, scale = level - 1 - network.depths[index], result
    return found


def output_scale(network: Network, chain: Chain) -> float:
    """Return the largest scale at which the scores stay below the first prime, whatever row comes, and so the bias."""
    bias, score = max(network.gains[-1].bias, 0.5), max(SAFETY * network.gains[-1].reach, 0.5)
    return float(chain.primes[0] / max(2.0**ENCODER_BITS * bias, 2.0**HEADROOM_BITS * score))


def headroom(network: Network, chain: Chain, found: Sequence[LayerScales]) -> bool:
    """Whether all values on the way, and all that is encoded, stand below the modulus of their level.

    `found` are the scales of the network in this chain.
    """
    moduli = [*accumulate(chain.primes, mul)]
    return all(
        4 * scale * max(size, 1.0) <= moduli[level - 1]
        for gains, layer in zip(network.gains, found, strict=True)
        for level, scale, size in _standing(gains, layer, chain)
    )


def _standing(gains: LayerGains, layer: LayerScales, chain: Chain) -> Iterator[tuple[int, float, float]]:
    """Yield level, scale and size of what stands in the modulus at a layer."""
    prime = chain.primes[layer.level - 1] if layer.level > 1 else 1
    yield layer.level, layer.values * prime / layer.input, gains.weight
    if gains.polynomial is None:
        return  # the scores are as large as fits
    reach, sizes = SAFETY * gains.polynomial.reach, gains.polynomial.sizes
    yield layer.level - 1, layer.values, max(SAFETY * gains.reach, gains.bias)
    if layer.inside is None:
        yield layer.level - 2, layer.result, reach
        return
    yield layer.level - 1 - layer.inside.depth, layer.result, max(reach, sizes[0])
    halves = [(layer.inside.low, 1)] if layer.inside.degree <= 3 else [(layer.inside.low, 1), (layer.inside.high, 5)]
    for half, power in halves:
        yield from zip(
            (half.level, half.level, half.source),
            (half.linear, half.quadratic, half.cubic),
            sizes[power:],
            strict=False,
        )
