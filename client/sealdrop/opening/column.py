"""Scores out of columns: result j holds output j of every row."""

from typing import Any

import numpy as np

from sealdrop.opening import messages, residues
from sealdrop_core.circuit import Array
from sealdrop_core.layouts import ColumnLayout
from sealdrop_core.packing.column import positions
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring


def scores(ring: Ring, opener: Any, plan: Plan, layout: ColumnLayout, data: memoryview, rows: int) -> Array:
    """Return the scores in one block's result, shape (rows, outputs)."""
    level, at = plan.response.level, positions(layout, rows)
    each = ring.degree if at is None else rows
    more = layout.result_polynomials - 1
    kept, rest = residues.read(plan, data, (layout.results * each, layout.results * more * ring.degree))
    kept, rest = kept.reshape(level, layout.results, each), rest.reshape(level, layout.results, more, ring.degree)
    read = messages.slots if layout.encoding == "slot" else messages.coefficients
    columns = []
    for result in range(layout.results):
        words = np.zeros((1 + more, level, ring.degree), dtype=np.uint64)
        words[0, :, :each] = kept[:, result]
        words[1:] = rest[:, result].transpose(1, 0, 2)
        columns.append(read(ring, opener, plan, words)[:rows])
    return np.stack(columns, axis=1)
