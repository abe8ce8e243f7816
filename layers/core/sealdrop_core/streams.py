"""SEAL's serialised objects, written and read byte by byte.

SEAL's own `load` ends the process on a crafted nested header, so no stream of a stranger is ever handed to it: the
strangers' part is residues and seeds, and every header and every number around them is written here, from the plan.
Layouts: Microsoft SEAL 4.x, `Ciphertext::save_members`, `KSwitchKeys::save_members`, `Serialization::SEALHeader`.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from sealdrop_core.plan import SEED_BYTES
from sealdrop_core.residues import Words

ParmsId = tuple[int, int, int, int]

_HEADER = struct.Struct("<HBBBBHQ")
_MAGIC, _MAJOR, _MINOR, _ZSTD = 0xA15E, 4, 3, 2
_BLAKE2XB = b"\x01"
_SEED_STREAM = _HEADER.size + len(_BLAKE2XB) + SEED_BYTES


def _wrap(body: bytes) -> bytes:
    return _header(len(body)) + body


def _header(length: int) -> bytes:
    return _HEADER.pack(_MAGIC, _HEADER.size, _MAJOR, _MINOR, 0, 0, _HEADER.size + length)


def _array(words: Words) -> bytes:
    return _wrap(struct.pack("<Q", words.size) + np.ascontiguousarray(words, dtype="<u8").tobytes())


def plaintext(parms_id: ParmsId, words: Words, scale: float) -> bytes:
    """Return a Plaintext: residues in NTT form, prime after prime, or BFV coefficients under a parms_id of zeros."""
    return _wrap(struct.pack("<4QQd", *parms_id, words.size, scale) + _array(words))


def split_plaintext(stream: bytes) -> Words:
    """Return the words of a Plaintext stream that SEAL wrote in this process; trailing zeros may be missing."""
    body = inflate(stream, None)
    (count,) = struct.unpack_from("<Q", body, 32)
    return np.frombuffer(body, dtype="<u8", count=count, offset=len(body) - 8 * count)


@dataclass(frozen=True)
class CiphertextForm:
    """Everything of a ciphertext but its residues. `primes` is how many stand in its modulus."""

    parms_id: ParmsId
    degree: int
    primes: int
    scale: float
    polynomials: int = 2
    ntt: bool = True

    def _head(self) -> bytes:
        sizes = (self.polynomials, self.degree, self.primes)
        return struct.pack("<4QBQQQdQ", *self.parms_id, self.ntt, *sizes, self.scale, 1)

    def full(self, words: Words) -> bytes:
        """Return a Ciphertext from all residues: polynomial, then prime, then coefficient."""
        return _wrap(self._head() + _array(words))

    def seeded(self, words: Words, seed: bytes) -> bytes:
        """Return a Ciphertext of which only c0 stands here; c1 is what SEAL expands from `seed` (64 bytes)."""
        return _wrap(self._head() + _array(words) + _wrap(_BLAKE2XB + seed))

    @cached_property
    def seeded_bytes(self) -> int:
        """Length of a Ciphertext that `seeded` returns."""
        return len(self.seeded(np.zeros(self.degree * self.primes, dtype=np.uint64), bytes(SEED_BYTES)))

    def split_seeded(self, stream: bytes) -> tuple[Words, bytes]:
        """Return c0's residues and the seed of a stream that SEAL wrote in this process.

        Raises ValueError when the stream is not of this form.
        """
        count = self.degree * self.primes
        blank = self.seeded(np.zeros(count, dtype=np.uint64), bytes(SEED_BYTES))
        body = inflate(stream, len(blank) - _HEADER.size)
        return self._split(body, blank[_HEADER.size :], count)

    @staticmethod
    def _split(body: bytes, blank: bytes, count: int) -> tuple[Words, bytes]:
        start = len(blank) - _SEED_STREAM - 8 * count
        end = len(blank) - SEED_BYTES
        if body[:start] != blank[:start] or body[-_SEED_STREAM:-SEED_BYTES] != blank[-_SEED_STREAM:-SEED_BYTES]:
            raise ValueError("SEAL wrote a ciphertext of another form")
        return np.frombuffer(body, dtype="<u8", count=count, offset=start), body[end:]

    def split_full(self, stream: bytes) -> Words:
        """Return all residues of a stream that SEAL wrote in this process."""
        count = self.degree * self.primes * self.polynomials
        start = len(self._head()) + _HEADER.size + 8
        body = inflate(stream, start + 8 * count)
        return np.frombuffer(body, dtype="<u8", count=count, offset=start)


def switching_keys(form: CiphertextForm, keys: Mapping[int, Sequence[tuple[Words, bytes]]]) -> Iterator[bytes]:
    """Yield KSwitchKeys, piece by piece, from seeded digits: index in SEAL's outer vector ↦ (residues, seed) of each.

    `form` is that of one digit, at key level; there is one for each data prime. Relinearization keys have index 0
    alone; the Galois key of element g has index (g - 1) / 2.
    """
    rows = max(keys) + 1
    first = struct.pack("<4QQ", *form.parms_id, rows)
    yield _header(len(first) + 8 * rows + form.seeded_bytes * sum(map(len, keys.values()))) + first
    for index in range(rows):
        digits = keys.get(index, ())
        yield struct.pack("<Q", len(digits))
        for words, seed in digits:
            yield form.seeded(words, seed)


def split_switching_keys(
    form: CiphertextForm, stream: bytes, indices: Sequence[int], digits: int
) -> list[tuple[Words, bytes]]:
    """Return the digits of a KSwitchKeys stream that SEAL wrote in this process, in order of index, then digit."""
    one = form.seeded(np.zeros(form.degree * form.primes, dtype=np.uint64), bytes(SEED_BYTES))
    body = inflate(stream, None)
    (rows,) = struct.unpack_from("<Q", body, 32)
    found, offset = [], 40
    for index in range(rows):
        (count,) = struct.unpack_from("<Q", body, offset)
        offset += 8
        if count != (digits if index in indices else 0):
            raise ValueError("SEAL wrote another set of keys")
        for _ in range(count):
            piece = body[offset + _HEADER.size : offset + len(one)]
            found.append(form._split(piece, one[_HEADER.size :], form.degree * form.primes))
            offset += len(one)
    return found


def inflate(stream: bytes, size: int | None) -> bytes:
    """Return the body of a stream SEAL wrote in this process, decompressed; of exactly `size` bytes if one is given."""
    compression = _HEADER.unpack_from(stream)[4]
    body = stream[_HEADER.size :]
    if compression == _ZSTD:
        body = _decompress(body)
    if size is not None and len(body) != size:
        raise ValueError(f"SEAL wrote {len(body)} bytes where {size} were expected")
    return body


def _decompress(body: bytes) -> bytes:
    return bytes(_zstd().decompress(body))


@cache
def _zstd() -> Any:
    """Return the module, looked for once: Python searches its path again for each import that fails."""
    try:
        from compression import zstd  # Python 3.14
    except ImportError:
        from backports import zstd
    return zstd
