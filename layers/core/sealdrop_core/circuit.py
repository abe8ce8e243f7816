"""Circuits: what is computed, as alternating affine maps and elementwise polynomials, and their plaintext twin."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.errors import InvalidRequest

Array = NDArray[np.float64]
MAX_WEIGHTS = 1 << 27  # one gigabyte of float64


def _refuse(reason: str) -> InvalidRequest:
    return InvalidRequest(f"these weights are no circuit: {reason}", code="malformed_weights", remedy="Publish again.")


def _finite(array: Array, ndim: int, what: str) -> Array:
    array = np.ascontiguousarray(array, dtype=np.float64)
    if array.ndim != ndim or not array.size or not np.isfinite(array).all():
        raise _refuse(f"{what} must be a finite, non-empty array of {ndim} dimensions")
    return array


@dataclass(frozen=True, eq=False)
class Affine:
    """x ↦ weight @ x + bias, with weight of shape (outputs, features) and bias of shape (outputs,)."""

    weight: Array
    bias: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _finite(self.weight, 2, "weight"))
        object.__setattr__(self, "bias", _finite(self.bias, 1, "bias"))
        if self.bias.shape[0] != self.weight.shape[0]:
            raise _refuse("weight and bias disagree")

    @property
    def features(self) -> int:
        """Width of what goes in."""
        return int(self.weight.shape[1])

    @property
    def outputs(self) -> int:
        """Width of what comes out."""
        return int(self.weight.shape[0])

    def dense(self) -> Array:
        """Return the weight as an array of shape (outputs, features)."""
        return self.weight

    def __call__(self, X: Array) -> Array:
        """Map rows X of shape (rows, features) to shape (rows, outputs)."""
        return X @ self.weight.T + self.bias


@dataclass(frozen=True, eq=False)
class SparseAffine:
    """An affine map that keeps only its non-zero weights: convolutions and pooling.

    Weight `values[k]` joins feature `columns[k]` to output `rows[k]`; each pair at most once.
    """

    features: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Array
    bias: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _finite(self.values, 1, "values"))
        object.__setattr__(self, "bias", _finite(self.bias, 1, "bias"))
        for name, bound in (("rows", self.outputs), ("columns", self.features)):
            index = np.ascontiguousarray(getattr(self, name), dtype=np.int64)
            object.__setattr__(self, name, index)
            if index.shape != self.values.shape or index.min() < 0 or index.max() >= bound:
                raise _refuse(f"{name} and values disagree")
        if np.unique(self.rows * self.features + self.columns).size != self.rows.size:
            raise _refuse("a weight stands twice")

    @property
    def outputs(self) -> int:
        """Width of what comes out."""
        return int(self.bias.shape[0])

    def dense(self) -> Array:
        """Return the weight as an array of shape (outputs, features)."""
        weight = np.zeros((self.outputs, self.features))
        weight[self.rows, self.columns] = self.values
        return weight

    def __call__(self, X: Array) -> Array:
        """Map rows X of shape (rows, features) to shape (rows, outputs)."""
        out = np.zeros((len(X), self.outputs))
        np.add.at(out.T, self.rows, (X[:, self.columns] * self.values).T)
        return out + self.bias


@dataclass(frozen=True, eq=False)
class Polynomial:
    """An elementwise polynomial; coefficients by ascending power, (powers,) for all or (width, powers) for each."""

    coefficients: Array

    def __post_init__(self) -> None:
        ndim = np.ndim(self.coefficients)
        object.__setattr__(self, "coefficients", _finite(self.coefficients, 1 if ndim < 2 else 2, "coefficients"))

    @property
    def degree(self) -> int:
        """The highest power with a non-zero coefficient."""
        used = np.flatnonzero(np.atleast_2d(self.coefficients).any(axis=0))
        return int(used[-1]) if used.size else 0

    def __call__(self, X: Array) -> Array:
        """Apply to every element of X, shape (rows, width) to the same."""
        result = np.zeros_like(X)
        for power in range(self.coefficients.shape[-1] - 1, -1, -1):
            result = result * X + self.coefficients[..., power]
        return result


Layer = Affine | SparseAffine | Polynomial


@dataclass(frozen=True, eq=False)
class Circuit:
    """Layers in order; the first and the last are affine, and no two of a kind follow one another."""

    layers: tuple[Layer, ...]

    def __init__(self, layers: Sequence[Layer]) -> None:
        object.__setattr__(self, "layers", tuple(layers))
        linear = [not isinstance(layer, Polynomial) for layer in self.layers]
        if not linear or linear != [index % 2 == 0 for index in range(len(linear))] or not linear[-1]:
            raise _refuse("affine and polynomial layers must alternate, affine first and last")
        for before, middle, after in zip(self.affines, self.polynomials, self.affines[1:], strict=False):
            if middle.coefficients.ndim == 2 and middle.coefficients.shape[0] != before.outputs:
                raise _refuse("a polynomial layer has another width than the affine before it")
            if before.outputs != after.features:
                raise _refuse("two affine layers disagree on the width between them")

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
                    raise _refuse("they are too large")
                arrays = {name: archive[name] for name in archive.files}
        except (ValueError, OSError, EOFError, KeyError, AttributeError, zipfile.BadZipFile) as error:
            raise _refuse("not an npz archive of plain arrays") from error
        return cls(_layers(arrays))


_LAYERS: dict[str, type[Layer]] = {kind.__name__: kind for kind in (Affine, SparseAffine, Polynomial)}


def _layers(arrays: dict[str, NDArray[Any]]) -> list[Layer]:
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for name, array in arrays.items():
        match = re.fullmatch(r"([0-9]{1,3})\.([A-Za-z]{1,20})\.([a-z]{1,20})", name)
        if not match or match[2] not in _LAYERS or array.dtype.kind not in "fi":
            raise _refuse(f"array '{name[:40]}' is unknown")
        kind, fields = found.setdefault(int(match[1]), (match[2], {}))
        if kind != match[2]:
            raise _refuse("a layer is of two kinds")
        fields[match[3]] = int(array) if array.ndim == 0 else array
    try:
        return [_LAYERS[kind](**fields) for _, (kind, fields) in sorted(found.items())]
    except TypeError as error:
        raise _refuse("a layer lacks an array or has one too many") from error
