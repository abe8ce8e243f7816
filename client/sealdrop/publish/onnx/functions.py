"""Elementwise functions of one variable, as expressions grow in a graph: polynomials as long as they can be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.polynomial.polynomial import polyadd, polymul

from sealdrop_core.circuit import Array, Polynomial

_PROBES = np.linspace(-6, 6, 97)


@dataclass(frozen=True)
class Function:
    """t ↦ f(t): its coefficients by ascending power if it is a polynomial, what it was last made of if it is not."""

    name: str
    call: Callable[[Array], Array]
    coefficients: tuple[float, ...] | None = None
    inner: "Function | None" = None

    @classmethod
    def polynomial(cls, coefficients: Array) -> Self:
        """Return the polynomial with these coefficients, by ascending power."""
        used = np.flatnonzero(coefficients)
        kept = coefficients[: used[-1] + 1] if used.size else np.zeros(1)
        return cls("polynomial", Polynomial(kept), tuple(kept.tolist()))

    @property
    def degree(self) -> int | None:
        """Degree of a polynomial, None of anything else."""
        return None if self.coefficients is None else len(self.coefficients) - 1

    @property
    def is_identity(self) -> bool:
        """Whether f(t) = t."""
        return self.coefficients == (0.0, 1.0)

    def complements(self, other: "Function") -> bool:
        """Whether f + g = 1."""
        return bool(np.allclose(self.call(_PROBES) + other.call(_PROBES), 1, rtol=0, atol=1e-6))

    def then(self, name: str, function: Callable[[Array], Array]) -> "Function":
        """Return t ↦ function(f(t))."""
        inner = self.call
        return Function(name, lambda t: function(inner(t)), inner=self)

    def plus(self, other: "Function", sign: float = 1.0) -> "Function":
        """Return f + sign * g."""
        if self.coefficients is not None and other.coefficients is not None:
            mine, theirs = np.array(self.coefficients), sign * np.array(other.coefficients)
            return Function.polynomial(np.asarray(polyadd(mine, theirs), dtype=np.float64))
        f, g = self.call, other.call
        return Function(_joined(self, other), lambda t: f(t) + sign * g(t))

    def times(self, other: "Function") -> "Function":
        """Return f * g."""
        if self.coefficients is not None and other.coefficients is not None:
            product = polymul(self.coefficients, other.coefficients)
            return Function.polynomial(np.asarray(product, dtype=np.float64))
        f, g = self.call, other.call
        return Function(_joined(self, other), lambda t: f(t) * g(t))

    def power(self, exponent: int) -> "Function":
        """Return f to a whole power, not below 0."""
        result = constant(1.0)
        for _ in range(exponent):
            result = result.times(self)
        return result


def constant(value: float) -> Function:
    """Return t ↦ value."""
    return Function.polynomial(np.array([value]))


IDENTITY = Function.polynomial(np.array([0.0, 1.0]))


def _joined(one: Function, other: Function) -> str:
    names = {function.name for function in (one, other) if function.coefficients is None}
    return " and ".join(sorted(names))
