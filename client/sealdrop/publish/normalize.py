"""Normalised columns: the first affine layer takes over what the client does before it encrypts."""

from dataclasses import replace

import numpy as np

from sealdrop_core.circuit import Affine, Array, Circuit, SparseAffine
from sealdrop_core.manifest import Normalization


def normalized(X: Array, normalization: Normalization) -> Array:
    """Return (X - center) / scale, shape (rows, features) as X."""
    return np.asarray((X - np.asarray(normalization.center)) / np.asarray(normalization.scale))


def absorb(circuit: Circuit, normalization: Normalization) -> Circuit:
    """Return the circuit that computes on normalised rows what `circuit` computes on rows as they are.

    weight @ x + bias with x = scale * x' + center is (weight * scale) @ x' + (weight @ center + bias).
    """
    center, scale = np.asarray(normalization.center), np.asarray(normalization.scale)
    first, *rest = circuit.layers
    if isinstance(first, SparseAffine):
        values = first.values * scale[first.columns]
        return Circuit([replace(first, values=values, bias=first(center[np.newaxis])[0]), *rest])
    assert isinstance(first, Affine)
    return Circuit([Affine(first.weight * scale, first.weight @ center + first.bias), *rest])
