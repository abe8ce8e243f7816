"""The circuits that the golden files are sealed for: small enough for a file."""

from collections.abc import Mapping

import numpy as np

from sealdrop_core.circuit import Affine, Circuit, Polynomial

CIRCUITS: Mapping[str, Circuit] = {
    "tiny": Circuit((Affine(np.array([[0.5, -1.0, 0.25], [1.0, 0.0, 0.125]]), np.array([0.5, -0.25])),)),
    "square": Circuit(
        (
            Affine(np.array([[0.5, -0.25], [0.75, 0.5]]), np.array([0.125, -0.5])),
            Polynomial(np.array([0.0, 0.5, 0.25])),
            Affine(np.array([[1.0, -0.5]]), np.array([0.25])),
        )
    ),
}
