"""Sealed files: a short header that anyone can read, then bytes that only the plan can measure.

    sealdrop/1 input
    model: breast-cancer@1
    manifest: 9f2c...
    plan: coefficient_ckks_n2048_q53
    key: 4b1d...
    rows: 1
    bytes: 13632

    <body>

Fields stand in a fixed order, one space after the colon, a blank line at the end, all ASCII: there is one way to
write a header, and any other is refused. Nothing is allocated before the length agrees with the plan.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Self, cast

from sealdrop_core.errors import MalformedSeal, UnsupportedVersion
from sealdrop_core.names import PLAN, REFERENCE, SHA256

VERSION = 1
MAX_HEADER_BYTES = 1024
MAX_INPUT_BYTES = 160 << 20  # unless a deployment sets another: a block of 784 columns at a network's precision
MEDIA_TYPE = "application/vnd.sealdrop.v1"
Kind = Literal["input", "keys", "result"]

_COUNT = r"[1-9][0-9]{0,11}|0"
_FORMS: Mapping[str, str] = {
    "model": REFERENCE,
    "manifest": SHA256,
    "plan": PLAN,
    "configuration": SHA256,
    "key": rf"{SHA256}|none",
    "job": r"[a-z0-9]{1,40}",
    "part": _COUNT,
    "input": SHA256,
    "rows": _COUNT,
    "bytes": _COUNT,
}
FIELDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "input": ("model", "manifest", "plan", "key", "rows", "bytes"),
        "keys": ("configuration", "bytes"),
        "result": ("model", "manifest", "plan", "key", "job", "part", "input", "rows", "bytes"),
    }
)


@dataclass(frozen=True)
class Header:
    """What a sealed file says of itself. `fields` holds exactly the fields of its kind, as text."""

    kind: Kind
    fields: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in FIELDS[self.kind]:
            if not re.fullmatch(_FORMS[name], self.fields.get(name, ""), re.ASCII):
                raise MalformedSeal(f"header field '{name}' is missing or malformed", code="malformed_header")
        if len(self.fields) != len(FIELDS[self.kind]):
            raise MalformedSeal("the header has fields of another kind", code="malformed_header")

    @property
    def rows(self) -> int:
        """Number of rows sealed in the body."""
        return int(self.fields["rows"])

    @property
    def body_bytes(self) -> int:
        """Declared length of the body."""
        return int(self.fields["bytes"])

    def render(self) -> bytes:
        """Return the header's bytes, blank line included."""
        lines = [f"sealdrop/{VERSION} {self.kind}"]
        lines += [f"{name}: {self.fields[name]}" for name in FIELDS[self.kind]]
        return ("\n".join(lines) + "\n\n").encode("ascii")

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the header at the start of `data`.

        Raises MalformedSeal (`malformed_header`) or UnsupportedVersion (`unsupported_version`).
        """
        end = bytes(data[:MAX_HEADER_BYTES]).find(b"\n\n")
        if end < 0:
            raise MalformedSeal("there is no sealed-file header", code="malformed_header")
        try:
            first, *lines = bytes(data[:end]).decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise MalformedSeal("the header is not ASCII", code="malformed_header") from None
        kind = cls._kind(first)
        pairs = [line.split(": ", 1) for line in lines]
        if [pair[0] for pair in pairs] != list(FIELDS[kind]) or any(len(pair) != 2 for pair in pairs):
            raise MalformedSeal(f"the header of a sealed {kind} has other fields", code="malformed_header")
        return cls(kind, dict(pairs))

    @staticmethod
    def _kind(first: str) -> Kind:
        match = re.fullmatch(r"sealdrop/([1-9][0-9]{0,2}) (input|keys|result)", first, re.ASCII)
        if not match:
            raise MalformedSeal("these are not the first words of a sealed file", code="malformed_header")
        if int(match[1]) != VERSION:
            raise UnsupportedVersion(f"sealed-file version {match[1]} is not spoken here, only {VERSION}")
        return cast("Kind", match[2])


def split(data: bytes, kind: Kind) -> tuple[Header, memoryview]:
    """Return the header and the body of a sealed file of the wanted kind, the body's length checked.

    Raises MalformedSeal (`malformed_header`, `wrong_kind`, `wrong_length`) or UnsupportedVersion.
    """
    header = Header.parse(data)
    if header.kind != kind:
        raise MalformedSeal(f"this is a sealed {header.kind}, not a sealed {kind}", code="wrong_kind")
    body = memoryview(data)[len(header.render()) :]
    if len(body) != header.body_bytes:
        raise MalformedSeal(
            f"the body has {len(body)} bytes and the header says {header.body_bytes}", code="wrong_length"
        )
    return header, body
