"""Rows into polynomials by column packing: one polynomial for each feature."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sealdrop_core.circuit import Array
from sealdrop_core.layouts import ColumnLayout
from sealdrop_core.packing.column import pack_rows
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Plaintext, Ring


def plaintexts(ring: Ring, plan: Plan, layout: ColumnLayout, block: Array) -> Iterator[Any]:
    """Yield the plaintexts of one block of normalised rows, shape (rows, features)."""
    scale, level = 2.0**plan.input_scale_log2, len(ring.primes)
    if layout.encoding == "coefficient":
        for line in pack_rows(np.rint(block * scale), layout, ring.degree):
            yield ring.polynomial(line, level, scale)
    elif plan.parameters.scheme == "ckks":
        for line in pack_rows(block, layout, plan.parameters.slots):
            yield ring.encode(line.tolist(), level, scale)
    else:
        for line in pack_rows(np.rint(block * scale), layout, plan.parameters.slots):
            plain = Plaintext()
            ring.encoder.encode(line.astype(np.int64).tolist(), plain)
            yield plain
