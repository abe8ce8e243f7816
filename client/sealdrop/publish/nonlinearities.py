"""Activations that are no polynomials: elementwise functions with a name."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sealdrop_core.circuit import Array


@dataclass(frozen=True)
class Activation:
    """An elementwise function with a name; `activations.fit` replaces it by a polynomial."""

    name: str
    function: Callable[[Array], Array]

    def __call__(self, X: Array) -> Array:
        """Apply to every element."""
        return self.function(X)


_ERF = np.frompyfunc(math.erf, 1, 1)


def _sigmoid(t: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(t / 2)))


def _erf(t: Array) -> Array:
    return np.asarray(_ERF(t), dtype=np.float64)


_FUNCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "relu": lambda t: np.maximum(t, 0),
    "logistic": _sigmoid,
    "tanh": np.tanh,
    "softplus": lambda t: np.logaddexp(0, t),
    "gelu": lambda t: 0.5 * t * (1 + _erf(t / math.sqrt(2))),
    "gelu_tanh": lambda t: 0.5 * t * (1 + np.tanh(math.sqrt(2 / math.pi) * (t + 0.044715 * t**3))),
    "erf": _erf,
    "exp": np.exp,
    "abs": np.abs,
    "softsign": lambda t: t / (1 + np.abs(t)),
    "mish": lambda t: t * np.tanh(np.logaddexp(0, t)),
    "hard_swish": lambda t: t * np.clip(t / 6 + 0.5, 0, 1),
}
ACTIVATIONS: Mapping[str, Activation] = {name: Activation(name, function) for name, function in _FUNCTIONS.items()}
