"""What a tensor can be: a constant, a wire, or a head, which is what a client makes of a wire's scores."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.wires import Wire
from sealdrop_core.manifest import Label

Constant = NDArray[Any]
Reading = Literal["binary", "multinomial", "ovr", "classes", "margin"]


@dataclass(frozen=True)
class Head:
    """Scores and how they are read; `label` says that the tensor holds classes, not probabilities or scores."""

    reading: Reading
    scores: Wire
    classes: tuple[Label, ...]
    label: bool = False


Value = Constant | Wire | Head


def wire(node: Node, value: Value | None) -> Wire:
    """Return an input that must be computed from the model's input; refuse heads, which are computed by the client."""
    if isinstance(value, Wire):
        return value
    if isinstance(value, Head):
        raise node.refuse(
            "it computes with probabilities or classes",
            "Publish the network up to its scores: softmax and argmax are the client's, after it opened them.",
        )
    raise node.refuse("its input is no tensor computed from the model's input")


def constant(node: Node, value: Value | None, what: str) -> Constant:
    """Return an input that must be a constant."""
    if isinstance(value, np.ndarray):
        return value
    raise node.refuse(f"its {what} is not constant")


def integers(node: Node, value: Value | None, what: str) -> list[int]:
    """Return a constant input as integers."""
    return [int(entry) for entry in constant(node, value, what).ravel()]
