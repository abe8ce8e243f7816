"""Operators that move values without changing them: computed once, on their positions."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sealdrop.publish.nonlinearities import ACTIVATIONS
from sealdrop.publish.onnx.functions import IDENTITY
from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.registry import Inputs, operator
from sealdrop.publish.onnx.values import Head, Value, constant, integers, wire
from sealdrop.publish.onnx.wires import Wire, side_by_side

Positions = NDArray[np.int64]
_FLOATS = (1, 10, 11, 16)  # TensorProto's FLOAT, FLOAT16, DOUBLE, BFLOAT16


@operator("Identity", "Dropout")
def identity(_: Node, inputs: Inputs) -> Value:
    """What went in; dropping out is for training."""
    assert inputs[0] is not None
    return inputs[0]


@operator("Cast")
def cast(node: Node, inputs: Inputs) -> Value:
    """Another type of number; heads are cast on the client."""
    if isinstance(inputs[0], Head):
        return inputs[0]
    if node.get("to") not in _FLOATS:
        raise node.refuse("it rounds to whole numbers")
    return wire(node, inputs[0])


@operator("Shape")
def shape(node: Node, inputs: Inputs) -> Value:
    """The shape of one row, which is what one row's reshaping needs."""
    return np.array([1, *wire(node, inputs[0]).shape])


@operator("Flatten")
def flatten(node: Node, inputs: Inputs) -> Value:
    """All values of a row in one dimension."""
    own = wire(node, inputs[0])
    if node.get("axis", 1) not in (1, -len(own.shape)):
        raise node.refuse("it mixes rows", "Flatten from axis 1 on.")
    return replace(own, shape=(own.width,))


@operator("Reshape")
def reshape(node: Node, inputs: Inputs) -> Value:
    """The same values in another shape; the first dimension stays that of the rows."""
    if isinstance(inputs[0], Head):
        return inputs[0]
    own, wanted = wire(node, inputs[0]), integers(node, inputs[1], "shape")
    kept = [(1, *own.shape)[index] if size == 0 else size for index, size in enumerate(wanted)]
    if len(kept) == 1 and own.width > 1:
        raise node.refuse("it mixes rows", "Keep the first dimension for the rows.")
    made = np.zeros((1, *own.shape)).reshape(kept).shape if kept[0] != -1 else (1, *_rest(own, kept[1:]))
    if made[0] != 1 or math.prod(made) != own.width:
        raise node.refuse("it mixes rows", "Keep the first dimension for the rows.")
    return replace(own, shape=made[1:] or (1,))


def _rest(own: Wire, sizes: list[int]) -> tuple[int, ...]:
    return np.zeros(own.width).reshape(sizes).shape if sizes else (own.width,)


@operator("Transpose")
def transpose(node: Node, inputs: Inputs) -> Value:
    """The dimensions of a row in another order."""
    own = wire(node, inputs[0])
    order = list(node.get("perm", range(len(own.shape) + 1)[::-1]))
    if order[0] != 0:
        raise node.refuse("it moves the dimension of the rows", "Keep the first dimension for the rows.")
    return own.taken(_positions(own).transpose(order)[0])


@operator("Squeeze", "Unsqueeze")
def squeeze(node: Node, inputs: Inputs) -> Value:
    """Dimensions of length 1 less, or more."""
    own = wire(node, inputs[0])
    axes = tuple(integers(node, inputs[1], "axes")) if len(inputs) > 1 and inputs[1] is not None else None
    at = _positions(own)
    if node.operator == "Unsqueeze":
        at = np.expand_dims(at, axes or ())
    else:
        axes = axes or tuple(axis for axis in range(1, at.ndim) if at.shape[axis] == 1)
        at = np.squeeze(at, axes)
    if not at.ndim or at.shape[0] != 1:
        raise node.refuse("it moves the dimension of the rows", "Keep the first dimension for the rows.")
    return replace(own, shape=at.shape[1:] or (1,))


@operator("Slice")
def cut(node: Node, inputs: Inputs) -> Value:
    """Ranges of some dimensions; of a binary head's probabilities, the second class's."""
    starts, ends, *rest = (integers(node, value, "range") for value in inputs[1:] if value is not None)
    axes = rest[0] if rest else list(range(len(starts)))
    strides = rest[1] if len(rest) > 1 else [1] * len(starts)
    head = inputs[0]
    if isinstance(head, Head) and head.reading == "binary" and (starts, ends, axes) == ([1], [2], [1]):
        return replace(head.scores, function=head.scores.function.then("logistic", ACTIVATIONS["logistic"].function))
    own = wire(node, head)
    at = _positions(own)
    chosen = [slice(None)] * at.ndim
    for start, end, axis, stride in zip(starts, ends, axes, strides, strict=True):
        _check_axis(node, axis % at.ndim)
        size = at.shape[axis]
        chosen[axis] = slice(start, None if end < -size else end, stride)
    return own.taken(at[tuple(chosen)][0])


@operator("Gather")
def gather(node: Node, inputs: Inputs) -> Value:
    """Chosen positions along one dimension."""
    own, index = wire(node, inputs[0]), constant(node, inputs[1], "index")
    at = _positions(own)
    axis = node.get("axis", 0) % at.ndim
    _check_axis(node, axis)
    taken = np.take(at, index.astype(np.int64), axis=axis)[0]
    return own.taken(taken.reshape(taken.shape or (1,)))


@operator("Split")
def split(node: Node, inputs: Inputs) -> list[Value]:
    """Parts along one dimension."""
    own = wire(node, inputs[0])
    at = _positions(own)
    axis = node.get("axis", 0) % at.ndim
    _check_axis(node, axis)
    if len(inputs) > 1 and inputs[1] is not None:
        ends = np.cumsum(integers(node, inputs[1], "sizes"))[:-1]
    else:
        size = -(-at.shape[axis] // len(node.outputs))
        ends = np.arange(size, at.shape[axis], size)
    return [own.taken(part[0]) for part in np.split(at, ends, axis=axis)]


@operator("Concat")
def concatenate(node: Node, inputs: Inputs) -> Value:
    """Wires side by side along one dimension; p and 1 - p of two classes are a head."""
    wires = [wire(node, value) for value in inputs]
    scores = [scores for own in wires if (scores := own.behind("logistic"))]
    if len(scores) == len(wires):  # what is elementwise can wait until after
        together = _concatenated(node, scores)
        return replace(together, function=IDENTITY.then("logistic", ACTIVATIONS["logistic"].function))
    if len(wires) == 2 and scores and wires[0].linear is wires[1].linear and _add_to_one(*wires):
        return Head("binary", scores[0], (0, 1))
    return _concatenated(node, wires)


def _add_to_one(one: Wire, other: Wire) -> bool:
    return other.behind("logistic") is not None and one.function.complements(other.function)


def _concatenated(node: Node, wires: list[Wire]) -> Wire:
    axis = node.get("axis") % (len(wires[0].shape) + 1)
    _check_axis(node, axis)
    starts = np.cumsum([0, *(own.width for own in wires)])
    at = [_positions(own) + start for own, start in zip(wires, starts[:-1], strict=True)]
    return side_by_side(wires).taken(np.concatenate(at, axis=axis)[0])


def _positions(own: Wire) -> Positions:
    """Return the positions of a row's values, in the shape of a batch of one row."""
    return np.arange(own.width).reshape(1, *own.shape)


def _check_axis(node: Node, axis: int) -> None:
    if axis == 0:
        raise node.refuse("it takes rows apart or together", "Keep the first dimension for the rows.")
