"""One way to write a header, and a refusal for every other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealdrop_core.errors import MalformedSeal, SealdropError, UnsupportedVersion
from sealdrop_core.sealed import MAX_HEADER_BYTES, Header, split

FIELDS = {
    "model": "breast-cancer@12",
    "manifest": "ab" * 32,
    "plan": "coefficient_ckks_n2048_q53",
    "key": "none",
    "rows": "3",
    "bytes": "5",
}
GOOD = Header("input", FIELDS).render() + b"12345"


def test_a_header_reads_back_as_written() -> None:
    header, body = split(GOOD, "input")
    assert header.fields == FIELDS
    assert (header.rows, bytes(body)) == (3, b"12345")
    assert header.render() + bytes(body) == GOOD


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed_header"),
        (b"\n\n", "malformed_header"),
        (GOOD.replace(b"rows: 3", b"rows: 03"), "malformed_header"),
        (GOOD.replace(b"rows: 3", b"rows: -3"), "malformed_header"),
        (GOOD.replace(b"rows: 3", b"rows:3"), "malformed_header"),
        (GOOD.replace(b"rows: 3", b"rows"), "malformed_header"),
        (GOOD.replace(b"rows: 3\n", b""), "malformed_header"),
        (GOOD.replace(b"rows: 3\n", b"rows: 3\nrows: 3\n"), "malformed_header"),
        (GOOD.replace(b"rows: 3", "rows: \u0663".encode()), "malformed_header"),
        (GOOD.replace(b"@12", b"@0"), "malformed_header"),
        (GOOD.replace(b"\n", b"\r\n"), "malformed_header"),
        (b"x" * MAX_HEADER_BYTES + GOOD, "malformed_header"),
        (GOOD.replace(b"sealdrop/1", b"sealdrop/2"), "unsupported_version"),
        (GOOD + b"6", "wrong_length"),
        (GOOD[:-1], "wrong_length"),
        (Header("keys", {"configuration": "0" * 64, "bytes": "0"}).render(), "wrong_kind"),
    ],
)
def test_anything_else_is_refused_with_its_code(data: bytes, code: str) -> None:
    with pytest.raises((MalformedSeal, UnsupportedVersion)) as refusal:
        split(data, "input")
    assert refusal.value.code == code
    assert refusal.value.remedy


@given(st.binary(max_size=200), st.integers(0, len(GOOD)), st.integers(0, 20))
def test_no_bytes_do_worse_than_a_refusal(noise: bytes, at: int, cut: int) -> None:
    data = GOOD[:at] + noise + GOOD[at + cut :]
    try:
        header, body = split(data, "input")
    except SealdropError:
        return
    assert header.render() + bytes(body) == data


def test_a_header_cannot_be_made_of_other_fields() -> None:
    with pytest.raises(MalformedSeal):
        Header("keys", FIELDS)
