"""Scores out of coefficients."""

from typing import Any

import numpy as np

from sealdrop.opening import messages, residues
from sealdrop_core.circuit import Array
from sealdrop_core.layouts import CoefficientLayout
from sealdrop_core.packing.coefficient import positions
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring


def scores(ring: Ring, opener: Any, plan: Plan, layout: CoefficientLayout, data: memoryview, rows: int) -> Array:
    """Return the scores in one block's result, shape (rows, outputs)."""
    degree, level = ring.degree, plan.response.level
    kept, rest = residues.read(plan, data, (layout.kept(rows), layout.results * degree))
    rest = rest.reshape(level, layout.results, degree)
    columns, start = [], 0
    for result in range(layout.results):
        at = positions(layout, rows, result)
        words = np.zeros((2, level, degree), dtype=np.uint64)
        words[0][:, at] = kept[:, start : start + len(at)]
        words[1] = rest[:, result]
        columns.append(messages.coefficients(ring, opener, plan, words)[at].reshape(rows, -1))
        start += len(at)
    return np.concatenate(columns, axis=1)
