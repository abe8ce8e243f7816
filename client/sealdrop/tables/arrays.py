"""Rows in NumPy's own files."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import RefusedInput

SUFFIXES = (".npy", ".npz")


def read_array(path: Path) -> NDArray[Any]:
    """Read an npy file, or of an npz file its one array or the one named X; nothing is unpickled.

    Raises RefusedInput (`not_numeric`).
    """
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return content
        with content as archive:
            return np.asarray(archive["X" if "X" in archive.files else archive.files[0]])
    except (ValueError, OSError, IndexError, EOFError, BadZipFile) as error:
        raise RefusedInput(
            f"{path.name} is no array of plain numbers",
            code="not_numeric",
            remedy="Save the rows with numpy.save or numpy.savez.",
        ) from error
