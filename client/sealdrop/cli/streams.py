"""Standard output and standard error, whose readers may leave and whose disks may be full."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
            with suppress(OSError):  # nobody hears it
                super().print(*objects, **options)
            return
        with suppress(BrokenPipeError), standard_output():
            super().print(*objects, **options)

    def on_broken_pipe(self) -> None:
        """Let everything that is still printed go nowhere; rich's own way out is an exit."""
        _silence(self.file)


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Give standard output and write it out.

    Raises ClientError (`not_written`), or BrokenPipeError when its reader has left.
    """
    require_standard_output()
    with writing("standard output"):
        try:
            yield sys.stdout
            sys.stdout.flush()
        except OSError:
            _silence(sys.stdout)  # or the interpreter tries again when it ends, and complains
            raise


def require_standard_output() -> None:
    """Raise ClientError (`not_written`) if this process was started without a standard output."""
    if sys.stdout is None:
        raise _refuse("standard output", "it is closed")


@contextmanager
def writing(place: str) -> Iterator[None]:
    """Refuse what a place does not take, with ClientError (`not_written`); BrokenPipeError: its reader has left."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _refuse(place, error.strerror or type(error).__name__) from None
    except UnicodeEncodeError as error:
        raise _refuse(place, f"{error.encoding} has not all characters of the answer") from None


def _refuse(place: str, reason: str) -> ClientError:
    return ClientError(
        f"{place} cannot be written: {reason}",
        code="not_written",
        remedy="Name another place, or make this one writable.",
    )


def _silence(file: IO[str]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, file.fileno())
    os.close(nowhere)
