"""The graph's own answers, by onnx's reference implementation in NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, helper
from onnx.reference import ReferenceEvaluator

from sealdrop.publish.onnx.compiling import CompiledGraph
from sealdrop.publish.onnx.graph import Graph

BATCH = 256  # rows


def answers(own: CompiledGraph, X: Any) -> NDArray[Any]:
    """Return what the graph itself answers to rows X, shape (rows, features): classes, label vectors or numbers."""
    rows, output = np.asarray(X, dtype=np.float64), own.compiled.output
    evaluator = ReferenceEvaluator(_pruned(own.graph.proto, own.answer))
    size = 1 if _fixed(own.graph) else BATCH
    parts = [
        evaluator.run([own.answer], _feed(own.graph, rows[start : start + size]))[0]
        for start in range(0, len(rows), size)
    ]
    found = np.concatenate([np.asarray(part) for part in parts])
    found = found.reshape(len(rows), -1)
    if output.kind == "regression":
        return found
    if output.kind == "multilabel":
        return (found > 0.5).astype(np.int64)
    return _classes(found, own)


def _classes(found: NDArray[Any], own: CompiledGraph) -> NDArray[Any]:
    names = np.asarray(own.compiled.output.classes)
    if found.shape[1] > 1:
        return np.asarray(names[found.argmax(axis=1)])
    if own.labelled:
        return found[:, 0]
    least = 0.0 if own.compiled.output.kind == "margin" else 0.5
    return np.asarray(names[(found[:, 0] > least).astype(np.intp)])


def _pruned(proto: ModelProto, answer: str) -> ModelProto:
    """Return the model with nothing but what leads to one output."""
    pruned = ModelProto()
    pruned.CopyFrom(proto)
    needed, nodes = {answer}, []
    for node in reversed(proto.graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            nodes.append(node)
    outputs = [output for output in proto.graph.output if output.name == answer]
    for field, kept in (("node", nodes[::-1]), ("output", outputs)):
        pruned.graph.ClearField(field)
        getattr(pruned.graph, field).extend(kept)
    return pruned


def _fixed(graph: Graph) -> bool:
    """Whether the graph takes one row at a time."""
    return any(entry.type.tensor_type.shape.dim[0].dim_value == 1 for entry in graph.proto.graph.input)


def _feed(graph: Graph, rows: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Cut rows into the graph's inputs, in their shapes and types."""
    types = {entry.name: entry.type.tensor_type for entry in graph.proto.graph.input}
    feed, start = {}, 0
    for name, shape in graph.inputs.items():
        width = int(np.prod(shape))
        own = rows[:, start : start + width]
        rank = len(types[name].shape.dim)
        kind = helper.tensor_dtype_to_np_dtype(types[name].elem_type)
        feed[name] = own.reshape(len(own), *shape[: rank - 1]).astype(kind)
        start += width
    return feed
