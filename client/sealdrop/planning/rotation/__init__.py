"""Plans by rotation packing, for networks on one row or a few."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial

import numpy as np

from sealdrop.planning.nearest import told
from sealdrop.planning.precision import Privacy
from sealdrop.planning.rotation.arranging import Arranger
from sealdrop.planning.rotation.chain import Network
from sealdrop.planning.rotation.descent import MOST_EARLY, Descent, descents
from sealdrop.planning.rotation.duration import milliseconds
from sealdrop.planning.rotation.folded import fold
from sealdrop.planning.rotation.gains import LayerGains, gains
from sealdrop.planning.rotation.planned import planned
from sealdrop.planning.rotation.response import Limits
from sealdrop.planning.rotation.search import Search, rings
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.plan import Plan

__all__ = ["candidates"]

MOST_DOUBLINGS = 64  # of the error, until a network is given up

# by degree, arranged when they are first asked for: for one row and for many, each in its descents, the quickest first
_Networks = Mapping[int, Callable[[], list[list[Network]]]]


def candidates(circuit: Circuit, calibration: Array, error: float, privacy: Privacy, leeway: float) -> Iterator[Plan]:
    """Yield the rotation plans of the smallest degree that meets the error: for one row, and for all that fit with it.

    `calibration` are rows normalised to [-1, 1], shape (rows, features); `leeway` is by how much, summed over its
    columns, a row may leave that box. Raises Infeasible, with the nearest feasible wish, when there is none.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        folded, activations = fold(circuit, calibration)
        known, arranger = gains(folded, calibration, leeway), Arranger(folded, activations)
    if not math.isfinite(sum(one.reach + one.input.norm for one in known)):
        raise Infeasible("calibration rows bring this network to values beyond all bounds")
    ways = descents(folded, activations)
    degrees = rings(min(way.primes for way in ways)) if ways else []
    networks = {degree: cache(partial(_networks, folded, known, arranger, degree, ways)) for degree in degrees}
    plans = _plans(networks, error, privacy)
    if not plans:
        raise _refusal(networks, error, privacy)
    yield from plans


def _plans(networks: _Networks, error: float, privacy: Privacy) -> list[Plan]:
    """Return the plans of the smallest degree that meets the error."""
    for degree, arranged in networks.items():
        found = []
        for ways in arranged():
            chain = Search(degree, Limits.of(ways[0].layout, error, privacy)).first(ways)
            found += [planned(*chain, error, privacy)] if chain else []
        if found:
            return found
    return []


def _refusal(networks: _Networks, error: float, privacy: Privacy) -> Infeasible:
    """Return the refusal with the nearest error that can be met, looked for on the ways that lose least."""
    careful = {degree: cache(partial(_careful, arranged)) for degree, arranged in networks.items()}
    allowed = [error * 2.0**bits for bits in range(1, MOST_DOUBLINGS)]
    nearest = bisect_left(allowed, True, key=lambda more: bool(_plans(careful, more, privacy)))
    if nearest == len(allowed):
        return Infeasible(
            "by rotations, no ring has the slots and the levels that this network takes",
            remedy="Publish a narrower or shallower network, or fit its activations to a lower degree.",
        )
    return Infeasible(
        f"by rotations, no ring carries this network to an error of {error:.2g}",
        remedy=f"Allow an error of {told(allowed[nearest])}, publish with open responses, "
        "or fit activations of lower degree.",
    )


def _careful(arranged: Callable[[], list[list[Network]]]) -> list[list[Network]]:
    return [[way for way in ways if way.descent.early == MOST_EARLY] for ways in arranged()]


def _networks(
    circuit: Circuit, known: Sequence[LayerGains], arranger: Arranger, degree: int, ways: Sequence[Descent]
) -> list[list[Network]]:
    """Return the network for one row, and for as many rows as take no product more; none if it is too wide."""
    slots = degree // 2
    try:
        one, maps = arranger.arrange(slots, 1)
        free = slots // max(one.block * one.copies, *(map_.before for map_ in maps))
        more = [arranger.arrange(slots, free)] if free > 1 else []
    except Infeasible:
        return []
    found = [[Network(circuit, layout, maps, known, way) for way in ways] for layout, maps in [(one, maps), *more]]
    return [sorted(each, key=lambda network: milliseconds(network, degree, "open")) for each in found]
