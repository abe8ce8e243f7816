"""Elementwise operators: sums, products and activations."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sealdrop.publish.linear import stacked, summed
from sealdrop.publish.nonlinearities import ACTIVATIONS
from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.registry import Inputs, operator
from sealdrop.publish.onnx.values import Constant, Value, constant, wire
from sealdrop.publish.onnx.wires import Wire, same_elements, same_stem
from sealdrop_core.circuit import Array, Polynomial, SparseAffine


@operator("Add", "Sub", "Mul")
def sum_or_product(node: Node, inputs: Inputs) -> Value:
    """A wire with a constant, or two wires."""
    one, other = inputs
    product, sign = node.operator == "Mul", -1.0 if node.operator == "Sub" else 1.0
    if isinstance(other, np.ndarray):
        return _line(wire(node, one), other, 0.0) if product else _line(wire(node, one), 1.0, sign * other)
    if isinstance(one, np.ndarray):
        return _line(wire(node, other), one, 0.0) if product else _line(wire(node, other), sign, one)
    return _times(wire(node, one), wire(node, other)) if product else _plus(wire(node, one), wire(node, other), sign)


@operator("Sum")
def sum_of_all(node: Node, inputs: Inputs) -> Value:
    """Any number of wires and constants."""
    first, *rest = inputs
    total = wire(node, first)
    for value in rest:
        total = _line(total, 1.0, value) if isinstance(value, np.ndarray) else _plus(total, wire(node, value), 1.0)
    return total


@operator("Div")
def quotient(node: Node, inputs: Inputs) -> Value:
    """Division by a constant."""
    divisor = constant(node, inputs[1], "divisor")
    if not divisor.all():
        raise node.refuse("it divides by zero")
    return _line(wire(node, inputs[0]), 1 / divisor.astype(np.float64), 0.0)


@operator("Neg")
def negative(node: Node, inputs: Inputs) -> Value:
    """-x."""
    return _line(wire(node, inputs[0]), -1.0, 0.0)


@operator("Pow")
def power(node: Node, inputs: Inputs) -> Value:
    """A whole, constant power."""
    exponent = constant(node, inputs[1], "exponent")
    if exponent.size != 1 or float(exponent.item()) not in range(9):
        raise node.refuse("its exponent is not one whole number from 0 to 8")
    base = wire(node, inputs[0])
    return replace(base, function=base.function.power(int(exponent.item())))


_ACTIVATIONS = {
    "Relu": "relu",
    "Sigmoid": "logistic",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Erf": "erf",
    "Exp": "exp",
    "Abs": "abs",
    "Softsign": "softsign",
    "Mish": "mish",
    "HardSwish": "hard_swish",
}


@operator(*_ACTIVATIONS)
def activation(node: Node, inputs: Inputs) -> Value:
    """A function without parameters."""
    name = _ACTIVATIONS[node.operator]
    return _applied(wire(node, inputs[0]), name, ACTIVATIONS[name].function)


@operator("LeakyRelu", "Elu", "Celu", "HardSigmoid", "Gelu")
def parametrised_activation(node: Node, inputs: Inputs) -> Value:
    """A function with parameters among its attributes."""
    slope = node.get("alpha", {"LeakyRelu": 0.01, "HardSigmoid": 0.2}.get(node.operator, 1.0))
    beta = node.get("beta", 0.5)
    gelu = "gelu_tanh" if node.get("approximate", b"none") == b"tanh" else "gelu"
    functions = {
        "LeakyRelu": lambda t: np.where(t > 0, t, slope * t),
        "Elu": lambda t: np.where(t > 0, t, slope * np.expm1(np.minimum(t, 0))),
        "Celu": lambda t: np.where(t > 0, t, slope * np.expm1(np.minimum(t, 0) / slope)),
        "HardSigmoid": lambda t: np.clip(slope * t + beta, 0, 1),
        "Gelu": ACTIVATIONS[gelu].function,
    }
    return _applied(wire(node, inputs[0]), node.operator.lower(), functions[node.operator])


@operator("PRelu")
def parametric_relu(node: Node, inputs: Inputs) -> Value:
    """Leaky ReLU with one slope for all."""
    slope = constant(node, inputs[1], "slope")
    if np.ptp(slope):
        raise node.refuse("it has a slope for each channel", "Use one slope: torch.nn.PReLU() without num_parameters.")
    one = float(slope.ravel()[0])
    return _applied(wire(node, inputs[0]), "prelu", lambda t: np.where(t > 0, t, one * t))


@operator("Clip")
def clip(node: Node, inputs: Inputs) -> Value:
    """A number between two constant bounds, such as ReLU6."""
    low, high = (
        np.inf * sign if value is None else float(constant(node, value, "bound").item())
        for value, sign in zip([*inputs[1:], None, None][:2], (-1, 1), strict=True)
    )
    return _applied(wire(node, inputs[0]), "clip", lambda t: np.clip(t, low, high))


def _applied(own: Wire, name: str, function: Callable[[Array], Array]) -> Wire:
    return replace(own, function=own.function.then(name, function))


def _line(own: Wire, factor: Constant | float, shift: Constant | float) -> Wire:
    """Return factor * x + shift, broadcast against one row."""
    parts = [_of_row(np.asarray(part, dtype=np.float64), len(own.shape)) for part in (factor, shift)]
    shape = np.broadcast_shapes(own.shape, *(part.shape for part in parts))
    return _spread(own, shape).with_constant(*parts)


def _of_row(array: Constant, dimensions: int) -> Constant:
    """Drop the dimension of the rows, which must have length 1."""
    if array.ndim > dimensions + 1 or (array.ndim == dimensions + 1 and len(array) != 1):
        raise ValueError(f"a constant of shape {array.shape} differs from row to row")
    return array[0] if array.ndim == dimensions + 1 else array


def _spread(own: Wire, shape: tuple[int, ...]) -> Wire:
    if shape == own.shape:
        return own
    return own.taken(np.broadcast_to(np.arange(own.width).reshape(own.shape), shape))


def _aligned(one: Wire, other: Wire) -> tuple[Wire, Wire]:
    shape = np.broadcast_shapes(one.shape, other.shape)
    return _spread(one, shape), _spread(other, shape)


def _plus(one: Wire, other: Wire, sign: float) -> Wire:
    if same_elements(one, other):
        return replace(one, function=one.function.plus(other.function, sign))
    one, other = (side.settled for side in _aligned(one, other))
    same_stem([one, other])
    return replace(one, linear=summed(one.linear, other.linear, sign))


def _times(one: Wire, other: Wire) -> Wire:
    """x * y is one function of the same values, or else ((x + y)^2 - (x - y)^2) / 4."""
    if same_elements(one, other):
        return replace(one, function=one.function.times(other.function))
    one, other = (side.settled for side in _aligned(one, other))
    same_stem([one, other])
    sums = stacked([summed(one.linear, other.linear, sign) for sign in (1.0, -1.0)])
    own = np.arange(one.width)
    quarters = np.repeat([0.25, -0.25], one.width)
    difference = SparseAffine(
        2 * one.width, np.concatenate([own, own]), np.arange(2 * one.width), quarters, np.zeros(one.width)
    )
    return replace(one, stem=(*one.stem, sums, Polynomial(np.array([0.0, 0.0, 1.0]))), linear=difference)
