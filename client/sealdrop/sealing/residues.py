"""Seeded SEAL objects as bytes on the wire."""

from sealdrop_core.residues import Words, pack


def seeded_bytes(words: Words, seed: bytes, primes: tuple[int, ...]) -> bytes:
    """Return a seeded object as it travels: the seed, then the residues modulo each prime, packed."""
    rows = words.reshape(len(primes), -1)
    return seed + b"".join(pack(row, prime.bit_length()) for row, prime in zip(rows, primes, strict=True))
