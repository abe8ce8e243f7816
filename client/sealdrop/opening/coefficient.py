"""Scores out of coefficients."""

from typing import Any

import numpy as np
from sealdrop.opening import residues
from sealdrop_core.circuit import Array
from sealdrop_core.embedding import to_coefficients
from sealdrop_core.packing.coefficient import positions
from sealdrop_core.plan import CoefficientLayout, Plan
from sealdrop_core.residues import Words
from sealdrop_core.seal import Plaintext, Ring


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
        columns.append(_coefficients(ring, opener, plan, words)[at].reshape(rows, -1))
        start += len(at)
    return np.concatenate(columns, axis=1)


def _coefficients(ring: Ring, opener: Any, plan: Plan, words: Words) -> Array:
    form = ring.form(plan.response.level, 2.0**plan.output_scale_log2, ntt=False)
    ciphertext = ring.ciphertext(words.reshape(-1), form)
    ring.evaluator.transform_to_ntt_inplace(ciphertext)
    plain = Plaintext()
    opener.decrypt(ciphertext, plain)
    return to_coefficients(np.array(ring.encoder.decode_complex(plain)))
