"""Memory that two processes share: what one writes the other reads, and no byte of it goes through a pipe.

An anonymous file stands in for /dev/shm, which Lambda does not have.
"""

import mmap
import os
import tempfile


class Shared:
    """Shared memory that grows to what was asked of it; the other process attaches by the file's descriptor."""

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = _anonymous() if descriptor is None else descriptor
        self._map: mmap.mmap | None = None

    def view(self, size: int) -> memoryview:
        """Return the first `size` bytes."""
        if self._map is None or len(self._map) < size:
            if os.fstat(self.descriptor).st_size < size:
                os.ftruncate(self.descriptor, size)
            # the old map, if any, ends with the last view of it
            self._map = mmap.mmap(self.descriptor, os.fstat(self.descriptor).st_size)
        return memoryview(self._map)[:size]

    def close(self) -> None:
        """Give the memory back; only for the process that made it."""
        self._map = None
        os.close(self.descriptor)


def _anonymous() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("sealdrop", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
