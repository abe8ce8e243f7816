"""Nearest centres: |x - c|^2 has |x|^2 in common for all centres, so the comparison is linear."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, competing
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import predicts
from sealdrop_core.circuit import Array


def _nearest(centres: Array, classes: Any) -> Compiled:
    centres = np.asarray(centres, dtype=np.float64)
    return competing(2 * centres, -np.sum(centres**2, axis=1), classes, "classes")


@predicts("cluster.KMeans", "cluster.MiniBatchKMeans", fitted="cluster_centers_")
def k_means(estimator: Any) -> Compiled:
    """The number of the nearest cluster."""
    return _nearest(estimator.cluster_centers_, range(len(estimator.cluster_centers_)))


@predicts("neighbors.NearestCentroid", fitted="centroids_")
def nearest_centroid(estimator: Any) -> Compiled:
    """The class of the nearest centroid; with unequal priors, the class of the largest discriminant score."""
    if estimator.metric != "euclidean":
        raise UnsupportedModel(f"the {estimator.metric} distance is no polynomial", remedy="Use metric='euclidean'.")
    centres, classes = np.asarray(estimator.centroids_), estimator.classes_
    prior = getattr(estimator, "class_prior_", np.full(len(classes), 1 / len(classes)))
    if np.allclose(prior, 1 / len(classes)):
        return _nearest(centres, classes)
    deviation = np.where(estimator.within_class_std_dev_ == 0, 1.0, estimator.within_class_std_dev_)
    bias = 2 * np.log(prior) - np.sum((centres / deviation) ** 2, axis=1)
    return competing(2 * centres / deviation**2, bias, classes, "multinomial")
