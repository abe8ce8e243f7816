"""An ONNX file as nodes in order and constants by name; nothing in it is ever run."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, ValueInfoProto, external_data_helper, helper, numpy_helper

from sealdrop.publish.refusal import UnsupportedModel

MAX_BYTES = 1 << 30
MAX_FEATURES = 1 << 17
MIN_OPSET = 13
# operators that mean in older opsets what they mean since 13
UNCHANGED = frozenset({"Cast", "Identity", "MatMul", "Gemm", "Add", "Sub", "Mul", "Div", "Relu", "Sigmoid", "Tanh"})


@dataclass(frozen=True)
class Node:
    """One operator, with attributes as Python values; `where` names it to its owner."""

    operator: str
    domain: str
    where: str
    attributes: dict[str, Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    proto: NodeProto

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def refuse(self, reason: str, remedy: str = "docs/models.md lists the operators that fit.") -> UnsupportedModel:
        """Return a refusal that names this node."""
        return UnsupportedModel(f"{self.where}: {reason}", code="unsupported_node", remedy=remedy)


@dataclass(frozen=True)
class Graph:
    """A checked model: its nodes in order, its constants, the shape of one row of each input, its outputs' names."""

    nodes: tuple[Node, ...]
    constants: dict[str, NDArray[Any]]
    inputs: dict[str, tuple[int, ...]]
    outputs: tuple[str, ...]
    proto: ModelProto

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns: an input of width one is a column, and a wider one among several has numbered ones.

        A single input that is wider has columns without names.
        """
        widths = {name: math.prod(shape) for name, shape in self.inputs.items()}
        if len(widths) == 1 and max(widths.values()) > 1:
            return ()
        return tuple(
            name if width == 1 else f"{name}[{index}]" for name, width in widths.items() for index in range(width)
        )

    @property
    def producer(self) -> str:
        """Who wrote the file, and the opset."""
        opset = max((entry.version for entry in self.proto.opset_import if not entry.domain), default=0)
        return f"ONNX opset {opset} by {self.proto.producer_name or 'unknown'} {self.proto.producer_version}".strip()


def read(path: Path) -> Graph:
    """Read and check a file.

    Raises UnsupportedModel: `unreadable_model`, `unsupported_opset`, `unsupported_node`, `unsupported_shape`.
    """
    proto = _load(path)
    nodes = tuple(_node(index, node) for index, node in enumerate(proto.graph.node))
    _check_opset(proto, nodes)
    constants = {entry.name: numpy_helper.to_array(entry) for entry in proto.graph.initializer}
    inputs = {entry.name: _row(entry) for entry in proto.graph.input if entry.name not in constants}
    if not inputs:
        raise UnsupportedModel("the graph has no input", code="unsupported_shape", remedy="Export it with its input.")
    return Graph(nodes, constants, inputs, tuple(entry.name for entry in proto.graph.output), proto)


def _load(path: Path) -> ModelProto:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it has more than a gigabyte")
        proto = onnx.load(path, load_external_data=False)
        _load_weights(proto, path)
        onnx.checker.check_model(proto)
    except UnsupportedModel:
        raise
    except Exception as error:  # the checker and the parser of protocol buffers raise their own kinds
        raise UnsupportedModel(
            f"{path.name} is no ONNX model: {str(error).splitlines()[0][:200] if str(error) else type(error).__name__}",
            code="unreadable_model",
            remedy="Export it again, and check it with onnx.checker.",
        ) from error
    return proto


def _load_weights(proto: ModelProto, path: Path) -> None:
    """Load the weights that the exporter put into files beside the model."""
    names = {
        entry.value
        for tensor in proto.graph.initializer
        if external_data_helper.uses_external_data(tensor)
        for entry in tensor.external_data
        if entry.key == "location"
    }
    for name in sorted(names):
        file = path.parent / name
        if not file.is_file() or not file.resolve().is_relative_to(path.parent.resolve()):
            raise UnsupportedModel(
                f"{path.name} keeps weights in a file that is not beside it",
                code="unreadable_model",
                remedy=f"Put the file {Path(name).name} into the folder of {path.name}.",
            )
    if sum((path.parent / name).stat().st_size for name in names) > MAX_BYTES:
        raise ValueError("it has more than a gigabyte")
    external_data_helper.load_external_data_for_model(proto, str(path.parent))


def _node(index: int, proto: NodeProto) -> Node:
    attributes = {entry.name: helper.get_attribute_value(entry) for entry in proto.attribute}
    name = f" '{proto.name}'" if proto.name else ""
    where = f"node {index}{name} ({proto.op_type})"
    domain = "" if proto.domain == "ai.onnx" else proto.domain
    return Node(proto.op_type, domain, where, attributes, tuple(proto.input), tuple(proto.output), proto)


def _check_opset(proto: ModelProto, nodes: tuple[Node, ...]) -> None:
    opset = max((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), default=MIN_OPSET)
    changed = next((node for node in nodes if not node.domain and node.operator not in UNCHANGED), None)
    if opset < MIN_OPSET and changed:
        raise UnsupportedModel(
            f"{changed.where} is of opset {opset}, and sealdrop reads this operator from opset {MIN_OPSET} on",
            code="unsupported_opset",
            remedy=f"Export with opset {MIN_OPSET} or newer.",
        )


def _row(entry: ValueInfoProto) -> tuple[int, ...]:
    """Return the shape of one row: all dimensions but the first, which must be fixed."""
    shape = entry.type.tensor_type.shape.dim
    row = tuple(dimension.dim_value for dimension in shape[1:])
    if not shape or any(size < 1 for size in row):
        raise UnsupportedModel(
            f"input '{entry.name}' has no fixed shape but for its first dimension",
            code="unsupported_shape",
            remedy="Export with only the first dimension dynamic.",
        )
    if math.prod(row) > MAX_FEATURES:
        raise UnsupportedModel(
            f"input '{entry.name}' has {math.prod(row)} values in a row, {MAX_FEATURES} are the most",
            code="model_too_large",
            remedy="Reduce the input's resolution.",
        )
    return row or (1,)


def folded(node: Node, constants: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Compute a node of constants only, by onnx's own reference implementation."""
    from onnx.reference import ReferenceEvaluator  # slow to import, and seldom needed

    named = dict(zip((name for name in node.inputs if name), constants, strict=True))
    try:
        return [np.asarray(value) for value in ReferenceEvaluator(node.proto).run(None, named)]
    except Exception as error:  # whatever the arrays make NumPy raise
        raise node.refuse(
            f"its constants do not fit: {error}", "Check the file with onnx's shape inference."
        ) from error
