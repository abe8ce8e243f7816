"""Evaluated ciphertexts as the numbers in them: the one place where results are opened."""

from typing import Any

import numpy as np

from sealdrop_core import streams
from sealdrop_core.circuit import Array
from sealdrop_core.embedding import to_coefficients
from sealdrop_core.plan import Plan
from sealdrop_core.residues import Words
from sealdrop_core.seal import Plaintext, Ring, channel


def coefficients(ring: Ring, opener: Any, plan: Plan, words: Words) -> Array:
    """Return the coefficients, shape (degree,), of a result's residues, shape (polynomials, level, degree)."""
    plain = _open(ring, opener, plan, words)
    if plan.parameters.scheme == "ckks":
        return to_coefficients(np.array(ring.encoder.decode_complex(plain)))
    found, modulus = np.zeros(ring.degree), plan.parameters.plain_modulus or 1
    stored = streams.split_plaintext(channel().save(plain)).astype(np.int64)
    found[: len(stored)] = np.where(stored > modulus // 2, stored - modulus, stored)
    return found / _scale(plan)


def slots(ring: Ring, opener: Any, plan: Plan, words: Words) -> Array:
    """Return the slots of a result's residues, shape (polynomials, level, degree)."""
    plain = _open(ring, opener, plan, words)
    if plan.parameters.scheme == "ckks":
        return np.array(ring.encoder.decode_double(plain))
    return np.array(ring.encoder.decode_int64(plain), dtype=np.float64) / _scale(plan)


def _open(ring: Ring, opener: Any, plan: Plan, words: Words) -> Any:
    polynomials, level, _ = words.shape
    ckks = plan.parameters.scheme == "ckks"
    form = ring.form(level, _scale(plan) if ckks else 1.0, polynomials=polynomials, ntt=False)
    ciphertext, plain = ring.ciphertext(words.reshape(-1), form), Plaintext()
    if ckks:
        ring.evaluator.transform_to_ntt_inplace(ciphertext)
    opener.decrypt(ciphertext, plain)
    return plain


def _scale(plan: Plan) -> float:
    return float(2.0**plan.output_scale_log2)
