"""Operators that are affine in their input, with constant weights."""

import numpy as np

from sealdrop.publish.linear import sparse
from sealdrop.publish.onnx.convolution import Window, convolution, pooling
from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.registry import ML, Inputs, operator
from sealdrop.publish.onnx.values import Constant, Value, constant, integers, wire
from sealdrop.publish.onnx.wires import Wire
from sealdrop_core.circuit import Affine, Array, SparseAffine


@operator("MatMul")
def matrix_product(node: Node, inputs: Inputs) -> Value:
    """x @ weight, over the last dimension."""
    own, weight = wire(node, inputs[0]), _float(constant(node, inputs[1], "second factor"))
    if weight.ndim != 2 or weight.shape[0] != own.shape[-1]:
        raise node.refuse(f"its factors have shapes {own.shape} and {weight.shape}")
    return _over_last(own, weight)


@operator("Gemm")
def general_matrix_product(node: Node, inputs: Inputs) -> Value:
    """alpha * x @ weight + beta * bias."""
    own, weight = wire(node, inputs[0]), _float(constant(node, inputs[1], "second factor"))
    if node.get("transA", 0):
        raise node.refuse("it transposes rows into columns")
    weight = node.get("alpha", 1.0) * (weight.T if node.get("transB", 0) else weight)
    bias = np.zeros(weight.shape[1])
    if len(inputs) > 2 and inputs[2] is not None:
        bias = node.get("beta", 1.0) * _float(constant(node, inputs[2], "bias"))
    bias = np.broadcast_to(bias.reshape(bias.shape[-1:]), weight.shape[1:])
    return own.mapped(Affine(weight.T, bias), (weight.shape[1],))


def _over_last(own: Wire, weight: Array) -> Wire:
    """Return the product with the last dimension of every place before it."""
    depth, width = weight.shape
    places = own.width // depth
    shape = (*own.shape[:-1], width)
    if places == 1:
        return own.mapped(Affine(weight.T, np.zeros(width)), shape)
    column, row = np.nonzero(weight)
    rows = (np.arange(places)[:, np.newaxis] * width + row).ravel()
    columns = (np.arange(places)[:, np.newaxis] * depth + column).ravel()
    values = np.tile(weight[column, row], places)
    return own.mapped(sparse(own.width, rows, columns, values, np.zeros(places * width)), shape)


@operator("BatchNormalization")
def batch_normalization(node: Node, inputs: Inputs) -> Value:
    """(x - mean) / sqrt(variance + epsilon) * scale + shift for each channel."""
    own = wire(node, inputs[0])
    if node.get("training_mode", 0):
        raise node.refuse("it is in training mode", "Export the model in evaluation mode.")
    scale, shift, mean, variance = (_float(constant(node, value, "statistic")) for value in inputs[1:5])
    factor = scale / np.sqrt(variance + node.get("epsilon", 1e-5))
    channels = (len(factor), *([1] * (len(own.shape) - 1)))
    return own.with_constant(factor.reshape(channels), (shift - mean * factor).reshape(channels))


@operator("Conv")
def conv(node: Node, inputs: Inputs) -> Value:
    """A convolution of any number of dimensions."""
    own, weight = wire(node, inputs[0]), _float(constant(node, inputs[1], "kernel"))
    bias = np.zeros(len(weight))
    if len(inputs) > 2 and inputs[2] is not None:
        bias = _float(constant(node, inputs[2], "bias"))
    window = Window.of(node, own.shape, weight.shape[2:])
    return own.mapped(convolution(weight, bias, window, node.get("group", 1)), (len(weight), *window.out))


@operator("AveragePool")
def average_pool(node: Node, inputs: Inputs) -> Value:
    """The mean of each window."""
    own = wire(node, inputs[0])
    if node.get("ceil_mode", 0):
        raise node.refuse("it rounds the number of windows up", "Use ceil_mode=False and padding.")
    window = Window.of(node, own.shape, tuple(node.get("kernel_shape")))
    return own.mapped(pooling(window, bool(node.get("count_include_pad", 0))), (own.shape[0], *window.out))


@operator("GlobalAveragePool")
def global_average_pool(_: Node, inputs: Inputs) -> Value:
    """The mean of each channel."""
    own = wire(_, inputs[0])
    return _reduced(own, tuple(range(2, len(own.shape) + 1)), keep=True, mean=True)


@operator("ReduceMean", "ReduceSum")
def reduce(node: Node, inputs: Inputs) -> Value:
    """Means or sums over some dimensions."""
    own = wire(node, inputs[0])
    given = integers(node, inputs[1], "axes") if len(inputs) > 1 and inputs[1] is not None else node.get("axes")
    axes = tuple(axis % (len(own.shape) + 1) for axis in (given or range(len(own.shape) + 1)))
    if 0 in axes:
        raise node.refuse("it mixes rows", "Keep the first dimension for the rows.")
    return _reduced(own, axes, keep=bool(node.get("keepdims", 1)), mean=node.operator == "ReduceMean")


def _reduced(own: Wire, axes: tuple[int, ...], *, keep: bool, mean: bool) -> Wire:
    at = np.arange(own.width).reshape(1, *own.shape)
    moved = np.moveaxis(at, axes, range(-len(axes), 0))
    groups = moved.reshape(-1, int(np.prod([at.shape[axis] for axis in axes])))
    rows = np.repeat(np.arange(len(groups)), groups.shape[1])
    value = 1 / groups.shape[1] if mean else 1.0
    linear = SparseAffine(own.width, rows, groups.ravel(), np.full(groups.size, value), np.zeros(len(groups)))
    shape = np.empty(at.shape).sum(axis=axes, keepdims=keep).shape[1:]
    return own.mapped(linear, shape or (1,))


@operator("Pad")
def pad(node: Node, inputs: Inputs) -> Value:
    """A constant around some dimensions."""
    own = wire(node, inputs[0])
    if node.get("mode", b"constant") != b"constant":
        raise node.refuse(f"its mode is {node.get('mode').decode()}", "Pad with a constant.")
    given = [*inputs, None, None, None][1:4]
    pads, dimensions = integers(node, given[0], "pads"), len(own.shape) + 1
    axes = integers(node, given[2], "axes") if given[2] is not None else list(range(dimensions))
    around = [(0, 0)] * dimensions
    for index, axis in enumerate(axes):
        around[axis] = (pads[index], pads[index + len(axes)])
    if around[0] != (0, 0) or min(map(min, around)) < 0:
        raise node.refuse("it pads rows, or cuts off", "Pad the dimensions after the first, with lengths from 0 on.")
    fill = float(constant(node, given[1], "value").item()) if given[1] is not None else 0.0
    at = np.pad(np.arange(own.width).reshape(1, *own.shape), around, constant_values=-1)[0]
    kept = np.flatnonzero(at.ravel() >= 0)
    linear = SparseAffine(own.width, kept, at.ravel()[kept], np.ones(len(kept)), np.where(at.ravel() < 0, fill, 0.0))
    return own.mapped(linear, at.shape)


@operator("Scaler", domain=ML)
def scaler(node: Node, inputs: Inputs) -> Value:
    """(x - offset) * scale for each column."""
    own = wire(node, inputs[0])
    offset, scale = _float(np.array(node.get("offset", [0.0]))), _float(np.array(node.get("scale", [1.0])))
    return own.with_constant(scale, -offset * scale)


@operator("LinearRegressor", domain=ML)
def linear_regressor(node: Node, inputs: Inputs) -> Value:
    """x @ weight + bias for each target."""
    own, targets = wire(node, inputs[0]), node.get("targets", 1)
    if node.get("post_transform", b"NONE") != b"NONE":
        raise node.refuse("it transforms its targets", "Export it without post_transform.")
    weight = _float(np.array(node.get("coefficients"))).reshape(targets, own.width)
    return own.mapped(Affine(weight, _float(np.array(node.get("intercepts", [0.0] * targets)))), (targets,))


def _float(array: Constant) -> Array:
    return array.astype(np.float64)
