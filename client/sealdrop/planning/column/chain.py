"""The chain of primes of a network: how many, and of how many bits, for every value to keep the scale it needs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sealdrop.planning.column import slot_noise
from sealdrop.planning.column.profile import Profile
from sealdrop.planning.precision import ENCODER_BITS
from sealdrop_core.errors import Infeasible, InvalidRequest
from sealdrop_core.parameters import SECURITY_BITS, Parameters, ntt_primes, smallest_prime
from sealdrop_core.schedule import Form, Layer, Scheduler, Stage

MOST_BITS, LEAST_BITS = 59, 24  # of a prime that values are rescaled by


@dataclass(frozen=True)
class Source:
    """A place where noise may enter: a value's form before and after, how far an error there grows, and its size."""

    raw: Form
    form: Form
    gain: float
    magnitude: float

    @property
    def relinearized(self) -> bool:
        """Whether a key switch adds noise."""
        return self.form.polynomials < self.raw.polynomials

    @property
    def rescaled(self) -> bool:
        """Whether a division by a prime adds noise."""
        return self.form.level < self.raw.level


def sources(stages: Sequence[Stage], profile: Profile, unit: float) -> Iterator[Source]:
    """Yield every sum and every power of the polynomial layers, then the outputs.

    No gain counts as less than `unit`, the last place of a weight.
    """
    for stage, gains, magnitudes in zip(stages, profile.gains, profile.magnitudes, strict=False):
        yield Source(stage.sum.raw, stage.sum.form, max(gains[1], unit), magnitudes[1])
        for power in stage.powers:
            gain = max(gains[power.exponent], unit)
            yield Source(power.raw, power.form, gain, magnitudes[power.exponent])
    yield Source(stages[-1].sum.raw, stages[-1].sum.form, 1.0, profile.output)


@lru_cache(maxsize=1 << 10)  # every degree and every share of the error asks again
def depth(shapes: tuple[Layer, ...], relinearize: bool) -> int:
    """Return how many levels a circuit needs before its last affine layer."""
    for levels in range(1, len(SECURITY_BITS) * 8):
        try:
            Scheduler([2.0**40] * levels, 2.0**40, 1.0, 1.0, relinearize).stages(shapes)
        except InvalidRequest:
            continue
        return levels
    raise Infeasible("this circuit is too deep")


@dataclass(frozen=True)
class Chain:
    """A chain that is laid so that each source of noise moves a score by a deviation of `each` at most.

    `last` is the deviation for the last rescaling, which may be larger: a private result is re-randomised before it.
    """

    shapes: tuple[Layer, ...]
    profile: Profile
    degree: int
    weight_bits: int
    relinearize: bool
    each: float
    last: float

    def lay(self) -> tuple[Parameters, Scheduler]:
        """Return the parameters of the fewest bits, and the scales.

        Raises Infeasible when the degree does not carry them.
        """
        least = LEAST_BITS * depth(self.shapes, self.relinearize)
        if least > SECURITY_BITS[self.degree]:
            raise Infeasible(f"{least} bits are too many for degree {self.degree}")
        inner = self._inner()
        total = self._stages([0.0, *inner])[-1].sum
        product = math.log2(max(one.scale for one in total.inputs)) + self.weight_bits
        output = math.log2(slot_noise.rounding(self.degree, total.form.polynomials) / self.last)
        final: list[float] = []
        whole = self._first(inner, product)
        if whole > MOST_BITS:  # else one prime holds the product, and the response drops low bits
            count = math.ceil((whole - MOST_BITS) / MOST_BITS)
            final = [float(min(max(math.ceil((product - output) / count), LEAST_BITS), MOST_BITS))] * count
        output = max(product - sum(final), output)
        sizes = [self._first([*final, *inner], output), *final, *inner]
        return self._settle(tuple(int(size) for size in sizes), output)

    @property
    def _input(self) -> float:
        return math.log2(
            slot_noise.fresh(self.degree) * max(self.profile.input_gain, 2.0**-self.weight_bits) / self.each
        )

    def _sources(self, stages: Sequence[Stage]) -> Iterator[Source]:
        return sources(stages, self.profile, 2.0**-self.weight_bits)

    def _stages(self, sizes: Sequence[float], output: float = 0.0) -> tuple[Stage, ...]:
        return self._scheduler([2.0**size for size in sizes], output).stages(self.shapes)

    def _scheduler(self, primes: Sequence[float], output: float) -> Scheduler:
        return Scheduler(primes, 2.0**self._input, 2.0**self.weight_bits, 2.0**output, self.relinearize)

    def _inner(self) -> list[float]:
        """Return the bits of the primes between the first and the last rescaling, the last that is used first."""
        bits = [40.0] * depth(self.shapes, self.relinearize)
        largest = max(map(self._wanted, self._sources(self._stages(bits))))
        for level in range(len(bits), 1, -1):
            found = [one for one in self._sources(self._stages(bits)) if one.rescaled and one.raw.level == level]
            # no less than what lets a product of two such values be rescaled by the smallest prime
            left = min(math.log2(one.raw.scale) - max(self._wanted(one), (LEAST_BITS + largest) / 2) for one in found)
            bits[level - 1] = float(min(max(math.floor(left), LEAST_BITS), MOST_BITS))
        return bits[1:]

    def _wanted(self, source: Source) -> float:
        """Return log2 of the scale at which rounding after a rescaling moves a score no further than it may."""
        return math.log2(slot_noise.rounding(self.degree) * source.gain / self.each)

    def _first(self, others: Sequence[float], output: float) -> float:
        """Return the bits of the first prime, so many that nothing wraps around at any level."""
        needed = float(LEAST_BITS)
        for source in self._sources(self._stages([0.0, *others], output)):
            for form in (source.raw, source.form) if source.rescaled else (source.form,):
                size = math.log2(form.scale * max(source.magnitude, 0.5)) + ENCODER_BITS
                needed = max(needed, size - sum(others[: form.level - 1]))
        return math.ceil(needed)

    def _settle(self, sizes: tuple[int, ...], output: float) -> tuple[Parameters, Scheduler]:
        total = sum(sizes)
        if max(sizes) <= MOST_BITS + 1 and total <= SECURITY_BITS[self.degree]:
            primes = ntt_primes(self.degree, sizes)
            special = () if len(sizes) == 1 else (self._special(primes, output),)
            total = math.ceil(sum(map(math.log2, primes + special)))
            if total <= SECURITY_BITS[self.degree]:
                modulus = primes + special
                parameters = Parameters(scheme="ckks", poly_modulus_degree=self.degree, coeff_modulus=modulus)
                # laid with powers of two: the primes are a little smaller, and so is what is divided by them
                return parameters, self._scheduler(primes, output)
        raise Infeasible(f"{total} bits are too many for degree {self.degree}")

    def _special(self, primes: tuple[int, ...], output: float) -> int:
        """Return a special prime: large enough for key switching, or where there is none, the smallest there is."""
        needed = 2 * self.degree
        for source in self._sources(self._scheduler(primes, output).stages(self.shapes)):
            if source.relinearized:
                switched = slot_noise.key_switch(self.degree, primes[: source.raw.level], 1)
                needed = max(needed, math.ceil(switched * source.gain / source.raw.scale / self.each))
        return smallest_prime(self.degree, needed, primes)
