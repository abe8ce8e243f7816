"""What a shared library says of itself: its machine, and the versions of system libraries it asks for.

Read with the standard library, so that it works on any machine and for any architecture.
Format: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
"""

import re
import struct
from pathlib import Path

MACHINES = {62: "x86_64", 183: "arm64"}
_VERSION = re.compile(rb"\0(GLIBC|GLIBCXX|CXXABI|GCC)_((?:[0-9]+\.)+[0-9]+)(?=\0)")

Version = tuple[int, ...]


def machine(library: Path) -> str:
    """Return the architecture as Lambda calls it."""
    with library.open("rb") as file:
        head = file.read(20)
    assert head[:6] == b"\x7fELF\x02\x01", f"{library.name} is no 64-bit little-endian ELF file"
    return MACHINES[struct.unpack_from("<H", head, 18)[0]]


def needs(library: Path) -> dict[str, Version]:
    """Return the highest version of each system interface that the library names."""
    found: dict[str, Version] = {}
    for name, version in _VERSION.findall(library.read_bytes()):
        number = tuple(map(int, version.split(b".")))
        found[name.decode()] = max(number, found.get(name.decode(), ()))
    return found
