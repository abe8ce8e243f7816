"""A compiled model: the network, and what its scores mean to the data owner."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from sealdrop.publish.linear import identity
from sealdrop.publish.network import Network, affine
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Label, Output
from sealdrop_core.steps import Step, outputs


@dataclass(frozen=True)
class Compiled:
    """A network, the meaning of its scores, and what comes before it: steps over the model's own columns.

    `names` are the columns' names if they are known; `columns` is their number if there are steps, which make the
    network's features of them.
    """

    network: Network
    output: Output
    names: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    columns: int = 0

    @property
    def width(self) -> int:
        """Number of columns the model itself takes."""
        return self.columns if self.steps else self.network.features

    def named(self, names: tuple[str, ...]) -> Self:
        """Return the same model with names for its columns."""
        return replace(self, names=names)


def dense(array: Any) -> Array:
    """Return a fitted attribute as an array of float64, sparse or not."""
    return np.asarray(array.toarray() if hasattr(array, "toarray") else array, dtype=np.float64)


def labels(classes: Any) -> tuple[Label, ...]:
    """Return an estimator's classes as values that JSON can hold."""
    return tuple(value.item() if isinstance(value, np.generic) else value for value in classes)


def classifier(weight: Array, bias: Array, classes: Any, kind: str) -> Compiled:
    """Compile one linear score for each class, or one score for two classes.

    Two rows for two classes become the difference of the second and the first: their order, and their softmax,
    depend on nothing else.
    """
    weight, bias = np.atleast_2d(dense(weight)), np.ravel(bias)
    bias = np.broadcast_to(bias, weight.shape[:1])
    if len(classes) == 2 and len(weight) == 2:
        weight, bias = weight[1:] - weight[:1], bias[1:] - bias[:1]
    return Compiled(affine(weight, bias), meaning(kind, classes))


def competing(weight: Array, bias: Array, classes: Any, kind: str) -> Compiled:
    """Compile a classifier without a decision function: what all classes share is taken away, and precision won."""
    weight, bias = dense(weight), np.asarray(bias)
    return classifier(weight - weight.mean(axis=0), bias - bias.mean(), classes, kind)


def meaning(kind: str, classes: Any) -> Output:
    """Return the output of a classifier; two classes need one score, with or without a logistic link."""
    if len(classes) == 2:
        kind = {"classes": "margin", "margin": "margin"}.get(kind, "binary")
    return Output(kind=kind, classes=labels(classes))


def regressor(weight: Array, bias: Array, *, link: str = "identity") -> Compiled:
    """Compile one linear score for each target; a weight of one dimension predicts a flat array."""
    weight = dense(weight)
    flat, weight = weight.ndim == 1, np.atleast_2d(weight)
    bias = np.broadcast_to(np.ravel(bias), weight.shape[:1])
    output = Output(kind="regression", flat=flat, link=link)
    return Compiled(affine(weight, bias), output)


def transformer(weight: Array, bias: Array) -> Compiled:
    """Compile an affine transform."""
    return Compiled(affine(weight, bias), Output(kind="transform", flat=False))


def preprocessor(step: Step) -> Compiled:
    """Compile a step that the client takes before it encrypts."""
    width = outputs((step,), step.inputs)
    network = Network((identity(width),))
    return Compiled(network, Output(kind="transform", flat=False), steps=(step,), columns=step.inputs)
