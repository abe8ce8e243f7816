"""Choices by comparison, as exporters spread activations over nodes: still one function of one value."""

from dataclasses import replace

import numpy as np

from sealdrop.publish.onnx.functions import Function, constant
from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.registry import Inputs, operator
from sealdrop.publish.onnx.values import Value, wire
from sealdrop.publish.onnx.wires import Wire, same_elements
from sealdrop_core.circuit import Array

_COMPARISONS = {
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
}


@operator(*_COMPARISONS)
def comparison(node: Node, inputs: Inputs) -> Value:
    """1 where it holds, 0 elsewhere."""
    own, (one, other) = _functions(node, inputs)
    compare = _COMPARISONS[node.operator]
    return replace(own, function=Function("step", lambda t: compare(one.call(t), other.call(t)).astype(np.float64)))


@operator("Where")
def where(node: Node, inputs: Inputs) -> Value:
    """One value or the other."""
    own, (condition, one, other) = _functions(node, inputs)

    def choose(t: Array) -> Array:
        return np.where(condition.call(t) > 0, one.call(t), other.call(t))

    return replace(own, function=Function("where", choose))


@operator("Max", "Min")
def extreme(node: Node, inputs: Inputs) -> Value:
    """The larger or the smaller of two values."""
    own, (one, other) = _functions(node, inputs)
    choose = np.maximum if node.operator == "Max" else np.minimum
    return replace(own, function=Function(node.operator.lower(), lambda t: choose(one.call(t), other.call(t))))


def _functions(node: Node, inputs: Inputs) -> tuple[Wire, list[Function]]:
    """Return the inputs as functions of the same values; numbers among them are constant functions."""
    wires = [wire(node, value) for value in inputs if not isinstance(value, np.ndarray)]
    if not wires or not all(same_elements(wires[0], other) for other in wires):
        raise node.refuse("it compares different values", "Ciphertexts cannot be compared: use a smooth activation.")
    functions = []
    for value in inputs:
        if isinstance(value, np.ndarray) and value.size != 1:
            raise node.refuse("it compares with more than one number", "Use one threshold for all values.")
        functions.append(constant(float(value.item())) if isinstance(value, np.ndarray) else wire(node, value).function)
    return wires[0], functions
