"""ONNX files that are refused: the node is named, with the reason and the nearest thing that works."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from tests.publish.graphs import compiled, model, node, weights

from sealdrop.publish import UnsupportedModel
from sealdrop.publish.reading import read

W = weights(4, 6)


def _refused(proto: Any, folder: Path) -> UnsupportedModel:
    with pytest.raises(UnsupportedModel) as refusal:
        compiled(proto, folder)
    assert refusal.value.remedy
    return refusal.value


REFUSED: dict[str, tuple[Any, str, str]] = {
    "MaxPool": (model([node("MaxPool", "x", kernel_shape=[2, 2])], ("n", 1, 4, 4)), "node 0 (MaxPool)", "average"),
    "named": (
        model([node("Relu", "x", out="r"), node("Sin", "r", name="wave")], ("n", 4)),
        "node 1 'wave' (Sin)",
        "docs",
    ),
    "softmax inside": (
        model([node("Softmax", "x", out="p"), node("Gemm", "p", "w")], ("n", 4), {"w": W}),
        "node 1 (Gemm): it computes with probabilities",
        "up to its scores",
    ),
    "branches": (
        model(
            [
                node("Gemm", "x", "w", out="h"),
                node("Relu", "h", out="r"),
                node("Gemm", "r", "v", out="g"),
                node("Add", "x", "g"),
            ],
            ("n", 4),
            {"w": W, "v": weights(6, 4)},
        ),
        "node 3 (Add): two branches",
        "skip connections",
    ),
    "comparison": (
        model(
            [node("Neg", "x", out="n"), node("Gemm", "x", "w", out="h"), node("Max", "h", "n")],
            ("n", 4),
            {"w": weights(4, 4)},
        ),
        "compares different values",
        "smooth",
    ),
    "rows": (model([node("ReduceMean", "x", axes=[0])], ("n", 4)), "it mixes rows", "rows"),
    "weights": (model([node("MatMul", "x", "z")], {"x": ("n", 4), "z": (4, 3)}), "second factor", "docs"),
    "zero": (model([node("Div", "x", "c")], ("n", 4), {"c": np.zeros(4, np.float32)}), "divides by zero", "docs"),
    "power": (model([node("Pow", "x", "c")], ("n", 4), {"c": np.float32(0.5)}), "exponent", "docs"),
    "whole": (model([node("Cast", "x", to=7)], ("n", 4)), "whole numbers", "docs"),
    "opset": (model([node("Softplus", "x")], ("n", 4), opset=11), "is of opset 11", "opset 13"),
    "shape": (model([node("Relu", "x")], ("n", "m")), "no fixed shape", "dynamic"),
    "large": (model([node("Relu", "x")], ("n", 3, 4096, 4096)), "values in a row", "resolution"),
    "fold": (
        model([node("Gather", "c", "i", out="d"), node("Add", "x", "d")], ("n", 6), {"c": W, "i": np.array([9])}),
        "node 0 (Gather): its constants do not fit",
        "shape inference",
    ),
    "per-row": (model([node("Add", "x", "c")], (2, 4), {"c": weights(2, 4)}), "differs from row to row", "shape"),
}


@pytest.mark.parametrize("name", [name for name, (_, reason, _) in REFUSED.items() if reason])
def test_a_graph_that_does_not_fit_is_refused_with_a_remedy(name: str, tmp_path: Path) -> None:
    proto, reason, remedy = REFUSED[name]
    refusal = _refused(proto, tmp_path)
    assert reason in refusal.message
    assert remedy in refusal.remedy


@pytest.mark.parametrize("content", [b"", b"\x08\x07", b"not a model", bytes(range(256)) * 4])
def test_a_file_that_is_no_graph_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(UnsupportedModel) as refusal:
        read(path)
    assert refusal.value.code == "unreadable_model"


def test_weights_outside_the_file_are_not_followed(tmp_path: Path) -> None:
    proto = model([node("Gemm", "x", "w")], ("n", 4), {"w": W})
    tensor = proto.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, "../../../etc/passwd")
    tensor.ClearField("raw_data")
    path = tmp_path / "model.onnx"
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(UnsupportedModel) as refusal:
        read(path)
    assert refusal.value.code == "unreadable_model"
