"""Descent: which products of a network are rescaled, and so at how many primes everything is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from sealdrop_core.circuit import Circuit
from sealdrop_core.layouts import Activation
from sealdrop_core.parameters import MOST_PRIMES
from sealdrop_core.scales import depth_of

MOST_EARLY = 2  # folds: beyond, what encryption adds is more than what rescaling rounds away
# the levels an activation takes, with every product rescaled, and with the first of them left for later
_LEVELS = {"square": (1, 0), "cube": (2, 1)}


@dataclass(frozen=True)
class Descent:
    """Levels that every activation takes, and whether the last map takes one; every other map does.

    A last map that takes one lets its weights have as many bits as they need. Of each map that takes one, so many of
    the folds as are `early` come before: then less is added of what rescaling rounds away, at one prime more.
    """

    activations: tuple[int, ...]
    last: bool
    early: int

    @property
    def primes(self) -> int:
        """Data primes it takes: one for the result, one for each level."""
        return 1 + len(self.activations) + sum(self.activations) + self.last


def descents(circuit: Circuit, activations: Sequence[Activation]) -> list[Descent]:
    """Return the descents that are tried of a folded circuit with these activations: none has too many primes.

    All activations but the last are rescaled alike: there would be too many ways, and others are seldom better.
    """
    kinds = list(zip(activations, (polynomial.degree for polynomial in circuit.polynomials), strict=False))
    ways = product((False, True), (False, True), (False, True), range(MOST_EARLY + 1))
    found = [
        Descent((*(_levels(*kind, late=late) for kind in kinds[:-1]), _levels(*kinds[-1], late=late_last)), last, early)
        for late, late_last, last, early in ways
    ]
    return [one for one in dict.fromkeys(found) if one.primes < MOST_PRIMES]  # there is a special one, too


def _levels(activation: Activation, degree: int, *, late: bool) -> int:
    if activation == "polynomial":
        return depth_of(degree)
    return _LEVELS[activation][late]
