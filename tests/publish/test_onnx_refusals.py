"""ONNX files that are refused: the node is named, with the reason and the nearest thing that works."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import save
from tests.publish.graphs import compiled, draw, model, node, weights

from sealdrop.preprocessing.rows import admit
from sealdrop.publish import UnsupportedCalibration, UnsupportedModel
from sealdrop.publish.drafting import draft
from sealdrop.publish.onnx import compile_graph
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


def test_columns_are_named_by_inputs_of_width_one(tmp_path: Path) -> None:
    weight = np.array([[-0.02], [0.03], [1.0], [0.5]], np.float32)
    nodes = [node("Concat", "fare", "age", "face", out="x", axis=1), node("MatMul", "x", "w")]
    graph = model(nodes, {"fare": ["n", 1], "age": ["n", 1], "face": ["n", 2]}, {"w": weight})
    assert compiled(graph, tmp_path).compiled.names == ("fare", "age", "face[0]", "face[1]")
    wide = model([node("MatMul", "x", "w")], ["n", 4], {"w": weight})
    assert compiled(wide, tmp_path).compiled.names == ()


def test_a_table_is_matched_by_the_names_of_inputs(tmp_path: Path) -> None:
    nodes = [node("Concat", "fare", "age", out="x", axis=1), node("MatMul", "x", "w")]
    proto = model(nodes, {"fare": ["n", 1], "age": ["n", 1]}, {"w": np.array([[-2.0], [3.0]], np.float32)})
    save(proto, tmp_path / "titanic.onnx")
    ages, fares = draw.uniform(1, 80, 50), draw.uniform(5, 90, 50)
    table = pd.DataFrame({"age": ages, "fare": fares})
    drafted = draft(tmp_path / "titanic.onnx", table, name="titanic", rows=(1,))
    assert [feature.name for feature in drafted.manifest.features] == ["fare", "age"]
    rows = admit(table, drafted.manifest).rows
    np.testing.assert_allclose(drafted.scores(rows)[:, 0], 3 * ages - 2 * fares, rtol=1e-4)
    np.testing.assert_allclose(drafted.model.answers(drafted.calibration.table)[:, 0], 3 * ages - 2 * fares, rtol=1e-4)
    with pytest.raises(UnsupportedCalibration) as refusal:
        draft(tmp_path / "titanic.onnx", table.rename(columns=str.upper), name="titanic", rows=(1,))
    assert refusal.value.code == "wrong_calibration_columns"


def test_weights_in_a_file_beside_the_model_are_read(tmp_path: Path) -> None:
    proto = model([node("MatMul", "x", "w")], ["n", 4], {"w": weights(4, 2)})
    path = tmp_path / "model.onnx"
    save(proto, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    assert compile_graph(path).compiled.network.outputs == 2
    (tmp_path / "w.bin").unlink()
    with pytest.raises(UnsupportedModel) as refusal:
        compile_graph(path)
    assert refusal.value.message == "model.onnx keeps weights in a file that is not beside it"
    assert "w.bin" in refusal.value.remedy


def test_a_recurrence_is_named_although_a_transpose_comes_first(tmp_path: Path) -> None:
    constants = {"w": weights(1, 12, 3), "r": weights(1, 12, 4)}
    nodes = [node("Transpose", "x", out="t", perm=[1, 0, 2]), node("GRU", "t", "w", "r", out=["y"], hidden_size=4)]
    with pytest.raises(UnsupportedModel, match=r"node 1 \(GRU\): this operator cannot be evaluated on ciphertexts"):
        compiled(model(nodes, ["n", 5, 3], constants), tmp_path)


def test_an_operator_that_is_not_read_is_not_called_impossible(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModel, match="sealdrop does not read this operator") as refusal:
        compiled(model([node("Einsum", "x", "w", equation="ni,io->no")], ["n", 4], {"w": weights(4, 2)}), tmp_path)
    assert "MatMul" in refusal.value.remedy
