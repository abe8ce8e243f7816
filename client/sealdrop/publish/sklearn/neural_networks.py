"""Multilayer perceptrons: the network as it is; its activations become polynomials on calibration rows later."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, labels
from sealdrop.publish.network import Layer, Network, chain
from sealdrop.publish.nonlinearities import ACTIVATIONS
from sealdrop.publish.sklearn.registry import predicts
from sealdrop_core.circuit import Affine
from sealdrop_core.manifest import Output


def _network(estimator: Any) -> Network:
    layers: list[Layer] = []
    for weight, bias in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        layers.append(Affine(np.asarray(weight, dtype=np.float64).T, np.asarray(bias, dtype=np.float64)))
        if len(layers) < 2 * len(estimator.coefs_) - 1 and estimator.activation != "identity":
            layers.append(ACTIVATIONS[estimator.activation])
    return chain(layers[0].features, layers)  # type: ignore[union-attr]  # the first layer is affine


@predicts("neural_network.MLPClassifier", fitted="coefs_")
def mlp_classifier(estimator: Any) -> Compiled:
    """Logits; softmax or the logistic function, by the kind of the target, is the client's."""
    if estimator.out_activation_ == "softmax":
        output = Output(kind="multinomial", classes=labels(estimator.classes_))
    elif estimator._label_binarizer.y_type_.startswith("multilabel"):
        output = Output(kind="multilabel", link="logistic", flat=False)
    else:
        output = Output(kind="binary", classes=labels(estimator.classes_))
    return Compiled(_network(estimator), output)


@predicts("neural_network.MLPRegressor", fitted="coefs_")
def mlp_regressor(estimator: Any) -> Compiled:
    """One score for each target; a Poisson loss has a logarithmic link."""
    link = "exp" if estimator.out_activation_ == "exp" else "identity"
    return Compiled(_network(estimator), Output(kind="regression", flat=estimator.n_outputs_ == 1, link=link))
