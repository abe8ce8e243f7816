"""Where sealdrop keeps what outlives a process: keyrings, receipts of submitted jobs, profiles."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from sealdrop.errors import Misconfigured


def data_folder() -> Path:
    """Return the folder of keyrings and receipts: `SEALDROP_HOME`, or the platform's for user data."""
    return _home() or user_data_path("sealdrop", appauthor=False)


def config_folder() -> Path:
    """Return the folder of profiles: `SEALDROP_HOME`, or the platform's for user configuration."""
    return _home() or user_config_path("sealdrop", appauthor=False)


@contextmanager
def keeping(path: Path) -> Iterator[None]:
    """Say what stands in the way of writing: a full disk, another's folder. Raises Misconfigured (`not_kept`)."""
    try:
        yield
    except OSError as error:
        raise Misconfigured(
            f"cannot write {path}: {error.strerror}",
            code="not_kept",
            remedy="Make room, or name another folder in SEALDROP_HOME.",
        ) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say what stands in the way of reading a file that is there. Raises Misconfigured (`not_read`)."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Misconfigured(
            f"cannot read {path}: {error.strerror}",
            code="not_read",
            remedy="Let yourself read it, or name another folder in SEALDROP_HOME.",
        ) from error


def private_folder(path: Path) -> Path:
    """Make the folder and those above it, open to their owner only, and return it; raises Misconfigured."""
    with keeping(path):
        if not path.parent.exists():
            private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; whoever reads it, also after a crash, finds the old one or the new.

    Raises Misconfigured.
    """
    folder = private_folder(path.parent)
    with keeping(path):
        descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise


def _home() -> Path | None:
    home = os.environ.get("SEALDROP_HOME")
    try:
        return Path(home).expanduser() if home else None
    except RuntimeError:  # ~somebody who is not known here
        raise Misconfigured(
            "SEALDROP_HOME names the home of an unknown user", code="bad_home", remedy="Give the folder's whole path."
        ) from None
