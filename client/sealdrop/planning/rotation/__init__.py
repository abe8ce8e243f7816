"""Plans by rotation packing, for networks on one row or a few."""

import math
from collections.abc import Iterator, Sequence

from sealdrop.planning.precision import Privacy
from sealdrop.planning.rotation.arranging import Arranger
from sealdrop.planning.rotation.chain import Network
from sealdrop.planning.rotation.folded import fold
from sealdrop.planning.rotation.gains import LayerGains, gains
from sealdrop.planning.rotation.planned import planned
from sealdrop.planning.rotation.response import wanted_deviation
from sealdrop.planning.rotation.search import DEGREES, Search
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.plan import Plan

__all__ = ["candidates"]


def candidates(circuit: Circuit, calibration: Array, error: float, privacy: Privacy, leeway: float) -> Iterator[Plan]:
    """Yield the rotation plans of the smallest degree that meets the error: for one row, and for all that fit with it.

    `calibration` are rows normalised to [-1, 1], shape (rows, features); `leeway` is by how much, summed over its
    columns, a row may leave that box. Raises Infeasible, with the nearest feasible wish, when there is none.
    """
    folded, activations = fold(circuit, calibration)
    known, arranger = gains(folded, calibration, leeway), Arranger(folded, activations)
    nearest, found, reason = math.inf, False, ""
    for degree in DEGREES:
        try:
            networks = list(_networks(folded, known, arranger, degree // 2))
        except Infeasible as refusal:
            reason = refusal.message
            continue
        for network in networks:
            search = Search(degree, wanted_deviation(network.layout, error, privacy))
            carried = search.smallest(network)
            nearest = min(nearest, search.nearest / search.wanted * error)
            if carried is not None:
                found = True
                yield planned(*carried, error, privacy)
        if found:
            return
    raise Infeasible(
        reason if nearest == math.inf else f"no ring carries this network to an error of {error:.2g} by rotations",
        remedy=f"Allow an error above {nearest:.2g}, publish with open responses, or fit activations of lower degree.",
    )


def _networks(circuit: Circuit, known: Sequence[LayerGains], arranger: Arranger, slots: int) -> Iterator[Network]:
    """Yield the network for one row, and for as many rows as take no product more."""
    one, maps = arranger.arrange(slots, 1)
    yield Network(circuit, one, maps, known)
    free = slots // max(one.block * one.copies, *(map_.before for map_ in maps))
    if free > 1:
        yield Network(circuit, *arranger.arrange(slots, free), known)
