"""scikit-learn estimators as networks, read from their fitted attributes; scikit-learn is never imported here."""

from sealdrop.publish.sklearn import (
    centroids,
    decomposition,
    densities,
    encoders,
    ensembles,
    kernels,
    linear_classifiers,
    linear_regressors,
    neural_networks,
    pipelines,
    polynomials,
    scaling,
)
from sealdrop.publish.sklearn.registry import compile_estimator, is_estimator

__all__ = [
    "centroids",
    "compile_estimator",
    "decomposition",
    "densities",
    "encoders",
    "ensembles",
    "is_estimator",
    "kernels",
    "linear_classifiers",
    "linear_regressors",
    "neural_networks",
    "pipelines",
    "polynomials",
    "scaling",
]
