"""Descent: which products of a network are rescaled, and so at how many primes everything is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from sealdrop_core.circuit import Circuit
from sealdrop_core.layouts import Activation

MOST_EARLY = 2  # folds: beyond, what encryption adds is more than what rescaling rounds away
# by the kind and the degree of an activation: the levels it may take
_DEPTHS = {
    ("square", 2): (1, 0),
    ("cube", 3): (2, 1),
    **{("polynomial", degree): (2,) if degree <= 3 else (3,) for degree in range(2, 8)},
}


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
    """Return all descents of a folded circuit with these activations, the fewest primes first."""
    kinds = zip(activations, (polynomial.degree for polynomial in circuit.polynomials), strict=False)
    depths = product(*(_DEPTHS[kind] for kind in kinds))
    found = [Descent(*way) for way in product(depths, (False, True), range(MOST_EARLY + 1))]
    return sorted(found, key=lambda one: one.primes)
