"""The layers a circuit is made of: affine maps, dense or sparse, and elementwise polynomials."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.errors import InvalidRequest

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def malformed(reason: str) -> InvalidRequest:
    """Return the refusal of weights that are no circuit."""
    return InvalidRequest(f"these weights are no circuit: {reason}", code="malformed_weights", remedy="Publish again.")


def _finite(array: Array, ndim: int, what: str) -> Array:
    array = np.ascontiguousarray(array, dtype=np.float64)
    if array.ndim != ndim or not array.size or not np.isfinite(array).all():
        raise malformed(f"{what} must be a finite, non-empty array of {ndim} dimensions")
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
            raise malformed("weight and bias disagree")

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
    rows: Index
    columns: Index
    values: Array
    bias: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _finite(self.values, 1, "values"))
        object.__setattr__(self, "bias", _finite(self.bias, 1, "bias"))
        for name, bound in (("rows", self.outputs), ("columns", self.features)):
            index = np.ascontiguousarray(getattr(self, name), dtype=np.int64)
            object.__setattr__(self, name, index)
            if index.shape != self.values.shape or index.min() < 0 or index.max() >= bound:
                raise malformed(f"{name} and values disagree")
        pairs = np.sort(self.rows * self.features + self.columns)
        if (pairs[1:] == pairs[:-1]).any():
            raise malformed("a weight stands twice")

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
        sums = [np.bincount(self.rows, row[self.columns] * self.values, self.outputs) for row in X]
        return np.reshape(sums, (len(X), self.outputs)) + self.bias


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

    def by_power(self, width: int) -> Array:
        """Return the coefficients by power and then by unit, shape (powers, width): three powers at least."""
        given = np.atleast_2d(self.coefficients).T
        found = np.zeros((max(3, len(given)), width))
        found[: len(given)] = given
        return found

    def __call__(self, X: Array) -> Array:
        """Apply to every element of X, shape (rows, width) to the same."""
        result = np.zeros_like(X)
        for power in range(self.coefficients.shape[-1] - 1, -1, -1):
            result = result * X + self.coefficients[..., power]
        return result


Layer = Affine | SparseAffine | Polynomial
