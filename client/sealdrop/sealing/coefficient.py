"""Rows into polynomials by coefficient packing."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sealdrop_core.circuit import Array
from sealdrop_core.layouts import CoefficientLayout
from sealdrop_core.packing.coefficient import lift, pack_rows
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring


def plaintexts(ring: Ring, plan: Plan, layout: CoefficientLayout, block: Array) -> Iterator[Any]:
    """Yield the plaintexts of one block of normalised rows, shape (rows, features)."""
    scale = 2.0**plan.input_scale_log2
    for polynomial in pack_rows(np.rint(lift(block, layout) * scale), layout, ring.degree):
        yield ring.polynomial(polynomial, len(ring.primes), scale)
