"""ONNX graphs as networks, read with `onnx` only; the modules of operators register what they compile."""

from sealdrop.publish.onnx import affines, choices, elementwise, heads, shapes
from sealdrop.publish.onnx.compiling import CompiledGraph, compile_graph
from sealdrop.publish.onnx.reference import answers

__all__ = ["CompiledGraph", "affines", "answers", "choices", "compile_graph", "elementwise", "heads", "shapes"]
