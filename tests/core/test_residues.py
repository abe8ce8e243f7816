"""Bit packing against arithmetic on one big integer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealdrop_core.errors import MalformedSeal
from sealdrop_core.plan import packed_bytes
from sealdrop_core.residues import pack, unpack, unpack_rows


@given(bits=st.integers(1, 64), data=st.data())
def test_values_stand_at_their_bit_and_come_back(bits: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=70))
    packed = pack(np.array(values, dtype=np.uint64), bits)
    whole = sum(value << index * bits for index, value in enumerate(values))
    assert packed == whole.to_bytes(packed_bytes(len(values), bits), "little")
    assert unpack(packed, len(values), bits, 1 << bits).tolist() == values


@pytest.mark.parametrize("length", [0, 12, 14])
def test_another_length_is_refused(length: int) -> None:
    with pytest.raises(MalformedSeal) as refusal:
        unpack(bytes(length), 2, 52, 1 << 52)
    assert refusal.value.code == "wrong_length"


def test_a_value_at_the_bound_is_refused_wherever_it_stands() -> None:
    for position in range(20):
        values = np.zeros(20, dtype=np.uint64)
        values[position] = 97
        assert unpack(pack(values, 7), 20, 7, 98)[position] == 97
        with pytest.raises(MalformedSeal) as refusal:
            unpack(pack(values, 7), 20, 7, 97)
        assert refusal.value.code == "residue_out_of_range"


def test_bits_after_the_last_value_must_be_zero() -> None:
    packed = bytearray(pack(np.array([1, 2, 3], dtype=np.uint64), 5))
    packed[-1] |= 0x80
    with pytest.raises(MalformedSeal):
        unpack(bytes(packed), 3, 5, 32)


@given(bits=st.integers(1, 64), rows=st.integers(1, 9), count=st.integers(1, 70), seed=st.integers(0, 999))
def test_several_rows_are_unpacked_as_each_of_them(bits: int, rows: int, count: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 2**bits - 1, (rows, count), dtype=np.uint64, endpoint=True)
    packed = np.stack([np.frombuffer(pack(row, bits), dtype=np.uint8) for row in values])
    assert unpack_rows(packed, count, bits, 1 << bits).tolist() == values.tolist()
    with pytest.raises(MalformedSeal):
        unpack_rows(packed, count, bits, int(values.max()))


@pytest.mark.parametrize("bits", [1, 7, 8, 24, 31, 53, 57, 58, 64])
def test_many_values_are_read_as_few_are(bits: int) -> None:
    values = np.random.default_rng(bits).integers(0, 2**bits - 1, (2, 4104), dtype=np.uint64, endpoint=True)
    packed = np.stack([np.frombuffer(pack(row, bits), dtype=np.uint8) for row in values])
    few = packed[0][: packed_bytes(4096, bits)]
    assert unpack_rows(packed, 4104, bits, 1 << bits).tolist() == values.tolist()
    assert unpack(few.tobytes(), 4096, bits, 1 << bits).tolist() == values[0, :4096].tolist()
