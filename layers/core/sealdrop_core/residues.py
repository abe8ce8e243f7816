"""Residues on the wire: packed to the bit, checked on the way in.

Value k of `bits` bits starts at bit k*bits, least significant bit first. Eight values fill `bits` whole bytes, so lane
r of eight starts at the same bit of a byte in every group: one strided view a lane, and no loop over values.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.errors import MalformedSeal
from sealdrop_core.plan import packed_bytes

Words = NDArray[np.uint64]
_LANES = 8
_WORD = 8  # bytes
_FEW = 4096  # values, or fewer, are quicker read one by one: from a word that begins at any byte
_WINDOW = 57  # bits that such a word is sure to hold


def _lane(buffer: NDArray[np.uint8], lane: int, bits: int, groups: int, skip: int, kind: str) -> Any:
    """Return lane `lane` of each row of `buffer`, shape (rows, groups), as a writable view."""
    rows, stride = buffer.shape
    offset = lane * bits // _LANES + skip
    return np.ndarray((rows, groups), dtype=kind, buffer=buffer, offset=offset, strides=(stride, bits))


def pack(values: Words, bits: int) -> bytes:
    """Pack unsigned `values` (any shape, each below 2^bits, 1 <= bits <= 64) without gaps."""
    flat = values.reshape(-1)
    if flat.size <= _LANES:  # one number is quicker than eight lanes
        whole = sum(value << index * bits for index, value in enumerate(flat.tolist()))
        return whole.to_bytes(packed_bytes(flat.size, bits), "little")
    if bits % 8 == 0:  # whole bytes are only cut off
        return flat.astype("<u8", copy=False).view(np.uint8).reshape(-1, _WORD)[:, : bits // 8].tobytes()
    groups = -(-flat.size // _LANES)
    padded = np.zeros(groups * _LANES, dtype=np.uint64)
    padded[: flat.size] = flat
    # windows of neighbouring groups must not overlap while a lane is written: widths below a word go through bits
    if bits < _WORD:
        return _pack_narrow(padded, bits)[: packed_bytes(flat.size, bits)]
    buffer = np.zeros((1, groups * bits + 2 * _WORD), dtype=np.uint8)
    for lane in range(_LANES):
        shift = lane * bits % 8
        column = padded[lane::_LANES]
        _lane(buffer, lane, bits, groups, 0, "<u8")[:] |= column << np.uint64(shift)
        if shift + bits > 64:
            _lane(buffer, lane, bits, groups, _WORD, "u1")[:] |= (column >> np.uint64(64 - shift)).astype(np.uint8)
    return buffer[0, : packed_bytes(flat.size, bits)].tobytes()


def _pack_narrow(values: Words, bits: int) -> bytes:
    each = np.unpackbits(values.view(np.uint8).reshape(-1, _WORD), axis=1, bitorder="little")[:, :bits]
    return np.packbits(each, bitorder="little").tobytes()


def unpack(data: bytes | memoryview, count: int, bits: int, bound: int) -> Words:
    """Return `count` values of `bits` bits, every one below `bound`.

    Raises MalformedSeal (`wrong_length`) unless `data` is exactly as long as that takes, and
    (`residue_out_of_range`) when a value is not below the bound or the padding is not zero.
    """
    values: Words = unpack_rows(np.frombuffer(data, dtype=np.uint8).reshape(1, -1), count, bits, bound)[0]
    return values


def _read_each(buffer: NDArray[np.uint8], bits: int, values: Words) -> None:
    """Read values, shape (rows, count), each from the word that begins with its first byte."""
    rows, stride = buffer.shape
    words: Any = np.ndarray((rows, stride - _WORD + 1), dtype="<u8", buffer=buffer, strides=(stride, 1))
    first, shift = _places(values.shape[1], bits)
    np.bitwise_and(words[:, first] >> shift, np.uint64((1 << bits) - 1), out=values)


@lru_cache(maxsize=64)
def _places(count: int, bits: int) -> tuple[NDArray[np.int64], Words]:
    """Return the first byte of each value, and the bit of that byte it begins at."""
    at = np.arange(count) * bits
    return at >> 3, (at & 7).astype(np.uint64)


def _read_lanes(buffer: NDArray[np.uint8], bits: int, values: Words) -> None:
    """Read values, shape (rows, groups, lanes), lane by lane."""
    groups = values.shape[1]
    for lane in range(_LANES):
        shift = lane * bits % 8
        column = _lane(buffer, lane, bits, groups, 0, "<u8") >> np.uint64(shift)
        if shift + bits > 64:
            above = _lane(buffer, lane, bits, groups, _WORD, "u1").astype(np.uint64)
            column |= above << np.uint64(64 - shift)
        np.bitwise_and(column, np.uint64((1 << bits) - 1), out=values[:, :, lane])


def unpack_rows(data: NDArray[np.uint8], count: int, bits: int, bound: int, into: Words | None = None) -> Words:
    """Return values of shape (rows, count), each row of `data` unpacked as `unpack` does; raises as it does.

    They may be written `into` an array of that shape, its rows gapless, if `count` is a multiple of eight.
    """
    rows, length = data.shape
    if length != packed_bytes(count, bits):
        raise MalformedSeal(f"expected {packed_bytes(count, bits)} bytes of residues", code="wrong_length")
    groups = -(-count // _LANES)
    buffer = np.zeros((rows, groups * bits + 2 * _WORD), dtype=np.uint8)
    buffer[:, :length] = data
    padded = np.empty((rows, groups * _LANES), dtype=np.uint64) if into is None else into
    values = padded.reshape(rows, -1)[:, :count]
    if rows * count <= _FEW and bits <= _WINDOW:
        _read_each(buffer, bits, values)
    else:
        _read_lanes(buffer, bits, padded.reshape(rows, groups, _LANES))
    padding = count * bits % 8
    if (padding and (data[:, -1] >> padding).any()) or (values.size and int(values.max()) >= bound):
        raise MalformedSeal("a residue is not below its modulus", code="residue_out_of_range")
    return values
