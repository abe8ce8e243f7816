"""Plans by rotation packing, for networks on one row or a few."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from sealdrop.planning.precision import Privacy
from sealdrop.planning.rotation.arranging import Arranger
from sealdrop.planning.rotation.chain import Network, levels
from sealdrop.planning.rotation.folded import fold
from sealdrop.planning.rotation.gains import LayerGains, gains
from sealdrop.planning.rotation.planned import planned
from sealdrop.planning.rotation.response import wanted_deviation
from sealdrop.planning.rotation.search import Search, rings
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.plan import Plan

__all__ = ["candidates"]


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
    nearest, found = math.inf, False
    for degree in rings(levels(folded, activations)):
        try:
            networks = list(_networks(folded, known, arranger, degree // 2))
        except Infeasible:  # too wide for this ring
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
    raise _refusal(error, nearest)


def _refusal(error: float, nearest: float) -> Infeasible:
    if math.isinf(nearest):
        return Infeasible(
            "by rotations, no ring has the slots and the levels that this network takes",
            remedy="Publish a narrower or shallower network, or fit its activations to a lower degree.",
        )
    return Infeasible(
        f"by rotations, no ring carries this network to an error of {error:.2g}",
        remedy=f"Allow an error above {nearest:.2g}, publish with open responses, or fit activations of lower degree.",
    )


def _networks(circuit: Circuit, known: Sequence[LayerGains], arranger: Arranger, slots: int) -> Iterator[Network]:
    """Yield the network for one row, and for as many rows as take no product more."""
    one, maps = arranger.arrange(slots, 1)
    yield Network(circuit, one, maps, known)
    free = slots // max(one.block * one.copies, *(map_.before for map_ in maps))
    if free > 1:
        yield Network(circuit, *arranger.arrange(slots, free), known)
