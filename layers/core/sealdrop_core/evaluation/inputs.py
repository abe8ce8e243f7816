"""Sealed bytes as SEAL objects: lengths and residues are checked first, everything else comes from the plan."""

from collections.abc import Iterator

import numpy as np

from sealdrop_core.errors import MalformedSeal
from sealdrop_core.plan import SEED_BYTES, Plan, packed_bytes
from sealdrop_core.residues import Words, unpack_rows
from sealdrop_core.seal import Ciphertext, Ring

_TOGETHER = 8  # objects: unpacking several at once takes a fifth of the time of one by one


def seeded_parts(data: memoryview, count: int, degree: int, primes: tuple[int, ...]) -> Iterator[tuple[Words, bytes]]:
    """Yield `count` pairs of residues and seed from bytes that hold exactly those.

    Raises MalformedSeal (`wrong_length`, `residue_out_of_range`).
    """
    lengths = [packed_bytes(degree, prime.bit_length()) for prime in primes]
    each = SEED_BYTES + sum(lengths)
    if len(data) != count * each:
        raise MalformedSeal(f"expected {count * each} bytes of sealed objects", code="wrong_length")
    objects = np.frombuffer(data, dtype=np.uint8).reshape(count, each)
    for start in range(0, count, _TOGETHER):
        some = objects[start : start + _TOGETHER]
        at, words = SEED_BYTES, []
        for prime, length in zip(primes, lengths, strict=True):
            words.append(unpack_rows(some[:, at : at + length], degree, prime.bit_length(), prime))
            at += length
        yield from zip(np.concatenate(words, axis=1), map(bytes, some[:, :SEED_BYTES]), strict=True)


def ciphertexts(ring: Ring, plan: Plan, block: memoryview) -> Iterator[Ciphertext]:
    """Yield the fresh ciphertexts of one block of a sealed input."""
    scale = 2.0**plan.input_scale_log2 if plan.parameters.scheme == "ckks" else 1.0
    for words, seed in seeded_parts(block, plan.layout.inputs, ring.degree, ring.primes):
        yield ring.seeded(words, seed, scale)
