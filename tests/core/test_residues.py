"""Bit packing against arithmetic on one big integer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealdrop_core.errors import MalformedSeal
from sealdrop_core.plan import packed_bytes
from sealdrop_core.residues import pack, unpack


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
