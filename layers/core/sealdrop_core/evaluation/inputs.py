"""Sealed bytes as SEAL objects: lengths and residues are checked first, everything else comes from the plan."""

from collections.abc import Iterator

import numpy as np

from sealdrop_core.errors import MalformedSeal
from sealdrop_core.plan import SEED_BYTES, Plan, packed_bytes
from sealdrop_core.residues import Words, unpack
from sealdrop_core.seal import Ciphertext, Ring


def seeded_parts(data: memoryview, count: int, degree: int, primes: tuple[int, ...]) -> Iterator[tuple[Words, bytes]]:
    """Yield `count` pairs of residues and seed from bytes that hold exactly those.

    Raises MalformedSeal (`wrong_length`, `residue_out_of_range`).
    """
    lengths = [packed_bytes(degree, prime.bit_length()) for prime in primes]
    each = SEED_BYTES + sum(lengths)
    if len(data) != count * each:
        raise MalformedSeal(f"expected {count * each} bytes of sealed objects", code="wrong_length")
    for start in range(0, count * each, each):
        seed = bytes(data[start : start + SEED_BYTES])
        at, words = start + SEED_BYTES, []
        for prime, length in zip(primes, lengths, strict=True):
            words.append(unpack(data[at : at + length], degree, prime.bit_length(), prime))
            at += length
        yield (words[0] if len(words) == 1 else np.concatenate(words)), seed


def ciphertexts(ring: Ring, plan: Plan, block: memoryview) -> Iterator[Ciphertext]:
    """Yield the fresh ciphertexts of one block of a sealed input."""
    scale = 2.0**plan.input_scale_log2 if plan.parameters.scheme == "ckks" else 1.0
    for words, seed in seeded_parts(block, plan.layout.inputs, ring.degree, ring.primes):
        yield ring.seeded(words, seed, scale)
