"""Open: a sealed result becomes scores, on the data owner's machine.

A result comes from a server the data owner does not trust: header, lengths and residues are checked before anything is
built from them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sealdrop.opening import coefficient, column, rotation
from sealdrop_core.circuit import Array
from sealdrop_core.errors import MalformedSeal, Mismatch
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring
from sealdrop_core.sealed import Header, split

# one packing ↦ the scores of a block's bytes, shape (rows, outputs)
_SCORES: Mapping[str, Callable[[Ring, Any, Plan, Any, memoryview, int], Array]] = {
    "coefficient": coefficient.scores,
    "column": column.scores,
    "rotation": rotation.scores,
}


def open_result(
    ring: Ring, opener: Any, manifest: Manifest, plan: Plan, sealed: bytes, expected: Mapping[str, str]
) -> Array:
    """Return the scores of a sealed result, shape (rows, outputs).

    Raises MalformedSeal (`malformed_header`, `wrong_kind`, `wrong_length`, `residue_out_of_range`), UnsupportedVersion,
    or Mismatch (`wrong_result`) when a header field is not what this client expects.
    """
    header, body = split(sealed, "result")
    _check(header, {"model": manifest.reference, "manifest": manifest.digest, "plan": plan.id} | dict(expected))
    if len(body) != plan.result_bytes(header.rows):
        raise MalformedSeal("the body is not as long as its rows take", code="wrong_length")
    blocks, start = [], 0
    for block in range(plan.blocks(header.rows)):
        rows = plan.rows_in(block, header.rows)
        length = plan.block_result_bytes(rows)
        data = body[start : start + length]
        blocks.append(_SCORES[plan.layout.packing](ring, opener, plan, plan.layout, data, rows))
        start += length
    return np.concatenate(blocks) if blocks else np.empty((0, plan.layout.outputs))


def _check(header: Header, expected: Mapping[str, str]) -> None:
    wrong = [name for name, value in expected.items() if header.fields[name] != value]
    if wrong:
        raise Mismatch(
            f"this result is not the answer to this part; in its header another {', another '.join(wrong)}",
            code="wrong_result",
            remedy="Submit the rows again; if it happens again, do not trust this deployment.",
        )
