"""Affine maps over ciphertexts with integer weights: sums of scalar products, exact modulo every prime.

Where the residues can be seen (`sealdrop_core.seal.viewable`), the sums are products of float64 matrices, which BLAS
does much faster than SEAL one scalar at a time. Both ways give the same residues to the bit.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from sealdrop_core import view
from sealdrop_core.circuit import Array
from sealdrop_core.evaluation.blocks import Block, largest_sum
from sealdrop_core.evaluation.limbs import Limbs, Words
from sealdrop_core.seal import Ciphertext, Ring, viewable

Sums = dict[int, Ciphertext]

_MOST_LIMBS = 4  # beyond, SEAL is as fast
_COLUMNS = 2048  # coefficients at a time, so that limbs and sums stay in the processor's cache


def dense(ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], level: int) -> Sums:
    """Return the weighted sums of ciphertexts, by output, at `level`; their scale is left to the caller.

    Inputs may have two or three polynomials, and stand at `level` or above. An output without weights is left out.
    """
    weights = [block for block in weights if block.weights.any()]
    if not weights:
        return {}
    used = np.unique(np.concatenate([block.inputs for block in weights]))
    if len(used) < len(inputs):
        inputs, weights = [inputs[index] for index in used], [block.reading(used) for block in weights]
    limbs = Limbs.of(largest_sum(weights), max(prime.bit_length() for prime in ring.primes[:level]))
    products = sum(block.weights.size for block in weights)
    if viewable() and limbs.count <= _MOST_LIMBS and products > limbs.count * len(inputs):
        return by_matrix(ring, inputs, weights, level, limbs)
    return by_scalar(ring, inputs, weights, level)


def by_scalar(ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], level: int) -> Sums:
    """`dense` by SEAL, one product with a scalar at a time; weights that are zero are left out."""
    lowered = [_blank(ring, value, level) for value in inputs]
    polynomials = max(value.size() for value in inputs)
    results: Sums = {}
    for block in weights:
        for output, row in zip(block.outputs.tolist(), block.weights, strict=True):
            used = np.flatnonzero(row)
            if used.size:
                total = _sum(ring, [lowered[index] for index in block.inputs[used]], row[used], level)
                total.resize(ring.native, ring.parms_id(level), polynomials)  # what is added is zero
                results[output] = total
    return results


def _sum(ring: Ring, values: Sequence[Ciphertext], weights: Array, level: int) -> Ciphertext:
    total = Ciphertext()
    for index, (value, weight) in enumerate(zip(values, weights.tolist(), strict=True)):
        term = Ciphertext() if index else total
        # SEAL takes a negative BFV scalar for one near the plain modulus, and the noise grows by that much
        ring.evaluator.multiply_plain(value, ring.integer(abs(int(weight)), level), term)
        if weight < 0:
            ring.evaluator.negate_inplace(term)
        if index:
            add(ring, total, term)
    return total


def add(ring: Ring, total: Ciphertext, term: Ciphertext) -> None:
    """Add to a sum in place, whose first terms may cancel out: SEAL computes such a sum, and then complains."""
    try:
        ring.evaluator.add_inplace(total, term)
    except RuntimeError:
        if not total.is_transparent():
            raise


def by_matrix(ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], level: int, limbs: Limbs) -> Sums:
    """`dense` by float64 matrices, on the residues in place."""
    sources = [_residues(ring, value) for value in inputs]
    polynomials = max(map(len, sources))
    given = [output for block in weights for output in block.outputs[block.weights.any(axis=1)].tolist()]
    results = {output: _blank(ring, inputs[0], level, polynomials) for output in given}
    targets = {output: _residues(ring, result) for output, result in results.items()}
    nothing = np.zeros(ring.degree, dtype=np.uint64)
    for polynomial in range(polynomials):
        for index, prime in enumerate(ring.primes[:level]):
            planes = [source[polynomial, index] if polynomial < len(source) else nothing for source in sources]
            for start in range(0, ring.degree, _COLUMNS):
                window = slice(start, start + _COLUMNS)
                pieces = limbs.cut(np.stack([plane[window] for plane in planes]))
                for output, residues in _sums(pieces, weights, limbs, prime):
                    if output in targets:
                        targets[output][polynomial, index, window] = residues
    return results


def _residues(ring: Ring, value: Ciphertext) -> Words:
    return view.words(value).reshape(value.size(), -1, ring.degree)


def _blank(ring: Ring, like: Ciphertext, level: int, polynomials: int | None = None) -> Ciphertext:
    """Return a copy of a ciphertext at `level` and scale 1, with room for more polynomials."""
    copy = Ciphertext()
    ring.evaluator.mod_switch_to(like, ring.parms_id(level), copy)
    copy.scale = 1.0
    if polynomials is not None:
        copy.resize(ring.native, ring.parms_id(level), polynomials)
    return copy


def _sums(pieces: Array, weights: Sequence[Block], limbs: Limbs, prime: int) -> Iterator[tuple[int, Words]]:
    """Yield each output's number and its weighted sum modulo `prime`."""
    for block in weights:
        read = pieces if len(block.inputs) == pieces.shape[1] else pieces[:, block.inputs]
        yield from zip(block.outputs.tolist(), limbs.join(block.weights @ read, prime), strict=True)
