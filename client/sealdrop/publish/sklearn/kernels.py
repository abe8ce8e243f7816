"""Kernel machines with linear and polynomial kernels: (gamma * s.x + coef0)^degree over the support vectors s."""

from itertools import combinations
from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, dense, labels
from sealdrop.publish.network import Network, affine
from sealdrop.publish.quadratic import quadratic
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import predicts
from sealdrop_core.circuit import Affine, Array, Polynomial
from sealdrop_core.manifest import Output


def _machine(kernel: Any, support: Any, dual: Array, bias: Array, gamma: float, coef0: float, degree: float) -> Network:
    """Compile x -> dual @ kernel(support, x) + bias; dual has shape (outputs, support vectors)."""
    support = dense(support)
    bias = np.broadcast_to(np.ravel(bias), dual.shape[:1])
    if kernel == "linear":
        return affine(dual @ support, bias)
    if kernel not in ("poly", "polynomial") or degree != int(degree):
        raise UnsupportedModel(
            f"the kernel {kernel!r} is no polynomial",
            remedy="Use kernel='poly' with degree=2, or kernel='linear'; an MLP approximates what neither separates.",
        )
    if degree == 1:
        return affine(gamma * dual @ support, bias + coef0 * dual.sum(axis=1))
    if degree == 2:
        forms = gamma**2 * np.einsum("ks,si,sj->kij", dual, support, support, optimize=True)
        return quadratic(forms, 2 * gamma * coef0 * dual @ support, bias + coef0**2 * dual.sum(axis=1))
    return _powers(support, gamma, coef0, int(degree), dual, bias)


def _powers(support: Array, gamma: float, coef0: float, degree: int, dual: Array, bias: Array) -> Network:
    """Compile any degree with one hidden unit for each support vector, scaled to [-1, 1] on the support vectors."""
    scale = float(np.abs(gamma * support @ support.T + coef0).max()) or 1.0
    hidden = Affine(gamma / scale * support, np.full(len(support), coef0 / scale))
    power = Polynomial(np.eye(degree + 1)[degree])
    return Network((hidden, power, Affine(dual * scale**degree, bias)))


@predicts("svm.SVC", "svm.NuSVC", fitted="support_vectors_")
def support_vector_classifier(estimator: Any) -> Compiled:
    """One margin for two classes, votes over pairs for more."""
    classes = estimator.classes_
    if len(classes) == 2:
        dual, bias = dense(estimator.dual_coef_), estimator.intercept_
        return Compiled(_of(estimator, dual, bias), Output(kind="margin", classes=labels(classes)))
    if estimator.decision_function_shape != "ovr":
        raise UnsupportedModel(
            "decision_function_shape='ovo' leaves the pairs to the caller", remedy="Use decision_function_shape='ovr'."
        )
    ties = "confidence" if estimator.break_ties else "first"
    network = _of(estimator, -_pairwise(estimator), -estimator.intercept_)
    return Compiled(network, Output(kind="pairs", classes=labels(classes), ties=ties))


def _pairwise(estimator: Any) -> Array:
    """Return one row of dual coefficients for each pair of classes, positive for the first (libsvm's order)."""
    dual, ends = dense(estimator.dual_coef_), np.cumsum(estimator.n_support_)
    spans = [slice(end - count, end) for end, count in zip(ends, estimator.n_support_, strict=True)]
    rows = []
    for first, second in combinations(range(len(spans)), 2):
        row = np.zeros(dual.shape[1])
        row[spans[first]] = dual[second - 1, spans[first]]
        row[spans[second]] = dual[first, spans[second]]
        rows.append(row)
    return np.stack(rows)


@predicts("svm.SVR", "svm.NuSVR", fitted="support_vectors_")
def support_vector_regressor(estimator: Any) -> Compiled:
    """One score."""
    return Compiled(_of(estimator, dense(estimator.dual_coef_), estimator.intercept_), Output(kind="regression"))


def _of(estimator: Any, dual: Array, bias: Array) -> Network:
    return _machine(
        estimator.kernel,
        estimator.support_vectors_,
        dual,
        bias,
        float(estimator._gamma),
        float(estimator.coef0),
        estimator.degree,
    )


@predicts("kernel_ridge.KernelRidge", fitted="dual_coef_")
def kernel_ridge(estimator: Any) -> Compiled:
    """Kernels with all rows it was fitted on; linear and quadratic ones collapse to the width of a row."""
    dual = np.asarray(estimator.dual_coef_)
    rows = estimator.X_fit_
    gamma = 1 / rows.shape[1] if estimator.gamma is None else estimator.gamma
    network = _machine(
        estimator.kernel, rows, np.atleast_2d(dual.T), np.zeros(1), gamma, estimator.coef0, estimator.degree
    )
    return Compiled(network, Output(kind="regression", flat=dual.ndim == 1))
