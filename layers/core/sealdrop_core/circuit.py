"""Circuits: what is computed, as alternating affine maps and elementwise polynomials, and their plaintext twin."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.layers import Affine, Array, Index, Layer, Polynomial, SparseAffine, malformed

__all__ = ["MAX_WEIGHTS", "Affine", "Array", "Circuit", "Index", "Layer", "Polynomial", "SparseAffine"]

MAX_WEIGHTS = 1 << 27  # one gigabyte of float64


@dataclass(frozen=True, eq=False)
class Circuit:
    """Layers in order; the first and the last are affine, and no two of a kind follow one another."""

    layers: tuple[Layer, ...]

    def __init__(self, layers: Sequence[Layer]) -> None:
        object.__setattr__(self, "layers", tuple(layers))
        linear = [not isinstance(layer, Polynomial) for layer in self.layers]
        if not linear or linear != [index % 2 == 0 for index in range(len(linear))] or not linear[-1]:
            raise malformed("affine and polynomial layers must alternate, affine first and last")
        for before, middle, after in zip(self.affines, self.polynomials, self.affines[1:], strict=False):
            if middle.coefficients.ndim == 2 and middle.coefficients.shape[0] != before.outputs:
                raise malformed("a polynomial layer has another width than the affine before it")
            if before.outputs != after.features:
                raise malformed("two affine layers disagree on the width between them")

    @property
    def affines(self) -> tuple[Affine | SparseAffine, ...]:
        """The affine layers, in order."""
        return tuple(layer for layer in self.layers if not isinstance(layer, Polynomial))

    @property
    def polynomials(self) -> tuple[Polynomial, ...]:
        """The polynomial layers, in order."""
        return tuple(layer for layer in self.layers if isinstance(layer, Polynomial))

    @property
    def features(self) -> int:
        """Width of a row."""
        return self.affines[0].features

    @property
    def outputs(self) -> int:
        """Number of scores for a row."""
        return self.affines[-1].outputs

    def evaluate(self, X: Array) -> Array:
        """Evaluate in plaintext, rows (rows, features) to scores (rows, outputs): the twin every plan is held to."""
        values = np.asarray(X, dtype=np.float64)
        for layer in self.layers:
            values = layer(values)
        return values

    def to_bytes(self) -> bytes:
        """Return an npz archive that `from_bytes` reads; equal circuits give equal bytes."""
        arrays: dict[str, NDArray[Any]] = {}
        for index, layer in enumerate(self.layers):
            for name, value in vars(layer).items():
                arrays[f"{index}.{type(layer).__name__}.{name}"] = np.asarray(value)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, array in arrays.items():
                entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                with archive.open(entry, "w") as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)
        return target.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote; nothing is unpickled.

        Raises InvalidRequest (`malformed_weights`) for anything else.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                if sum(entry.file_size for entry in archive.zip.infolist()) > 8 * MAX_WEIGHTS:
                    raise malformed("they are too large")
                arrays = {name: archive[name] for name in archive.files}
        except (ValueError, OSError, EOFError, KeyError, AttributeError, zipfile.BadZipFile) as error:
            raise malformed("not an npz archive of plain arrays") from error
        return cls(_layers(arrays))


_LAYERS: dict[str, type[Layer]] = {kind.__name__: kind for kind in (Affine, SparseAffine, Polynomial)}


def _layers(arrays: dict[str, NDArray[Any]]) -> list[Layer]:
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for name, array in arrays.items():
        match = re.fullmatch(r"([0-9]{1,3})\.([A-Za-z]{1,20})\.([a-z]{1,20})", name)
        if not match or match[2] not in _LAYERS or array.dtype.kind not in "fi":
            raise malformed(f"array '{name[:40]}' is unknown")
        kind, fields = found.setdefault(int(match[1]), (match[2], {}))
        if kind != match[2]:
            raise malformed("a layer is of two kinds")
        fields[match[3]] = int(array) if array.ndim == 0 else array
    try:
        return [_LAYERS[kind](**fields) for _, (kind, fields) in sorted(found.items())]
    except TypeError as error:
        raise malformed("a layer lacks an array or has one too many") from error
