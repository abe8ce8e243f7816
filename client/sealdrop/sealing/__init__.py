"""Seal: rows become a sealed input, on the data owner's machine."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from sealdrop.errors import RefusedInput
from sealdrop.sealing import coefficient, column, rotation
from sealdrop.sealing.residues import seeded_bytes
from sealdrop_core.circuit import Array
from sealdrop_core.layouts import CoefficientLayout
from sealdrop_core.manifest import Manifest
from sealdrop_core.packing.coefficient import lift
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring, channel
from sealdrop_core.sealed import Header

NEGLIGIBLE = 1e-6  # of the last place: normalised numbers are off by that much
# one packing ↦ the plaintexts of a block of normalised rows, in the order they travel
_PLAINTEXTS: Mapping[str, Callable[[Ring, Plan, Any, Array], Iterator[Any]]] = {
    "coefficient": coefficient.plaintexts,
    "column": column.plaintexts,
    "rotation": rotation.plaintexts,
}


def seal(ring: Ring, encryptor: Any, manifest: Manifest, plan: Plan, X: Array, *, key: str | None) -> bytes:
    """Return the sealed input of rows X, shape (rows, features): normalised, packed, encrypted, with its header.

    Raises RefusedInput: `out_of_range` for rows that do not fit into a plaintext, `not_exact` for numbers that a plan
    with exact scores would have to round.
    """
    values = (X - np.array(manifest.normalization.center)) / np.array(manifest.normalization.scale)
    ckks = plan.parameters.scheme == "ckks"
    if not ckks:
        _check_exact(values, plan)
    form = ring.form(len(ring.primes), 2.0**plan.input_scale_log2 if ckks else 1.0, ntt=ckks)
    fields = {
        "model": manifest.reference,
        "manifest": manifest.digest,
        "plan": plan.id,
        "key": key or "none",
        "rows": str(len(X)),
        "bytes": str(plan.input_bytes(len(X))),
    }
    sealed = (
        seeded_bytes(*form.split_seeded(channel().save(encryptor.encrypt_symmetric(plain))), ring.primes)
        for plain in _blocks(ring, plan, values)
    )
    return b"".join((Header("input", fields).render(), *sealed))


def _blocks(ring: Ring, plan: Plan, values: Array) -> Iterator[Any]:
    for start in range(0, len(values), plan.layout.rows_per_block):
        block = values[start : start + plan.layout.rows_per_block]
        try:
            yield from _PLAINTEXTS[plan.layout.packing](ring, plan, plan.layout, block)
        except ValueError:  # SEAL's encoder
            raise RefusedInput(
                "there are rows so far from the calibrated ranges that the plan cannot hold them",
                code="out_of_range",
                remedy='Check units and order of the columns; or choose on_out_of_range="clip".',
            ) from None


def _check_exact(values: Array, plan: Plan) -> None:
    packed = lift(values, plan.layout) if isinstance(plan.layout, CoefficientLayout) else values
    scaled = packed * 2.0**plan.input_scale_log2
    rounded = np.flatnonzero((np.abs(scaled - np.rint(scaled)) > NEGLIGIBLE).any(axis=1))
    if len(rounded):
        raise RefusedInput(
            f"row {rounded[0]} holds numbers that would be rounded, and this model's scores are exact"
            f" ({len(rounded)} such rows in all)",
            code="not_exact",
            remedy="Pass whole numbers, or numbers of as few digits as the model was calibrated on.",
        )
