"""Derivatives of a network's outputs by everything on the way, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sealdrop_core.circuit import Array
from sealdrop_core.powers import factors, products

Values = Mapping[int, Array]  # exponent ↦ shape (rows, units)
Norms = Mapping[int, Array]  # exponent ↦ shape (rows,)


@dataclass(frozen=True)
class Sensitivity:
    """The l2 norm of the derivative of an output, of whichever it is largest, for each row.

    For each layer by all units' powers, and by the inputs.
    """

    powers: Sequence[Norms]
    inputs: Array

    def __iter__(self) -> Iterator[Array]:
        for layer in self.powers:
            yield from layer.values()
        yield self.inputs


def sensitivity(weights: Sequence[Array], exponents: Sequence[Sequence[int]], values: Sequence[Values]) -> Sensitivity:
    """Differentiate by every power of every layer, from the last layer to the first.

    `exponents` are the powers that each layer hands on, `values` all powers of its units.
    """
    rows = len(next(iter(values[0].values())))
    slope = np.broadcast_to(weights[-1], (rows, *weights[-1].shape))
    found: list[Norms] = []
    for weight, used, powers in zip(weights[-2::-1], exponents[::-1], values[::-1], strict=True):
        by = dict(zip(used, np.split(slope, len(used), axis=2), strict=True))
        for exponent in reversed(products(used)):
            for factor, other in (factors(exponent), factors(exponent)[::-1]):
                by[factor] = by.get(factor, 0.0) + by[exponent] * powers[other][:, None, :]
        found.append({exponent: _norms(derivative) for exponent, derivative in by.items()})
        slope = np.tensordot(by[1], weight, 1)  # as one product: a matrix for each row would take twice as long
    return Sensitivity(found[::-1], _norms(slope))


def _norms(derivatives: Array) -> Array:
    """Return the largest norm for each row of derivatives of shape (rows, outputs, units)."""
    return np.asarray(np.sqrt(np.einsum("rou,rou->ro", derivatives, derivatives).max(axis=1)))
