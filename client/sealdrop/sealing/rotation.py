"""Rows into slots by rotation packing."""

from collections.abc import Iterator
from typing import Any

from sealdrop_core.circuit import Array
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.packing.rotation import pack_rows
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring


def plaintexts(ring: Ring, plan: Plan, layout: RotationLayout, block: Array) -> Iterator[Any]:
    """Yield the plaintext of one block of normalised rows, shape (rows, features)."""
    slots = pack_rows(block, layout, ring.degree // 2)
    yield ring.encode(slots.tolist(), len(ring.primes), 2.0**plan.input_scale_log2)
