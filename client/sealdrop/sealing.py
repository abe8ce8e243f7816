"""Seal: rows become a sealed input, on the data owner's machine."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sealdrop_core.embedding import to_slots
from sealdrop_core.manifest import Manifest
from sealdrop_core.packing.coefficient import lift, pack_rows
from sealdrop_core.plan import CoefficientLayout, Plan
from sealdrop_core.seal import Ring, channel
from sealdrop_core.sealed import Header

from sealdrop.enrollment import seeded_bytes

Array = NDArray[np.float64]


def seal(ring: Ring, encryptor: Any, manifest: Manifest, plan: Plan, X: Array, *, key: str | None) -> bytes:
    """Return the sealed input of rows X, shape (rows, features): normalised, packed, encrypted, with its header."""
    values = (X - np.array(manifest.normalization.center)) / np.array(manifest.normalization.scale)
    form = ring.form(len(ring.primes), 2.0**plan.input_scale_log2)
    body = b"".join(
        seeded_bytes(*form.split_seeded(channel().save(encryptor.encrypt_symmetric(plain))), ring.primes)
        for plain in _plaintexts(ring, plan, values)
    )
    fields = {
        "model": manifest.reference,
        "manifest": manifest.digest,
        "plan": plan.id,
        "key": key or "none",
        "rows": str(len(X)),
        "bytes": str(len(body)),
    }
    return Header("input", fields).render() + body


def _plaintexts(ring: Ring, plan: Plan, values: Array) -> Iterator[Any]:
    for start in range(0, len(values), plan.layout.rows_per_block):
        block = values[start : start + plan.layout.rows_per_block]
        if isinstance(plan.layout, CoefficientLayout):
            yield from _coefficient(ring, plan, plan.layout, block)


def _coefficient(ring: Ring, plan: Plan, layout: CoefficientLayout, block: Array) -> Iterator[Any]:
    scale = 2.0**plan.input_scale_log2
    for polynomial in pack_rows(np.rint(lift(block, layout) * scale), layout, ring.degree):
        yield ring.encode((to_slots(polynomial) / scale).tolist(), len(ring.primes), scale)
