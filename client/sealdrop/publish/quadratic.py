"""Quadratic forms as networks: squares of a few linear combinations, and what is linear passed through.

x' Q x with symmetric Q = V diag(e) V' is the sum of e_k * (v_k . x)^2; directions without weight are left out.
"""

import numpy as np

from sealdrop.publish.network import Network
from sealdrop_core.circuit import Affine, Array, Polynomial

NEGLIGIBLE = 1e-14  # of the largest eigenvalue, squared directions below it are rounding errors


def quadratic(forms: Array, linear: Array, constant: Array) -> Network:
    """Return the network x -> x' forms[k] x + linear[k] . x + constant[k].

    forms has shape (outputs, features, features), linear (outputs, features), constant (outputs,).
    """
    forms = (forms + forms.transpose(0, 2, 1)) / 2
    directions, weights = _diagonal(forms) if _is_diagonal(forms) else _principal(forms)
    passed = linear if len(linear) <= linear.shape[1] else np.eye(linear.shape[1])
    onto = np.eye(len(linear)) if len(linear) <= linear.shape[1] else linear
    hidden = Affine(np.vstack([directions, passed]), np.zeros(len(directions) + len(passed)))
    squares = np.tile([0.0, 0.0, 1.0], (len(directions), 1))
    lines = np.tile([0.0, 1.0, 0.0], (len(passed), 1))
    return Network((hidden, Polynomial(np.vstack([squares, lines])), Affine(np.hstack([weights, onto]), constant)))


def _is_diagonal(forms: Array) -> bool:
    diagonals = np.einsum("kii->ki", forms)
    return int(np.count_nonzero(forms)) == int(np.count_nonzero(diagonals))


def _diagonal(forms: Array) -> tuple[Array, Array]:
    """Return features as directions, shared by all outputs, and their weights."""
    diagonals = np.einsum("kii->ki", forms)
    used = diagonals.any(axis=0)
    return np.eye(forms.shape[1])[used], diagonals[:, used]


def _principal(forms: Array) -> tuple[Array, Array]:
    """Return every output's principal directions, scaled to weights of 1 and -1."""
    values, vectors = np.linalg.eigh(forms)
    directions, weights = [], []
    for output, (value, vector) in enumerate(zip(values, vectors, strict=True)):
        used = np.abs(value) > NEGLIGIBLE * np.abs(value).max(initial=0)
        directions.append((vector[:, used] * np.sqrt(np.abs(value[used]))).T)
        weight = np.zeros((len(forms), np.count_nonzero(used)))
        weight[output] = np.sign(value[used])
        weights.append(weight)
    return np.vstack(directions), np.hstack(weights)


def difference(forms: Array, linear: Array, constant: Array) -> tuple[Array, Array, Array]:
    """Return the second of two quadratic scores minus the first."""
    return forms[1:] - forms[:1], linear[1:] - linear[:1], constant[1:] - constant[:1]
