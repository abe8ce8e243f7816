"""Gains of what is computed inside an elementwise polynomial, each worked out when some noise is multiplied by it."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sealdrop_core.circuit import Array


@dataclass(frozen=True)
class Gain:
    """Derivatives of a score by some values: their l2 norm and the largest, each the worst over rows and scores."""

    norm: float
    peak: float

    @classmethod
    def of(cls, derivatives: Array) -> "Gain":
        """Return the gain of derivatives of shape (rows, scores, values)."""
        squares = derivatives * derivatives
        return cls(math.sqrt(float(squares.sum(axis=-1).max())), math.sqrt(float(squares.max())))


@dataclass(frozen=True, eq=False)
class PolynomialGains:
    """Gains inside p(z) = low(z) + high(z) z^4, its largest value, and its largest coefficients.

    `powers` are the coefficients, shape (powers, width), of polynomials at z, shape (rows, width); `derivatives`, shape
    (rows, scores, width), are those of scores by p(z).
    """

    powers: Array
    z: Array
    derivatives: Array
    reach: float

    @cached_property
    def sizes(self) -> tuple[float, ...]:
        """Largest coefficient of each power."""
        return tuple(np.abs(self.powers).max(axis=1).tolist())

    @cached_property
    def steepest(self) -> float:
        """Largest slope of p."""
        return float(np.abs(slopes(self.powers, self.z)).max())

    @cached_property
    def result(self) -> Gain:
        """Gain of p(z)."""
        return Gain.of(self.derivatives)

    @cached_property
    def coefficients(self) -> tuple[Gain, ...]:
        """Gain of each coefficient."""
        return tuple(self._times(self.z**power) for power in range(len(self.powers)))

    @cached_property
    def square(self) -> Gain:
        """Gain of z^2."""
        c, z = self._eight, self.z
        return self._times(c[2] + c[3] * z + (c[6] + c[7] * z) * z**4 + 2 * z**2 * self._high)

    @cached_property
    def fourth(self) -> Gain:
        """Gain of z^4."""
        return self._times(self._high)

    @cached_property
    def upper(self) -> Gain:
        """Gain of high(z)."""
        return self._times(self.z**4)

    @cached_property
    def leading(self) -> Gain:
        """Gain of c3 z, below the z^2 that multiplies it."""
        return self._times(self.z**2)

    @cached_property
    def upper_leading(self) -> Gain:
        """Gain of c7 z, below the z^6 that multiplies it."""
        return self._times(self.z**6)

    @cached_property
    def _eight(self) -> Array:
        found = np.zeros((8, self.z.shape[1]))
        found[: len(self.powers)] = self.powers
        return found

    @cached_property
    def _high(self) -> Array:
        c, z = self._eight, self.z
        return np.asarray(c[4] + c[5] * z + (c[6] + c[7] * z) * z**2)

    def _times(self, factor: Array) -> Gain:
        return Gain.of(self.derivatives * factor[:, None])


def slopes(powers: Array, z: Array) -> Array:
    """Return the derivative of polynomials at z, shape (rows, width); their coefficients have shape (powers, width)."""
    slope = np.zeros_like(z)
    for power in range(len(powers) - 1, 0, -1):
        slope = slope * z + power * powers[power]
    return slope
