"""Where predictions go: a file, or whatever else a path names."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from sealdrop.cli.streams import require_standard_output, writing


class Destination:
    """A file that appears under its name only when it is complete; a pipe or a device is written straight into.

    A context manager, to be entered before anything is sealed: what cannot be written is refused there, with
    ClientError (`not_written`). Links are followed, and a file that is replaced keeps its mode.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._target = Path(os.path.realpath(path))
        self._draft = self._target.with_name(f".sealdrop-{secrets.token_hex(8)}")
        self._mode: int | None = None  # of the file that is replaced
        self._drafted = False

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def filling(self) -> Iterator[TextIO]:
        """Give the open file; what was written to it is kept if nothing is raised."""
        with writing(str(self)):
            with self._file as file:
                yield file
            if self._drafted:
                self._complete()

    def __enter__(self) -> Self:
        with writing(str(self)):
            self._mode = _mode(self._path)
            self._drafted = self._mode is None or stat.S_ISREG(self._mode)
            if self._drafted:
                self._file = self._draft.open("x", newline="", encoding="utf-8")
            else:
                self._file = self._path.open("w", newline="", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._file.close()
        if self._drafted:
            with suppress(OSError):
                self._draft.unlink(missing_ok=True)

    def _complete(self) -> None:
        if self._mode is not None:
            self._draft.chmod(stat.S_IMODE(self._mode))
        self._draft.replace(self._target)


def opened(path: Path | None) -> AbstractContextManager[Destination | None]:
    """Return the destination of that name, to be entered; without a name there is none but standard output.

    Raises ClientError (`not_written`) if that is closed.
    """
    if path:
        return Destination(path)
    require_standard_output()
    return nullcontext()


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
