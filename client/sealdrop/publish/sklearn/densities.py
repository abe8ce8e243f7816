"""Gaussian class densities: log posteriors are quadratic in the features."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, meaning
from sealdrop.publish.quadratic import difference, quadratic
from sealdrop.publish.sklearn.registry import predicts
from sealdrop_core.circuit import Array


def _posterior(precision: Array, means: Array, constant: Array, classes: Any, *, competing: bool) -> Compiled:
    """Compile constant[k] - (x - means[k])' precision[k] (x - means[k]) / 2 for each class k.

    Without a decision function that shows them, scores may compete: what all classes share is taken away.
    """
    linear = np.einsum("kij,kj->ki", precision, means)
    scores = (-precision / 2, linear, constant - np.sum(linear * means, axis=1) / 2)
    if len(classes) == 2:
        scores = difference(*scores)
    elif competing:
        scores = tuple(part - part.mean(axis=0) for part in scores)
    return Compiled(quadratic(*scores), meaning("multinomial", classes))


@predicts("discriminant_analysis.QuadraticDiscriminantAnalysis", fitted="rotations_")
def quadratic_discriminant_analysis(estimator: Any) -> Compiled:
    """Log posteriors with one covariance for each class."""
    pairs = list(zip(estimator.rotations_, estimator.scalings_, strict=True))
    precision = np.stack([rotation / scaling @ rotation.T for rotation, scaling in pairs])
    volume = np.array([np.sum(np.log(scaling)) for _, scaling in pairs])
    return _posterior(
        precision, estimator.means_, np.log(estimator.priors_) - volume / 2, estimator.classes_, competing=False
    )


@predicts("naive_bayes.GaussianNB", fitted="theta_")
def gaussian_naive_bayes(estimator: Any) -> Compiled:
    """Log posteriors with one variance for each class and feature."""
    variance = np.asarray(estimator.var_)
    precision = np.stack([np.diag(1 / row) for row in variance])
    constant = np.log(estimator.class_prior_) - np.sum(np.log(2 * np.pi * variance), axis=1) / 2
    return _posterior(precision, estimator.theta_, constant, estimator.classes_, competing=True)


@predicts("mixture.GaussianMixture", "mixture.BayesianGaussianMixture", fitted="precisions_")
def gaussian_mixture(estimator: Any) -> Compiled:
    """The component a row most likely comes from.

    What is constant in each differs between the two classes: it is read off at the component's mean.
    """
    means = np.asarray(estimator.means_)
    precision = _full(estimator.precisions_, estimator.covariance_type, *means.shape)
    constant = np.diagonal(estimator._estimate_weighted_log_prob(means))
    return _posterior(precision, means, constant, range(len(means)), competing=True)


def _full(precisions: Any, kind: str, components: int, features: int) -> Array:
    precisions = np.asarray(precisions)
    if kind == "full":
        return np.asarray(precisions)
    if kind == "tied":
        return np.array(np.broadcast_to(precisions, (components, features, features)))
    if kind == "diag":
        return np.stack([np.diag(row) for row in precisions])
    return np.stack([value * np.eye(features) for value in precisions])
