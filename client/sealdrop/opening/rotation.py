"""Scores out of slots that repeat."""

from typing import Any

import numpy as np

from sealdrop.opening import messages, residues
from sealdrop_core.circuit import Array
from sealdrop_core.embedding import to_slots
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.packing.rotation import outputs_of, positions
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring


def scores(ring: Ring, opener: Any, plan: Plan, layout: RotationLayout, data: memoryview, rows: int) -> Array:
    """Return the scores in one block's result, shape (rows, outputs)."""
    kept, rest = residues.read(plan, data, (layout.kept, ring.degree))
    at = positions(layout, ring.degree)
    words = np.zeros((2, plan.response.level, ring.degree), dtype=np.uint64)
    words[0][:, at], words[1] = kept, rest
    # the coefficients in between are not the server's, and slots that repeat do not depend on them
    repeating = messages.coefficients(ring, opener, plan, words)[at]
    return outputs_of(to_slots(repeating).real, layout, rows)
