"""The chain of primes, and the fixed-point scales along it: where in the modulus every layer of a network stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import mul

from sealdrop.planning.precision import ENCODER_BITS, HEADROOM_BITS
from sealdrop.planning.rotation.descent import Descent
from sealdrop.planning.rotation.gains import LayerGains
from sealdrop_core.circuit import Circuit
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.packing.rotation import Diagonals
from sealdrop_core.scales import CompletedScales, PolynomialScales

SAFETY = 2.0  # a row inside the calibrated range may bring twice the largest score of the calibration rows


@dataclass(frozen=True)
class Network:
    """A folded circuit arranged in slots, the levels it takes, and what noise in it does to the scores."""

    circuit: Circuit
    layout: RotationLayout
    maps: Sequence[Diagonals]
    gains: Sequence[LayerGains]
    descent: Descent

    @property
    def rows(self) -> int:
        """Rows that share the slots."""
        return self.layout.rows_per_block

    @cached_property
    def degrees(self) -> tuple[int, ...]:
        """Degrees of the polynomials."""
        return tuple(polynomial.degree for polynomial in self.circuit.polynomials)

    def early_folds(self, index: int) -> tuple[int, ...]:
        """Return the folds of a map that come before it is rescaled."""
        rescaled = self.descent.last or index < len(self.maps) - 1
        return self.maps[index].folds[: self.descent.early * rescaled]

    @cached_property
    def room(self) -> float:
        """By how much the first prime must exceed the scale of the scores: no row, and no bias, may leave it."""
        bias, score = max(self.gains[-1].bias, 0.5), max(SAFETY * self.gains[-1].reach, 0.5)
        return float(max(2.0**ENCODER_BITS * bias, 2.0**HEADROOM_BITS * score))


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
    """Level and scale of a layer's input, of its products with weights at that level, and of its values.

    `inside` is what happens in the activation after it.
    """

    input_level: int
    input: float
    product: float
    level: int
    values: float
    inside: CompletedScales | PolynomialScales | None

    @property
    def rescaled(self) -> bool:
        """Whether the products are divided by a prime."""
        return self.level < self.input_level


def scales(network: Network, chain: Chain) -> list[LayerScales]:
    """Return the scales of every layer: the largest values of each map but the last fill the same bits."""
    level, scale = len(chain.primes), chain.unit
    found = []
    for index, depth in enumerate(network.descent.activations):
        gains = network.gains[index]
        assert gains.polynomial is not None
        values, degree = chain.unit / gains.reach, network.degrees[index]
        inside: CompletedScales | PolynomialScales
        if network.layout.layers[index].activation == "polynomial":
            inside = PolynomialScales(degree, level - 1, values, chain.unit / gains.polynomial.reach, chain.primes)
        else:
            inside = CompletedScales(degree, level - 1, values, depth, chain.primes)
        found.append(LayerScales(level, scale, values * chain.primes[level - 1], level - 1, values, inside))
        level, scale = inside.after, inside.target
    top = chain.primes[0] / network.room
    product = top * chain.primes[level - 1] if network.descent.last else top
    return [*found, LayerScales(level, scale, product, level - network.descent.last, top, None)]


def headroom(network: Network, chain: Chain, found: Sequence[LayerScales]) -> bool:
    """Whether all values on the way, and all that is encoded, stand below the modulus of their level.

    `found` are the scales of the network in this chain.
    """
    moduli = [*accumulate(chain.primes, mul)]
    return all(
        4 * scale * max(size, 1.0) <= moduli[level - 1]
        for gains, layer in zip(network.gains, found, strict=True)
        for level, scale, size in _standing(gains, layer)
    )


def _standing(gains: LayerGains, layer: LayerScales) -> Iterator[tuple[int, float, float]]:
    """Yield level, scale and size of what stands in the modulus at a layer."""
    yield layer.input_level, layer.product / layer.input, gains.weight
    if gains.polynomial is None or layer.inside is None:
        return  # the scores are as large as fits
    inside, reach, sizes = layer.inside, SAFETY * gains.polynomial.reach, gains.polynomial.sizes
    yield layer.level, layer.values, max(SAFETY * gains.reach, gains.bias)
    if isinstance(inside, CompletedScales):
        yield layer.level, layer.values**2, (SAFETY * gains.reach) ** 2
        if inside.degree == 3:
            yield inside.square_level, inside.square, max((SAFETY * gains.reach) ** 2, sizes[1])
            yield inside.square_level, inside.product, reach
        yield inside.after, inside.target, reach
        return
    yield inside.after, inside.target, max(reach, sizes[0])
    halves = [(inside.low, 1)] if inside.degree <= 3 else [(inside.low, 1), (inside.high, 5)]
    for half, power in halves:
        yield from zip(
            (half.level, half.level, half.source),
            (half.linear, half.quadratic, half.cubic),
            sizes[power:],
            strict=False,
        )
