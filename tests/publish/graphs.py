"""Small ONNX models, built node by node."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper, save, shape_inference

from sealdrop.publish.onnx import CompiledGraph, compile_graph

draw = np.random.default_rng(7)


def weights(*shape: int) -> Any:
    """Return small random weights."""
    return draw.normal(0, 0.5, shape).astype(np.float32)


def node(operator: str, *inputs: str, out: str | Sequence[str] = "y", **attributes: Any) -> Any:
    """Return a node; `domain` is among the attributes."""
    return helper.make_node(operator, list(inputs), [out] if isinstance(out, str) else list(out), **attributes)


def model(
    nodes: Sequence[Any],
    shape: Sequence[int | str] | dict[str, Sequence[int | str]],
    constants: dict[str, Any] | None = None,
    *,
    outputs: Sequence[str] = ("y",),
    opset: int = 17,
    ml: int | None = None,
    kind: int = TensorProto.FLOAT,
) -> ModelProto:
    """Return a model with inputs of these shapes, "n" for the rows; its outputs' types are inferred."""
    shapes = shape if isinstance(shape, dict) else {"x": shape}
    graph = helper.make_graph(
        list(nodes),
        "test",
        [helper.make_tensor_value_info(name, kind, list(size)) for name, size in shapes.items()],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    opsets = [helper.make_opsetid("", opset), *([helper.make_opsetid("ai.onnx.ml", ml)] if ml else [])]
    made = helper.make_model(graph, opset_imports=opsets, producer_name="tests", ir_version=10)
    made = shape_inference.infer_shapes(made, strict_mode=True)
    for output in made.graph.output:
        if output.type.WhichOneof("value") is None:  # nothing is inferred for some operators of ai.onnx.ml
            output.CopyFrom(helper.make_tensor_value_info(output.name, TensorProto.FLOAT, ["n", None]))
    return made


def compiled(proto: ModelProto, folder: Path) -> CompiledGraph:
    """Write a model to a file and compile that."""
    path = folder / "model.onnx"
    save(proto, path)
    return compile_graph(path)


def _session(proto: ModelProto) -> Any:
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])


def compared(proto: ModelProto, folder: Path, rows: int = 5) -> CompiledGraph:
    """Compile a model, and hold what its network computes for random rows against onnxruntime."""
    shapes = {
        entry.name: [d.dim_value or rows for d in entry.type.tensor_type.shape.dim] for entry in proto.graph.input
    }
    feed = {name: draw.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    wanted = _session(proto).run(["y"], feed)[0]
    own = compiled(proto, folder)
    found = own.compiled.network.evaluate(np.hstack([value.reshape(rows, -1) for value in feed.values()]).astype(float))
    np.testing.assert_allclose(found, wanted.reshape(rows, -1), rtol=1e-4, atol=1e-5)
    return own
