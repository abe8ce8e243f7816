"""Wires: what a tensor of the graph is, as a network of the model's input."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sealdrop.publish.linear import Linear, choose, merge, scaled, sparse_identity, stacked
from sealdrop.publish.network import Layer, Network, chain
from sealdrop.publish.nonlinearities import Activation
from sealdrop.publish.onnx.functions import IDENTITY, Function
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.circuit import Array, Polynomial


@dataclass(frozen=True, eq=False)
class Wire:
    """`function`, elementwise, of `linear` of what `stem` makes of the input; `shape` is one row's.

    Tensors that are computed from one another elementwise share their `linear`; that is how `x * sigmoid(x)`, spread
    over two nodes, is seen to be one function of x. Tensors that share their `stem` can be added.
    """

    stem: tuple[Layer, ...]
    linear: Linear
    function: Function
    shape: tuple[int, ...]

    @property
    def width(self) -> int:
        """Number of values in a row."""
        return self.linear.outputs

    @cached_property
    def settled(self) -> "Wire":
        """The same values with the identity as function: what is no polynomial of degree 1 joins the stem."""
        function = self.function
        if function.is_identity:
            return self
        if function.degree is not None and function.degree <= 1:
            shift, factor = (*(function.coefficients or ()), 0.0)[:2]
            linear = scaled(self.linear, np.full(self.width, factor), np.full(self.width, shift))
            return replace(self, linear=linear, function=IDENTITY)
        layer: Layer = Activation(function.name, function.call)
        if function.coefficients is not None:
            layer = Polynomial(np.array(function.coefficients))
        return replace(
            self, stem=(*self.stem, self.linear, layer), linear=sparse_identity(self.width), function=IDENTITY
        )

    def behind(self, name: str) -> "Wire | None":
        """Return the values that a last activation of this name was applied to, None if there is none."""
        inner = self.function.inner
        return replace(self, function=inner) if self.function.name == name and inner is not None else None

    def network(self, features: int) -> Network:
        """Return the network that computes this wire from the model's input."""
        settled = self.settled
        return chain(features, [*settled.stem, settled.linear])

    def mapped(self, linear: Linear, shape: tuple[int, ...]) -> "Wire":
        """Return `linear` of this wire's values."""
        settled = self.settled
        return replace(settled, linear=merge(settled.linear, linear), shape=shape)

    def taken(self, index: NDArray[np.int64]) -> "Wire":
        """Return the values that `index` points to, in its shape."""
        if np.array_equal(index.ravel(), np.arange(self.width)):
            return replace(self, shape=index.shape)
        return replace(self, linear=choose(self.linear, index.ravel()), shape=index.shape)

    def with_constant(self, factors: Array, shifts: Array) -> "Wire":
        """Return factors * values + shifts, both broadcast to a row's shape."""
        factors, shifts = (np.broadcast_to(part, self.shape).ravel() for part in (factors, shifts))
        if not np.ptp(factors) and not np.ptp(shifts):
            line = Function.polynomial(np.array([shifts[0], factors[0]]))
            if self.function.is_identity:
                return replace(self, function=line)
            constant = Function.polynomial(np.array([factors[0]]))
            return replace(self, function=self.function.times(constant).plus(Function.polynomial(shifts[:1])))
        settled = self.settled
        return replace(settled, linear=scaled(settled.linear, factors, shifts))


def same_elements(one: Wire, other: Wire) -> bool:
    """Whether two wires are functions of the same values."""
    return one.linear is other.linear and one.shape == other.shape


def same_stem(wires: Sequence[Wire]) -> None:
    """Refuse settled wires that do not stem from the same layer, with UnsupportedModel."""
    if any(wire.stem != wires[0].stem for wire in wires):
        raise UnsupportedModel(
            "two branches with different activations meet, and sealdrop does not join such branches yet",
            remedy="Join the branches before the activation, or leave out skip connections across one.",
        )


def side_by_side(wires: Sequence[Wire]) -> Wire:
    """Return all values of wires in a row; they must stem from the same layer.

    Raises UnsupportedModel.
    """
    settled = [wire.settled for wire in wires]
    same_stem(settled)
    linear = stacked([wire.linear for wire in settled])
    return replace(settled[0], linear=linear, shape=(linear.outputs,))
