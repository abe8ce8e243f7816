"""Projections: PCA and its relatives, as models of their own or in the middle of a pipeline."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, dense, transformer
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import transforms


@transforms("decomposition.PCA", "decomposition.IncrementalPCA", fitted="components_")
def pca(estimator: Any) -> Compiled:
    """components @ (x - mean), divided by the standard deviations if whitened."""
    weight = np.asarray(estimator.components_)
    if estimator.whiten:
        deviation = np.sqrt(estimator.explained_variance_)
        weight = weight / np.maximum(deviation, np.finfo(deviation.dtype).eps)[:, np.newaxis]
    return transformer(weight, -weight @ estimator.mean_)


@transforms("decomposition.FastICA", fitted="components_")
def fast_ica(estimator: Any) -> Compiled:
    """components @ (x - mean), centred only when whitened."""
    shift = -estimator.components_ @ estimator.mean_ if estimator.whiten else np.zeros(len(estimator.components_))
    return transformer(estimator.components_, shift)


@transforms(
    "decomposition.TruncatedSVD",
    "random_projection.GaussianRandomProjection",
    "random_projection.SparseRandomProjection",
    fitted="components_",
)
def projection(estimator: Any) -> Compiled:
    """components @ x."""
    weight = dense(estimator.components_)
    return transformer(weight, np.zeros(len(weight)))


@transforms("discriminant_analysis.LinearDiscriminantAnalysis", fitted="coef_")
def discriminant_projection(estimator: Any) -> Compiled:
    """The projection onto the most discriminative directions."""
    if estimator.solver == "lsqr":
        raise UnsupportedModel("LDA with solver='lsqr' does not transform", remedy="Fit it with solver='svd'.")
    weight = np.asarray(estimator.scalings_)[:, : estimator._max_components].T
    shift = -weight @ estimator.xbar_ if estimator.solver == "svd" else np.zeros(len(weight))
    return transformer(weight, shift)


@transforms(
    "cross_decomposition.PLSRegression",
    "cross_decomposition.PLSCanonical",
    "cross_decomposition.CCA",
    fitted="coef_",
)
def partial_least_squares_projection(estimator: Any) -> Compiled:
    """The rotated, standardised features."""
    weight = (estimator.x_rotations_ / estimator._x_std[:, np.newaxis]).T
    return transformer(weight, -weight @ estimator._x_mean)
