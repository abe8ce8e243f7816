"""What stands at the end: softmax, argmax and classes, which the client computes from opened scores."""

from dataclasses import replace

import numpy as np

from sealdrop.publish.linear import choose, scaled
from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.registry import ML, Inputs, operator
from sealdrop.publish.onnx.values import Head, Reading, Value, constant, wire
from sealdrop.publish.onnx.wires import Wire
from sealdrop_core.circuit import Affine
from sealdrop_core.manifest import Label


@operator("Softmax", "LogSoftmax")
def softmax(node: Node, inputs: Inputs) -> Value:
    """Probabilities of classes."""
    own = wire(node, inputs[0])
    if len(own.shape) != 1 or node.get("axis", -1) not in (-1, 1):
        raise node.refuse("it is no softmax over classes", "Softmax belongs at the end, over one dimension.")
    return Head("multinomial", own, tuple(range(own.width)))


@operator("ArgMax")
def argmax(node: Node, inputs: Inputs) -> Value:
    """The class of the largest score."""
    own = inputs[0]
    if isinstance(own, Head):
        return replace(own, label=True)
    scores = wire(node, own)
    scores = scores.behind("logistic") or scores  # the largest stays the largest
    if len(scores.shape) != 1 or node.get("axis", 0) not in (-1, 1):
        raise node.refuse("it is no argmax over classes", "ArgMax belongs at the end, over one dimension.")
    return Head("classes", scores, tuple(range(scores.width)), label=True)


@operator("ArrayFeatureExtractor", domain=ML)
def classes_of(node: Node, inputs: Inputs) -> Value:
    """Names for a head's classes, or one of its columns."""
    names, index = inputs
    if isinstance(index, Head):
        return replace(index, classes=_labels(constant(node, names, "list of classes").ravel().tolist()), label=True)
    if isinstance(names, Head):
        return names
    own, chosen = wire(node, names), constant(node, index, "index").astype(np.int64)
    return own.taken(chosen.ravel())


@operator("ZipMap", domain=ML)
def zip_map(node: Node, inputs: Inputs) -> Value:
    """A head's probabilities with the names of its classes."""
    if not isinstance(inputs[0], Head):
        return wire(node, inputs[0])
    names = node.get("classlabels_int64s") or node.get("classlabels_strings")
    return replace(inputs[0], classes=_labels(names))


@operator("LpNormalization")
@operator("Normalizer", domain=ML)
def normalizer(node: Node, inputs: Inputs) -> Value:
    """Probabilities that add up to one, as the client's do."""
    own = inputs[0]
    if node.get("norm") == b"L1" or node.get("p") == 1:
        if isinstance(own, Head):
            return own
        if isinstance(own, Wire) and (scores := own.behind("logistic")):
            return Head("ovr", scores, tuple(range(scores.width)))
    raise node.refuse("it divides by a norm", "Scale columns by constants instead.")


@operator("LinearClassifier", domain=ML)
def linear_classifier(node: Node, inputs: Inputs) -> list[Value]:
    """Labels and scores of a linear classifier; two classes have scores s and -s."""
    own = wire(node, inputs[0])
    names = _labels(node.get("classlabels_ints") or node.get("classlabels_strings"))
    bias = np.array(node.get("intercepts", [0.0]), dtype=np.float64)
    weight = np.array(node.get("coefficients"), dtype=np.float64).reshape(-1, own.width)
    scores = own.mapped(Affine(weight, np.broadcast_to(bias, weight.shape[:1])), weight.shape[:1])
    transform = node.get("post_transform", b"NONE").decode()
    if transform not in ("NONE", "LOGISTIC", "SOFTMAX"):
        raise node.refuse(f"its post_transform is {transform}", "Use NONE, LOGISTIC or SOFTMAX.")
    if len(names) == 2:
        reading: Reading = "margin" if transform == "NONE" else "binary"
        head = Head(reading, _one_of_two(scores, both=transform == "SOFTMAX"), names)
    else:
        readings: dict[str, Reading] = {"NONE": "classes", "LOGISTIC": "ovr", "SOFTMAX": "multinomial"}
        head = Head(readings[transform], scores, names)
    return [replace(head, label=True), head]


def _one_of_two(scores: Wire, *, both: bool) -> Wire:
    """Return the score of the second class, or by how much it exceeds the first's."""
    if scores.width == 1:
        return scores
    last = replace(scores, linear=choose(scores.linear, np.array([1])), shape=(1,))
    if not both:
        return last
    first = scaled(choose(scores.linear, np.array([0])), -np.ones(1), np.zeros(1))
    difference = Affine(last.linear.dense() + first.dense(), last.linear.bias + first.bias)
    return replace(last, linear=difference)


def _labels(names: list[object]) -> tuple[Label, ...]:
    return tuple(name.decode() if isinstance(name, bytes) else name for name in names)  # type: ignore[misc]
