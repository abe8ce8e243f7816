"""ONNX operators: the compiled network computes what onnxruntime computes."""

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto
from tests.publish.graphs import compared, model, node, weights

from sealdrop.publish.onnx.compiling import IgnoredOutput

W, B = weights(6, 4), weights(4)
IMAGE = ("n", 3, 8, 7)
VECTOR = ("n", 6)
i64 = lambda *values: np.array(values, dtype=np.int64)  # noqa: E731

CUT = {"s": i64(1, -1), "e": i64(9, -9), "a": i64(2, 3), "t": i64(2, -1)}
LINE = {"coefficients": W.T.ravel().tolist(), "intercepts": B.tolist(), "targets": 4}

EXACT: dict[str, ModelProto] = {
    "Gemm": model([node("Gemm", "x", "w", "b")], VECTOR, {"w": W, "b": B}),
    "Gemm-transposed": model([node("Gemm", "x", "w", "b", transB=1, alpha=0.5, beta=2.0)], VECTOR, {"w": W.T, "b": B}),
    "MatMul-Add": model([node("MatMul", "x", "w", out="m"), node("Add", "m", "b")], VECTOR, {"w": W, "b": B}),
    "MatMul-rows": model([node("MatMul", "x", "w")], ("n", 5, 6), {"w": W}),
    "Sub": model([node("Sub", "c", "x")], VECTOR, {"c": weights(6)}),
    "Sub-scalar": model([node("Sub", "x", "c")], VECTOR, {"c": weights(1)}),
    "Mul": model([node("Mul", "c", "x")], VECTOR, {"c": weights(1, 6)}),
    "Div": model([node("Div", "x", "c")], VECTOR, {"c": weights(6) + 3}),
    "Neg": model([node("Neg", "x")], VECTOR),
    "Sum": model([node("Sum", "x", "c", "x")], VECTOR, {"c": weights(6)}),
    "broadcast": model([node("Add", "x", "c")], ("n", 2, 1, 3), {"c": weights(4, 1)}),
    "Square": model([node("Mul", "x", "x")], VECTOR),
    "Pow": model([node("Pow", "x", "c")], VECTOR, {"c": np.float32(3)}),
    "polynomial": model(
        [node("Mul", "x", "x", out="s"), node("Mul", "s", "c", out="t"), node("Sub", "t", "x")],
        VECTOR,
        {"c": weights(1)},
    ),
    "product": model(
        [node("Gemm", "x", "w", out="a"), node("Gemm", "x", "v", out="b"), node("Mul", "a", "b")],
        VECTOR,
        {"w": W, "v": weights(6, 4)},
    ),
    "branches": model(
        [node("Gemm", "x", "w", out="a"), node("Gemm", "x", "v", out="b"), node("Sub", "a", "b")],
        VECTOR,
        {"w": W, "v": weights(6, 1)},
    ),
    "Conv": model([node("Conv", "x", "w", "b")], IMAGE, {"w": weights(4, 3, 3, 2), "b": B}),
    "Conv-strided": model(
        [node("Conv", "x", "w", strides=[2, 1], pads=[1, 0, 2, 1], dilations=[1, 2])], IMAGE, {"w": weights(4, 3, 3, 2)}
    ),
    "Conv-grouped": model([node("Conv", "x", "w", group=3)], IMAGE, {"w": weights(6, 1, 3, 3)}),
    "Conv-same": model(
        [node("Conv", "x", "w", auto_pad="SAME_UPPER", strides=[2, 2])], IMAGE, {"w": weights(2, 3, 3, 3)}
    ),
    "Conv-same-lower": model([node("Conv", "x", "w", auto_pad="SAME_LOWER")], IMAGE, {"w": weights(2, 3, 2, 2)}),
    "Conv-zero": model([node("Conv", "x", "w")], IMAGE, {"w": 0 * weights(2, 3, 3, 3)}),
    "Conv-1d": model([node("Conv", "x", "w", "b")], ("n", 2, 9), {"w": weights(4, 2, 3), "b": B}),
    "Conv-BatchNormalization": model(
        [node("Conv", "x", "w", out="c"), node("BatchNormalization", "c", "s", "b", "m", "v", epsilon=1e-3)],
        IMAGE,
        {"w": weights(4, 3, 3, 3), "s": weights(4), "b": B, "m": weights(4), "v": weights(4) ** 2 + 1},
    ),
    "AveragePool": model([node("AveragePool", "x", kernel_shape=[2, 3], strides=[2, 2], pads=[0, 1, 0, 1])], IMAGE),
    "AveragePool-padding": model(
        [node("AveragePool", "x", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)], IMAGE
    ),
    "GlobalAveragePool": model([node("GlobalAveragePool", "x")], IMAGE),
    "ReduceMean": model([node("ReduceMean", "x", axes=[2, 3], keepdims=0)], IMAGE),
    "ReduceSum": model([node("ReduceSum", "x", "a")], IMAGE, {"a": i64(1)}),
    "Flatten": model([node("Flatten", "x")], IMAGE),
    "Reshape": model([node("Reshape", "x", "s")], IMAGE, {"s": i64(0, 7, -1)}),
    "Reshape-rest": model([node("Reshape", "x", "s")], IMAGE, {"s": i64(-1, 168)}),
    "Reshape-torch": model(
        [
            node("Shape", "x", out="s"),
            node("Gather", "s", "zero", out="rows"),
            node("Unsqueeze", "rows", "zeros", out="first"),
            node("Concat", "first", "rest", out="to", axis=0),
            node("Reshape", "x", "to"),
        ],
        IMAGE,
        {"zero": np.int64(0), "zeros": i64(0), "rest": i64(-1)},
    ),
    "Transpose": model([node("Transpose", "x", perm=[0, 2, 3, 1])], IMAGE),
    "Squeeze": model([node("Squeeze", "x", "a")], ("n", 1, 6), {"a": i64(1)}),
    "Unsqueeze": model([node("Unsqueeze", "x", "a")], VECTOR, {"a": i64(1, 3)}),
    "Pad": model([node("Pad", "x", "p", "v")], IMAGE, {"p": i64(0, 0, 1, 2, 0, 1, 0, 1), "v": np.float32(0.5)}),
    "Slice": model(
        [node("Slice", "x", "s", "e", "a", "t")],
        IMAGE,
        {"s": i64(1, -1), "e": i64(9, -9), "a": i64(2, 3), "t": i64(2, -1)},
    ),
    "Gather": model([node("Gather", "x", "i", axis=2)], IMAGE, {"i": i64(5, 0, 5)}),
    "Gather-one": model([node("Gather", "x", "i", axis=1)], IMAGE, {"i": np.int64(1)}),
    "Split": model([node("Split", "x", "s", out=("a", "b"), axis=1), node("Add", "b", "a")], VECTOR, {"s": i64(3, 3)}),
    "Identity-Dropout": model([node("Identity", "x", out="i"), node("Dropout", "i")], VECTOR),
    "Concat-inputs": model(
        [node("Concat", "x", "z", out="c", axis=1), node("Gemm", "c", "w")],
        {"x": ("n", 2), "z": ("n", 4)},
        {"w": W},
    ),
    "Concat-images": model([node("Concat", "x", "x", axis=-1)], IMAGE),
    "Constant": model(
        [
            node("Constant", out="c", value_floats=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
            node("Neg", "c", out="d"),
            node("Add", "x", "d"),
        ],
        VECTOR,
    ),
    "Cast-double": model(
        [node("Cast", "x", to=11, out="d"), node("MatMul", "d", "w")],
        VECTOR,
        {"w": W.astype(float)},
    ),
    "Scaler": model(
        [node("Scaler", "x", domain="ai.onnx.ml", offset=[1.0] * 6, scale=weights(6).tolist())], VECTOR, ml=3
    ),
    "LinearRegressor": model(
        [
            node(
                "LinearRegressor",
                "x",
                domain="ai.onnx.ml",
                coefficients=W.T.ravel().tolist(),
                intercepts=B.tolist(),
                targets=4,
            )
        ],
        VECTOR,
        ml=3,
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_operators_compute_what_onnx_does(name: str, tmp_path: Path) -> None:
    own = compared(EXACT[name], tmp_path)
    assert own.compiled.network.activations == ()


def test_a_graph_for_one_row_at_a_time_is_read(tmp_path: Path) -> None:
    proto = model([node("Reshape", "x", "s", out="r"), node("Gemm", "r", "w")], (1, 2, 3), {"s": i64(1, 6), "w": W})
    compared(proto, tmp_path, rows=1)


def test_of_several_outputs_the_first_is_published_and_the_others_are_told(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x", "w", out="y"), node("Neg", "x", out="aside")]
    with pytest.warns(IgnoredOutput, match="only output 'y' is published, not 'aside'"):
        own = compared(model(nodes, VECTOR, {"w": W}, outputs=("y", "aside")), tmp_path)
    assert own.answer == "y"
