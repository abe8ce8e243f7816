"""Arrangement: a whole network's diagonals, from the layout alone; planner and server arrive at the same."""

from collections.abc import Sequence

from sealdrop_core.circuit import Circuit
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.packing.placement import placed
from sealdrop_core.packing.rotation import Diagonals, dense, features_at, ordered, repeated


def arranged(circuit: Circuit, layout: RotationLayout) -> list[Diagonals]:
    """Return the diagonals of each affine map of a circuit that the layout was made for.

    Raises InvalidRequest (`malformed_weights`) when it was made for another.
    """
    if len(circuit.affines) != len(layout.layers):
        raise other_circuit()
    wire = ordered(layout.features)
    maps: list[Diagonals] = []
    for affine, layer in zip(circuit.affines, layout.layers, strict=True):
        found: Diagonals | None
        if layer.placed:
            found = placed(affine, wire, layer.period, wire.period)
        elif maps:
            found = repeated(affine, wire)
        else:
            content = features_at(layout.period, layout.block, layout.copies, layout.shift)
            found = dense(affine, wire, content, layer.period, layout.shift)
        if found is None or found.out.period != layer.period:
            raise other_circuit()
        wire = found.out
        maps.append(found)
    return maps


def galois_elements(maps: Sequence[Diagonals], rows: int, degree: int) -> tuple[int, ...]:
    """Return the Galois elements of all rotations when `rows` rows share the slots: step k is 3^k modulo 2N."""
    steps = {step * rows for one in maps for step in one.steps}
    return tuple(sorted(pow(3, step, 2 * degree) for step in steps))


def other_circuit() -> InvalidRequest:
    """Return the refusal of a plan that was made for another circuit."""
    return InvalidRequest("the plan is made for another circuit", code="malformed_weights", remedy="Publish again.")
