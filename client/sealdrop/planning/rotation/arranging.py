"""Arrange a circuit in slots: for every affine map in order or placed, whichever takes fewer rotations."""

import math
from collections.abc import Sequence

from sealdrop_core.circuit import Affine, Circuit, SparseAffine
from sealdrop_core.errors import Infeasible
from sealdrop_core.layouts import Activation, RotationLayer, RotationLayout
from sealdrop_core.packing.placement import most_weights, placed
from sealdrop_core.packing.rotation import (
    Diagonals,
    Wire,
    block_of,
    dense,
    features_at,
    ordered,
    power_of_two,
    repeated,
)

MAX_PLACED = 256  # diagonals: with more, a map is not sparse
ROTATION = 12  # products that take as long as one rotation


class Arranger:
    """A circuit's layouts for rings of any size; what was tried for one is remembered for the others."""

    def __init__(self, circuit: Circuit, activations: Sequence[Activation]) -> None:
        self.circuit, self.activations = circuit, activations
        self._input = ordered(circuit.features)
        self._tried: dict[tuple[int, int, int], Diagonals | None] = {}

    def arrange(self, slots: int, rows: int) -> tuple[RotationLayout, list[Diagonals]]:
        """Return the layout for `rows` rows that share `slots` slots, levels and scales still open, and the maps in it.

        Raises Infeasible when a layer is wider than the slots of a row.
        """
        own, wire = slots // rows, self._input
        widest = max(wire.period, *(power_of_two(affine.outputs) for affine in self.circuit.affines))
        if widest > own:
            raise Infeasible(f"a layer of width {widest} does not fit {own} slots")
        after = power_of_two(self.circuit.affines[0].outputs)
        filling = (wire.period, *block_of(wire.period, after, own))
        maps, layers = [], []
        for index, affine in enumerate(self.circuit.affines):
            if index:
                in_order = repeated(affine, wire)
            else:
                in_order = dense(affine, wire, features_at(*filling), after, filling[-1])
            map_ = self._cheapest(index, wire, in_order, own)
            if not index and map_ is not in_order:
                filling = (wire.period, wire.period, 1, 0)
            wire = map_.out
            maps.append(map_)
            layers.append(self._layer(index, wire.period, placed=map_ is not in_order))
        period, block, copies, shift = filling
        layout = RotationLayout(
            features=self.circuit.features,
            outputs=self.circuit.outputs,
            rows_per_block=rows,
            period=period,
            block=block,
            copies=copies,
            shift=shift,
            layers=tuple(layers),
        )
        return layout, maps

    def _layer(self, index: int, period: int, *, placed: bool) -> RotationLayer:
        return RotationLayer(period=period, placed=placed, level=1, scale_log2=0.0, activation=self.activations[index])

    def _cheapest(self, index: int, wire: Wire, in_order: Diagonals, slots: int) -> Diagonals:
        """Return a map's diagonals with its outputs in order or, before an activation, placed where that is cheaper."""
        affine, best, least = self.circuit.affines[index], in_order, _cost(in_order)
        fewest, period = _least_cost(most_weights(affine)), max(wire.period, in_order.after)
        while period <= slots and self.activations[index] != "none":
            # the next map has to add up all that stands between the outputs
            adding = ROTATION * (period // in_order.after).bit_length()
            if fewest + adding >= least:
                break
            found = self._placed(index, affine, wire, period)
            if found is not None and _cost(found) + adding < least:
                best, least = found, _cost(found) + adding
            period *= 2
        return best

    def _placed(self, index: int, affine: Affine | SparseAffine, wire: Wire, period: int) -> Diagonals | None:
        key = (index, wire.period, period)
        if key not in self._tried:
            self._tried[key] = placed(affine, wire, period, MAX_PLACED)
        return self._tried[key]


def _cost(map_: Diagonals) -> int:
    return len(map_.offsets) + ROTATION * (map_.babies + map_.giants + len(map_.folds))


def _least_cost(diagonals: int) -> int:
    """Return what so many diagonals cost at least: a grid of that many points has at least these steps."""
    return diagonals + ROTATION * max(math.ceil(2 * math.sqrt(diagonals)) - 2, 0)
