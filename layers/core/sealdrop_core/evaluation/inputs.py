"""Sealed bytes as SEAL objects: lengths and residues are checked first, everything else comes from the plan."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.errors import MalformedSeal
from sealdrop_core.plan import SEED_BYTES, Plan, packed_bytes
from sealdrop_core.residues import Words, unpack_rows
from sealdrop_core.seal import Ciphertext, Ring

WINDOW = 256  # ciphertexts that stay expanded: what a few dozen units of a convolution read, and their neighbours
_TOGETHER = 8  # objects: unpacking several at once takes a fifth of the time of one by one


def seeded_parts(data: memoryview, count: int, degree: int, primes: tuple[int, ...]) -> Iterator[tuple[Words, bytes]]:
    """Yield `count` pairs of residues and seed from bytes that hold exactly those.

    Raises MalformedSeal (`wrong_length`, `residue_out_of_range`).
    """
    objects = _objects(data, count, degree, primes)
    for start in range(0, count, _TOGETHER):
        some = objects[start : start + _TOGETHER]
        yield from _unpacked(some, primes, np.empty((len(some), len(primes), degree), dtype=np.uint64))


def ciphertexts(ring: Ring, plan: Plan, block: memoryview) -> Iterator[Ciphertext]:
    """Yield the fresh ciphertexts of one block of a sealed input."""
    for words, seed in seeded_parts(block, plan.layout.inputs, ring.degree, ring.primes):
        yield ring.seeded(words, seed, _scale(plan))


class Inputs:
    """The fresh ciphertexts of one block of a sealed input, by number: expanded when they are asked for, kept a while.

    Raises MalformedSeal (`wrong_length`) at once, and (`residue_out_of_range`) when it comes to it.
    """

    def __init__(self, ring: Ring, plan: Plan, block: memoryview) -> None:
        objects, scale = _objects(block, plan.layout.inputs, ring.degree, ring.primes), _scale(plan)
        room = np.empty((_TOGETHER, len(ring.primes), ring.degree), dtype=np.uint64)
        unread = set(range(-(-len(objects) // _TOGETHER)))

        def expanded(number: int) -> list[Ciphertext]:
            unread.discard(number)
            some = objects[number * _TOGETHER : (number + 1) * _TOGETHER]
            return [ring.seeded(words, seed, scale) for words, seed in _unpacked(some, ring.primes, room[: len(some)])]

        self._expanded, self._unread = lru_cache(maxsize=WINDOW // _TOGETHER)(expanded), unread

    def __getitem__(self, index: int) -> Ciphertext:
        return self._expanded(index // _TOGETHER)[index % _TOGETHER]

    def check_unread(self) -> None:
        """Check what was never asked for: no residue may be out of range, not even of a column without weight."""
        for number in tuple(self._unread):
            self._expanded(number)


def _scale(plan: Plan) -> float:
    return 2.0**plan.input_scale_log2 if plan.parameters.scheme == "ckks" else 1.0


def _objects(data: memoryview, count: int, degree: int, primes: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the bytes of each of `count` seeded objects, shape (count, bytes)."""
    each = SEED_BYTES + sum(packed_bytes(degree, prime.bit_length()) for prime in primes)
    if len(data) != count * each:
        raise MalformedSeal(f"expected {count * each} bytes of sealed objects", code="wrong_length")
    return np.frombuffer(data, dtype=np.uint8).reshape(count, each)


def _unpacked(objects: NDArray[np.uint8], primes: tuple[int, ...], room: Words) -> Iterator[tuple[Words, bytes]]:
    """Yield residues and seed of each object; the residues are written to `room`, shape (objects, primes, degree)."""
    at, degree = SEED_BYTES, room.shape[2]
    for index, prime in enumerate(primes):
        length = packed_bytes(degree, prime.bit_length())
        unpack_rows(objects[:, at : at + length], degree, prime.bit_length(), prime, room[:, index])
        at += length
    yield from zip(room.reshape(len(room), -1), map(bytes, objects[:, :SEED_BYTES]), strict=True)
