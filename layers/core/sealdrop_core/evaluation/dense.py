"""Affine maps over ciphertexts with integer weights: sums of scalar products, exact modulo every prime.

Where the residues can be seen (`sealdrop_core.seal.viewable`), the sums are products of float64 matrices, which BLAS
does much faster than SEAL one scalar at a time. Both ways give the same residues to the bit.

All of them add to sums that may have been begun before, so that inputs can come a window at a time.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from sealdrop_core import view
from sealdrop_core.circuit import Array
from sealdrop_core.evaluation.blocks import Block, largest_sum
from sealdrop_core.evaluation.inputs import WINDOW
from sealdrop_core.evaluation.limbs import Limbs
from sealdrop_core.residues import Words
from sealdrop_core.schedule import Form
from sealdrop_core.seal import Ciphertext, Ring, viewable

Sums = dict[int, Ciphertext]

_MOST_LIMBS = 4  # beyond, SEAL is as fast
_COLUMNS, _OUTPUTS = 2048, 64  # coefficients and sums at a time, so that limbs and sums stay in the processor's cache


class Ciphertexts(Protocol):
    """Ciphertexts by number, which may be made when they are asked for."""

    def __getitem__(self, index: int, /) -> Ciphertext: ...


def dense(ring: Ring, inputs: Ciphertexts, weights: Sequence[Block], form: Form, sums: Sums) -> None:
    """Add to `sums`, by output, the weighted sums of ciphertexts; of their form, the scale is left to the caller.

    Inputs may have fewer polynomials, and stand at a higher level. An output without weights is left out.
    """
    weights = [block for block in weights if block.weights.any()]
    used = np.unique(np.concatenate([block.inputs for block in weights])).tolist() if weights else []
    for start in range(0, len(used), WINDOW):
        read = used[start : start + WINDOW]
        parts = [part for part in (block.reading(np.array(read)) for block in weights) if part.weights.any()]
        if parts:
            _add(ring, [inputs[index] for index in read], parts, form, sums)


def _add(ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], form: Form, sums: Sums) -> None:
    limbs = Limbs.of(largest_sum(weights), max(prime.bit_length() for prime in ring.primes[: form.level]))
    products = sum(block.weights.size for block in weights)
    if viewable() and limbs.count <= _MOST_LIMBS and products > limbs.count * len(inputs):
        by_matrix(ring, inputs, weights, form, limbs, sums)
    else:
        by_scalar(ring, inputs, weights, form, sums)


def by_scalar(ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], form: Form, sums: Sums) -> None:
    """`dense` by SEAL, one product with a scalar at a time; weights that are zero are left out."""
    lowered = [_blank(ring, value, form.level) for value in inputs]
    for block in weights:
        for output, row in zip(block.outputs.tolist(), block.weights, strict=True):
            used = np.flatnonzero(row)
            if used.size:
                total = _sum(ring, [lowered[index] for index in block.inputs[used]], row[used], form.level)
                if output in sums:
                    _plus(ring, sums[output], total)
                else:
                    sums[output] = _widened(ring, total, form)


def _sum(ring: Ring, values: Sequence[Ciphertext], weights: Array, level: int) -> Ciphertext:
    total = Ciphertext()
    for index, (value, weight) in enumerate(zip(values, weights.tolist(), strict=True)):
        term = Ciphertext() if index else total
        # SEAL takes a negative BFV scalar for one near the plain modulus, and the noise grows by that much
        ring.evaluator.multiply_plain(value, ring.integer(abs(int(weight)), level), term)
        if weight < 0:
            ring.evaluator.negate_inplace(term)
        if index:
            _plus(ring, total, term)
    return total


def _plus(ring: Ring, total: Ciphertext, term: Ciphertext) -> None:
    """Add to a sum in place, whose first terms may cancel out: SEAL computes such a sum, and then complains."""
    try:
        ring.evaluator.add_inplace(total, term)
    except RuntimeError:
        if not total.is_transparent():
            raise


def by_matrix(
    ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], form: Form, limbs: Limbs, sums: Sums
) -> None:
    """`dense` by float64 matrices, on the residues in place."""
    sources = [_residues(ring, value) for value in inputs]
    given = [output for block in weights for output in block.outputs[block.weights.any(axis=1)].tolist()]
    begun = set(sums)
    for output in given:
        if output not in sums:
            sums[output] = _widened(ring, _blank(ring, inputs[0], form.level), form)
    targets = {output: _residues(ring, sums[output]) for output in given}
    nothing = np.zeros(ring.degree, dtype=np.uint64)
    for polynomial in range(form.polynomials):
        for index, prime in enumerate(ring.primes[: form.level]):
            planes = [source[polynomial, index] if polynomial < len(source) else nothing for source in sources]
            for start in range(0, ring.degree, _COLUMNS):
                window = slice(start, start + _COLUMNS)
                pieces = limbs.cut(np.stack([plane[window] for plane in planes]))
                for output, residues in _sums(pieces, weights, limbs, prime):
                    if output in targets:
                        place = targets[output][polynomial, index, window]
                        place[:] = _modulo(residues + place, prime) if output in begun else residues


def _modulo(sums: Words, prime: int) -> Words:
    """Reduce sums of two residues: where there is nothing to subtract, the difference wraps around and is larger."""
    reduced: Words = np.minimum(sums, sums - np.uint64(prime))
    return reduced


def _widened(ring: Ring, value: Ciphertext, form: Form) -> Ciphertext:
    """Return the ciphertext with as many polynomials as its form has; what is added is zero."""
    value.resize(ring.native, ring.parms_id(form.level), form.polynomials)
    return value


def _residues(ring: Ring, value: Ciphertext) -> Words:
    return view.words(value).reshape(value.size(), -1, ring.degree)


def _blank(ring: Ring, like: Ciphertext, level: int) -> Ciphertext:
    """Return a copy of a ciphertext at `level` and scale 1."""
    copy = Ciphertext()
    ring.evaluator.mod_switch_to(like, ring.parms_id(level), copy)
    copy.scale = 1.0
    return copy


def _sums(pieces: Array, weights: Sequence[Block], limbs: Limbs, prime: int) -> Iterator[tuple[int, Words]]:
    """Yield each output's number and its weighted sum modulo `prime`."""
    for block in weights:
        read = pieces if len(block.inputs) == pieces.shape[1] else pieces[:, block.inputs]
        for start in range(0, len(block.outputs), _OUTPUTS):
            rows = slice(start, start + _OUTPUTS)
            yield from zip(block.outputs[rows].tolist(), limbs.join(block.weights[rows] @ read, prime), strict=True)
