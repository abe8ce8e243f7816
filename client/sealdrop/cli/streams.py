"""Standard output and standard error, whose readers may leave and whose disks may be full."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, TextIO

from rich.console import Console

from sealdrop.errors import ClientError


class Stream(Console):
    """A console of rich's that goes on without a reader that has left, as `head` does.

    Printing raises ClientError (`not_written`) when standard output takes no more.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does."""
        if self.stderr:
            super().print(*objects, **options)
            return
        with standard_output():
            super().print(*objects, **options)

    def on_broken_pipe(self) -> None:
        """Let everything that is still printed go nowhere; rich's own way out is an exit."""
        _silence(self.file)


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Give standard output and write it out. Raises ClientError (`not_written`)."""
    with writing("standard output"):
        try:
            yield sys.stdout
            sys.stdout.flush()
        except OSError:
            _silence(sys.stdout)  # or the interpreter tries again when it ends, and complains
            raise


@contextmanager
def writing(place: str) -> Iterator[None]:
    """Refuse what a place does not take, with ClientError (`not_written`); a reader that has left is no error."""
    try:
        yield
    except BrokenPipeError:
        return
    except OSError as error:
        raise ClientError(
            f"{place} cannot be written: {error.strerror or type(error).__name__}",
            code="not_written",
            remedy="Name another place, or make this one writable.",
        ) from None


def _silence(file: IO[str]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, file.fileno())
    os.close(nowhere)
