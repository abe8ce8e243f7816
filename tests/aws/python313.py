"""A Python 3.13 on this machine, if there is one: what Lambda runs, and what compiles .pyc files for it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def python313() -> Path | None:
    """Return an interpreter that is Python 3.13, from PATH, pyenv or uv."""
    return next((found for found in _candidates() if _is_313(found)), None)


def _candidates() -> Iterator[Path]:
    for name in ("python3.13", "python3", "python"):
        if on_path := shutil.which(name):
            yield Path(on_path)
    roots = (
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions"),
        Path.home() / ".local/share/uv/python",
    )
    for root in roots:
        yield from sorted(root.glob("*3.13*/bin/python3.13"))


def _is_313(python: Path) -> bool:
    told = subprocess.run([python, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True)
    return told.stdout.strip() == "(3, 13)"
