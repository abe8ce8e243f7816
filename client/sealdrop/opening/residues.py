"""A result's bytes as residues, every one checked."""

from collections.abc import Iterator, Sequence

import numpy as np

from sealdrop_core.plan import Plan, packed_bytes
from sealdrop_core.residues import Words, unpack


def read(plan: Plan, data: memoryview, counts: Sequence[int]) -> Iterator[Words]:
    """Yield, for each count, residues of shape (level, count); dropped low bits come back as zeros.

    Raises MalformedSeal (`wrong_length`, `residue_out_of_range`).
    """
    dropped, start = plan.response.dropped_bits, 0
    primes = plan.parameters.data_primes[: plan.response.level]
    for count in counts:
        words = np.empty((len(primes), count), dtype=np.uint64)
        for index, (prime, bits) in enumerate(zip(primes, plan.kept_bits, strict=True)):
            length = packed_bytes(count, bits)
            bound = ((prime - 1 + (1 << dropped >> 1)) >> dropped) + 1
            words[index] = unpack(data[start : start + length], count, bits, bound)
            start += length
        yield (words << np.uint64(dropped)) % np.array(primes, dtype=np.uint64)[:, None]
