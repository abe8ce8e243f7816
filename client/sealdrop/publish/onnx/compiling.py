"""Compile a graph: walk its nodes, and read its outputs as one model's."""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.linear import choose, sparse_identity
from sealdrop.publish.onnx.functions import IDENTITY
from sealdrop.publish.onnx.graph import Graph, folded, read
from sealdrop.publish.onnx.registry import apply, refuse_never
from sealdrop.publish.onnx.values import Head, Value
from sealdrop.publish.onnx.wires import Wire
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.manifest import Output

FOLDABLE = frozenset(
    {
        "Add",
        "Cast",
        "Concat",
        "Constant",
        "ConstantOfShape",
        "Div",
        "Flatten",
        "Gather",
        "Identity",
        "Mul",
        "Neg",
        "Reshape",
        "Shape",
        "Slice",
        "Sqrt",
        "Squeeze",
        "Sub",
        "Transpose",
        "Unsqueeze",
    }
)


class IgnoredOutput(UserWarning):
    """A network has several outputs: the first is published."""


@dataclass(frozen=True)
class CompiledGraph:
    """A compiled graph, and the output that its own answers are read from; `labelled` if that holds classes."""

    compiled: Compiled
    graph: Graph
    answer: str
    labelled: bool = False


def compile_graph(path: Path) -> CompiledGraph:
    """Compile an ONNX file.

    Raises UnsupportedModel with the node that does not fit.
    """
    graph = read(path)
    compiled = _compiled(graph)
    return replace(compiled, compiled=compiled.compiled.named(graph.columns))


def _compiled(graph: Graph) -> CompiledGraph:
    features = sum(int(np.prod(shape)) for shape in graph.inputs.values())
    values = _walk(graph, features)
    found = {name: values[name] for name in graph.outputs if isinstance(values.get(name), Wire | Head)}
    if not found:
        raise UnsupportedModel("no output depends on the input", code="unsupported_shape", remedy="Export it again.")
    own_heads = {name: value for name, value in found.items() if isinstance(value, Head)}
    if own_heads:
        return _classifier(graph, own_heads, features)
    (name, value), *others = found.items()
    assert isinstance(value, Wire)
    if others:
        ignored = ", ".join(f"'{other}'" for other, _ in others)
        warnings.warn(f"only output '{name}' is published, not {ignored}", IgnoredOutput, stacklevel=3)
    return CompiledGraph(_scores(value, features), graph, name)


def _walk(graph: Graph, features: int) -> dict[str, Value]:
    values: dict[str, Value] = {**graph.constants, **_inputs(graph, features)}
    for node in graph.nodes:
        refuse_never(node)
    for node in graph.nodes:
        arguments = [values[name] if name else None for name in node.inputs]
        constants = [value for value in arguments if isinstance(value, np.ndarray)]
        if len(constants) == sum(map(bool, node.inputs)) and node.operator in FOLDABLE:
            made: list[Value] = [*folded(node, constants)]
        else:
            made = apply(node, arguments)
        values.update(zip(node.outputs, made, strict=False))  # an operator may have more outputs than are used
    return values


def _inputs(graph: Graph, features: int) -> dict[str, Value]:
    """Return each input as a wire over all inputs, one after the other."""
    wires: dict[str, Value] = {}
    start, everything = 0, sparse_identity(features)
    for name, shape in graph.inputs.items():
        width = int(np.prod(shape))
        own = everything if width == features else choose(everything, np.arange(start, start + width))
        wires[name] = Wire((), own, IDENTITY, shape)
        start += width
    return wires


def _classifier(graph: Graph, found: dict[str, Head], features: int) -> CompiledGraph:
    """Read heads of the same scores as one classifier: its probabilities, its labels' names."""
    name, head = next(((name, head) for name, head in found.items() if head.label), next(iter(found.items())))
    reading = next((other for other in found.values() if other.reading not in ("classes", "margin")), head)
    output = Output(kind=reading.reading, classes=head.classes)
    return CompiledGraph(Compiled(reading.scores.network(features), output), graph, name, head.label)


def _scores(value: Wire, features: int) -> Compiled:
    """Read a wire: behind a last logistic function there are classes or labels, anything else is a number."""
    if len(value.shape) == 1 and (scores := value.behind("logistic")):
        network = scores.network(features)
        if value.width == 1:
            return Compiled(network, Output(kind="binary", classes=(0, 1)))
        return Compiled(network, Output(kind="multilabel", link="logistic", flat=False))
    if logarithms := value.behind("exp"):
        return Compiled(logarithms.network(features), Output(kind="regression", link="exp", flat=False))
    return Compiled(value.network(features), Output(kind="regression", flat=False))
