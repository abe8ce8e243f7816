"""Affine maps over ciphertexts with integer weights: the sums of scalar products, exact modulo every prime.

Where the residues can be seen (`sealdrop_core.seal.viewable`), the sums are products of float64 matrices, which BLAS
does much faster than SEAL one scalar at a time: residues are cut into limbs so short that no sum exceeds 2^53, and all
of it stays exact integer arithmetic. Both ways give the same residues to the bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sealdrop_core import view
from sealdrop_core.circuit import Affine, Array, SparseAffine
from sealdrop_core.seal import Ciphertext, Ring, viewable

Index = NDArray[np.int64]
Words = NDArray[np.uint64]

_MANTISSA = 53  # bits in which float64 counts exactly
_MOST_LIMBS = 4  # beyond, SEAL is as fast
_COLUMNS = 2048  # coefficients at a time, so that limbs and sums stay in the processor's cache
_TWO_52 = np.uint64(0x4330_0000_0000_0000)  # the bits of the float64 number 2^52


@dataclass(frozen=True)
class Block:
    """The weights, integers of shape (outputs, inputs), of outputs that read the same inputs."""

    outputs: Index
    inputs: Index
    weights: Array


@dataclass(frozen=True)
class Limbs:
    """How a residue is cut: `count` limbs of `bits` bits, the lowest first."""

    bits: int
    count: int

    @classmethod
    def of(cls, weights: Sequence[Block], bits: int) -> "Limbs":
        """Return the fewest limbs for residues of `bits` bits whose weighted sums float64 holds exactly."""
        largest = int(max(np.abs(block.weights).sum(axis=1).max() for block in weights))
        most = max(_MANTISSA - largest.bit_length(), 1)
        count = -(-bits // most)
        return cls(-(-bits // count), count)


def blocks(affine: Affine | SparseAffine, scales: Array) -> tuple[Block, ...]:
    """Return an affine layer's weights, times one of `scales` for each feature, rounded to integers.

    A sparse layer falls into blocks of equal support: the maps of a convolution read the same patches.
    """
    if isinstance(affine, Affine):
        outputs, inputs = np.arange(affine.outputs), np.arange(affine.features)
        return (_block(outputs, inputs, np.rint(affine.weight * scales)),)
    order = np.lexsort((affine.columns, affine.rows))
    columns, values = affine.columns[order], np.rint(affine.values * scales[affine.columns])[order]
    starts = np.searchsorted(affine.rows[order], np.arange(affine.outputs + 1))
    alike: dict[bytes, list[int]] = {}
    for output in range(affine.outputs):
        alike.setdefault(columns[starts[output] : starts[output + 1]].tobytes(), []).append(output)
    return tuple(
        _block(
            np.array(outputs),
            np.frombuffer(support, dtype=np.int64),
            np.stack([values[starts[output] : starts[output + 1]] for output in outputs]),
        )
        for support, outputs in alike.items()
    )


def _block(outputs: Index, inputs: Index, weights: Array) -> Block:
    if not inputs.size:
        inputs, weights = np.zeros(1, dtype=np.int64), np.zeros((len(outputs), 1))
    # SEAL refuses a transparent result: a weight of one unit in the last place keeps it a ciphertext
    weights[~weights.any(axis=1), 0] = 1.0
    return Block(outputs, inputs, weights)


def dense(ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], level: int) -> list[Ciphertext]:
    """Return the weighted sums of ciphertexts, one for each output, at `level`; their scale is left to the caller.

    Inputs may have two or three polynomials, and stand at `level` or above.
    """
    limbs = Limbs.of(weights, max(prime.bit_length() for prime in ring.primes[:level]))
    products = sum(block.weights.size for block in weights)
    if viewable() and limbs.count <= _MOST_LIMBS and products > limbs.count * len(inputs):
        return by_matrix(ring, inputs, weights, level, limbs)
    return by_scalar(ring, inputs, weights, level)


def by_scalar(ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], level: int) -> list[Ciphertext]:
    """`dense` by SEAL, one product with a scalar at a time; weights that are zero are left out."""
    lowered = [_blank(ring, value, level) for value in inputs]
    polynomials = max(value.size() for value in inputs)
    results: dict[int, Ciphertext] = {}
    for block in weights:
        for output, row in zip(block.outputs.tolist(), block.weights, strict=True):
            used = np.flatnonzero(row)
            total = _sum(ring, [lowered[index] for index in block.inputs[used]], row[used], level)
            total.resize(ring.native, ring.parms_id(level), polynomials)  # what is added is zero
            results[output] = total
    return [results[output] for output in sorted(results)]


def _sum(ring: Ring, values: Sequence[Ciphertext], weights: Array, level: int) -> Ciphertext:
    evaluator, total = ring.evaluator, Ciphertext()
    for index, (value, weight) in enumerate(zip(values, weights.tolist(), strict=True)):
        term = Ciphertext() if index else total
        # SEAL takes a negative BFV scalar for one near the plain modulus, and the noise grows by that much
        evaluator.multiply_plain(value, ring.integer(abs(int(weight)), level), term)
        if not index and weight < 0:
            evaluator.negate_inplace(total)
        elif index:
            (evaluator.add_inplace if weight > 0 else evaluator.sub_inplace)(total, term)
    return total


def by_matrix(
    ring: Ring, inputs: Sequence[Ciphertext], weights: Sequence[Block], level: int, limbs: Limbs
) -> list[Ciphertext]:
    """`dense` by float64 matrices, on the residues in place."""
    sources = [_residues(ring, value) for value in inputs]
    polynomials = max(map(len, sources))
    results = [_blank(ring, inputs[0], level, polynomials) for block in weights for _ in block.outputs]
    targets = [_residues(ring, result) for result in results]
    nothing = np.zeros(ring.degree, dtype=np.uint64)
    for polynomial in range(polynomials):
        for index, prime in enumerate(ring.primes[:level]):
            planes = [source[polynomial, index] if polynomial < len(source) else nothing for source in sources]
            for start in range(0, ring.degree, _COLUMNS):
                window = slice(start, start + _COLUMNS)
                pieces = _cut(np.stack([plane[window] for plane in planes]), limbs)
                for output, residues in _sums(pieces, weights, limbs, prime):
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


def _cut(words: Words, limbs: Limbs) -> Array:
    """Return the limbs of residues, shape (count, *words.shape), as float64 numbers."""
    pieces = np.empty((limbs.count, *words.shape), dtype=np.uint64)
    for index, piece in enumerate(pieces):
        np.right_shift(words, np.uint64(index * limbs.bits), out=piece)
        if index < limbs.count - 1:
            np.bitwise_and(piece, np.uint64((1 << limbs.bits) - 1), out=piece)
    # an integer below 2^52 or'ed into the mantissa of 2^52: quicker than a conversion
    np.bitwise_or(pieces, _TWO_52, out=pieces)
    numbers: Array = pieces.view(np.float64)
    numbers -= 2.0**52
    return numbers


def _sums(pieces: Array, weights: Sequence[Block], limbs: Limbs, prime: int) -> Iterator[tuple[int, Words]]:
    """Yield each output's number and its weighted sum modulo `prime`."""
    for block in weights:
        read = pieces if len(block.inputs) == pieces.shape[1] else pieces[:, block.inputs]
        yield from zip(block.outputs.tolist(), _joined(block.weights @ read, limbs, prime), strict=True)


def _joined(sums: Array, limbs: Limbs, prime: int) -> Words:
    """Return the sum over limbs of sums[k] 2^(k bits), modulo `prime`, for exact integers below 2^53.

    The quotient is estimated in float64; the remainder is then exact in integers that may wrap around 2^64, since it
    is known to be far smaller than that.
    """
    total = np.zeros(sums.shape[1:], dtype=np.int64)
    for piece in sums[::-1]:
        quotient = np.rint((total * 2.0**limbs.bits + piece) / prime).astype(np.int64)
        total = (total << np.int64(limbs.bits)) + piece.astype(np.int64) - quotient * np.int64(prime)
    total += (total >> np.int64(63)) & np.int64(prime)
    return total.view(np.uint64)
