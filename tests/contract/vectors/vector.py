"""A golden file: what is expected of its payload, in a header that a person can read.

    expect: wrong_length
    comment: one byte is missing
    kind: input
    manifest: tiny
    plan: tiny_open
    key: none
    rows: 3

    <payload>

`expect` is `ok` or the code of the refusal. The fields after `kind` are what the reader expects of the payload. Where
it is `ok`, `values` are the rows that were sealed, in the owner's own units, and `scores` what the circuit makes of
them, to be met `within` that distance.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parents[3] / "contract" / "vectors"


@dataclass(frozen=True)
class Vector:
    """One golden file; its path is relative to contract/vectors and without a suffix."""

    path: str
    fields: Mapping[str, str]
    payload: bytes

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a golden file."""
        header, _, payload = file.read_bytes().partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in header.decode().split("\n"))
        return cls(str(file.relative_to(FOLDER).with_suffix("")), fields, payload)

    def render(self) -> bytes:
        """Return the golden file's bytes."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.fields.items()), "", ""]).encode() + self.payload

    def write(self) -> None:
        """Write the golden file."""
        file = FOLDER / f"{self.path}.vector"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.render())

    @property
    def kind(self) -> str:
        """The kind of sealed file that is asked for."""
        return self.fields["kind"]

    @property
    def expect(self) -> str:
        """`ok`, or the code of the refusal."""
        return self.fields["expect"]

    def numbers(self, name: str) -> Any:
        """Return a field that holds JSON."""
        return json.loads(self.fields[name])


def every(kind: str | None = None) -> list[Vector]:
    """Return all golden files, or those of a kind, in order of their paths."""
    found = [Vector.read(file) for file in sorted(FOLDER.rglob("*.vector"))]
    return [vector for vector in found if kind in (None, vector.kind)]
