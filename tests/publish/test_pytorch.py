"""PyTorch, where it is installed: exports are read, and the walk in docs/pytorch.py runs."""

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.publish.zoo import data

from sealdrop.publish.reading import read

torch = pytest.importorskip("torch")
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.filterwarnings("ignore")  # exporters warn of much that is not ours
@pytest.mark.parametrize("dynamo", [False, True])
def test_exports_are_read(dynamo: bool, tmp_path: Path) -> None:
    if dynamo:
        pytest.importorskip("onnxscript")
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, stride=2),
        torch.nn.BatchNorm2d(4),
        torch.nn.GELU(),
        torch.nn.Flatten(),
        torch.nn.Linear(36, 10),
        torch.nn.Softplus(),
        torch.nn.Linear(10, 3),
    ).eval()
    rows: dict[str, Any] = {"dynamic_axes": {"pixels": {0: "n"}}}
    if dynamo:
        rows = {"dynamic_shapes": ({0: torch.export.Dim("n")},), "external_data": False, "verbose": False}
    path = tmp_path / "model.onnx"
    torch.onnx.export(network, (torch.zeros(2, 1, 8, 8),), path, dynamo=dynamo, input_names=["pixels"], **rows)
    X = data("digits")[0][:50] / 16
    with torch.no_grad():
        wanted = network(torch.tensor(X, dtype=torch.float32).reshape(-1, 1, 8, 8)).numpy()
    own = read(path)
    assert len(own.compiled.network.activations) == 2
    np.testing.assert_allclose(own.compiled.network.evaluate(X), wanted, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(own.answers(X), wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_the_walk_in_the_docs_runs() -> None:
    pytest.importorskip("onnxscript")
    assert runpy.run_path(str(DOCS / "pytorch.py"))["main"]() >= 0.98
