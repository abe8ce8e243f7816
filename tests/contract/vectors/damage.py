"""Damage: one thing wrong with a golden file that is to be accepted, and the code it must be refused with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.contract.vectors.vector import FOLDER, Vector

Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Damage:
    """`base` and `path` are paths of golden files; `asked` replaces what the reader expects."""

    path: str
    base: str
    expect: str
    comment: str
    change: Change
    asked: Mapping[str, str] = field(default_factory=dict)

    def vector(self) -> Vector:
        """Return the golden file."""
        base = Vector.read(FOLDER / f"{self.base}.vector")
        kept = {name: value for name, value in base.fields.items() if name not in ("values", "scores", "within")}
        payload = self.change(base.payload)
        if payload == base.payload and not self.asked:
            raise ValueError(f"{self.path} is not damaged")
        return Vector(self.path, kept | {"expect": self.expect, "comment": self.comment} | dict(self.asked), payload)


def replace(old: bytes, new: bytes) -> Change:
    """Return a change that replaces the first `old`."""
    return lambda data: data.replace(old, new, 1)


def value(name: str, new: str) -> Change:
    """Return a change that gives a header field another value."""

    def change(data: bytes) -> bytes:
        start = data.index(f"\n{name}: ".encode()) + len(name) + 3
        return data[:start] + new.encode() + data[data.index(b"\n", start) :]

    return change


def body(change: Change, *, declared: bool = True) -> Change:
    """Return a change of the body; the field `bytes` follows it if `declared`."""

    def changed(data: bytes) -> bytes:
        head, _, old = data.partition(b"\n\n")
        new = change(old)
        whole = head + b"\n\n" + new
        return value("bytes", str(len(new)))(whole) if declared else whole

    return changed


def bits(start: int, width: int, new: int) -> Change:
    """Return a change that writes a number of `width` bits into a body, `start` bits from its beginning.

    A negative `start` counts from the end.
    """

    def change(data: bytes) -> bytes:
        first = start % (8 * len(data))
        number = int.from_bytes(data, "little")
        number &= ~((1 << width) - 1 << first)
        return (number | new << first).to_bytes(len(data), "little")

    return change
