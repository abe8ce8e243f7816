"""ONNX activations, in one node or spread over several: each is one function of one value."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto
from tests.publish.graphs import compared, model, node, weights

VECTOR = ("n", 6)
W, B = weights(6, 4), weights(4)

_ACTIVATED = {
    "Relu": {},
    "LeakyRelu": {"alpha": 0.2},
    "Tanh": {},
    "Softplus": {},
    "Erf": {},
    "Elu": {"alpha": 0.7},
    "Celu": {"alpha": 1.3},
    "HardSigmoid": {"alpha": 0.3},
    "HardSwish": {},
    "Softsign": {},
    "Abs": {},
    "Mish": {},
}


def _hidden(*nodes: Any, **constants: Any) -> ModelProto:
    own = {"w": W, "b": B, "v": weights(4, 2)} | constants
    return model([node("Gemm", "x", "w", "b", out="h"), *nodes, node("Gemm", "a", "v")], VECTOR, own, opset=20)


ACTIVATED: dict[str, ModelProto] = {
    **{name: _hidden(node(name, "h", out="a", **options)) for name, options in _ACTIVATED.items()},
    "Sigmoid": _hidden(node("Sigmoid", "h", out="a")),
    "Gelu": _hidden(node("Gelu", "h", out="a")),
    "Gelu-tanh": _hidden(node("Gelu", "h", out="a", approximate="tanh")),
    "PRelu": _hidden(node("PRelu", "h", "s", out="a"), s=np.float32([0.1])),
    "Relu6": _hidden(node("Clip", "h", "low", "high", out="a"), low=np.float32(0), high=np.float32(6)),
    "Clip-above": _hidden(node("Clip", "h", "", "high", out="a"), high=np.float32(0.5)),
    "Silu": _hidden(node("Sigmoid", "h", out="s"), node("Mul", "h", "s", out="a")),
    "Softplus-torch": _hidden(
        node("Greater", "h", "limit", out="g"),
        node("Softplus", "h", out="s"),
        node("Where", "g", "h", "s", out="a"),
        limit=np.float32(20),
    ),
    "Max": _hidden(node("Max", "h", "low", out="a"), low=np.float32(0.1)),
    "Gelu-spread": _hidden(
        node("Div", "h", "root", out="r"),
        node("Erf", "r", out="e"),
        node("Add", "e", "one", out="p"),
        node("Mul", "h", "p", out="q"),
        node("Mul", "q", "half", out="a"),
        root=np.float32(np.sqrt(2)),
        one=np.float32(1),
        half=np.float32(0.5),
    ),
}


@pytest.mark.parametrize("name", ACTIVATED)
def test_an_activation_is_one_function_however_it_is_spelled(name: str, tmp_path: Path) -> None:
    own = compared(ACTIVATED[name], tmp_path)
    assert len(own.compiled.network.activations) == 1
