"""Fold a circuit for evaluation: lines merged, squares and cubes completed where that costs no precision."""

import numpy as np

from sealdrop_core.circuit import Array, Circuit, Polynomial
from sealdrop_core.errors import Infeasible
from sealdrop_core.folding import completed, completion, merged
from sealdrop_core.layouts import Activation

MAX_DEGREE = 7
MAX_ROWS = 16
# A completed square is larger than the polynomial it stands for by the square of this, and so are its rounding errors
MAX_SHIFT = 4.0
# The c of z^3 + c z over the largest z^2: where it is more, there is hardly a cube, and c takes up the room of one
MAX_LINEAR = 16.0
MIN_STRETCHED = 2.0**-6  # of z: a cube of less is nothing


def fold(circuit: Circuit, calibration: Array) -> tuple[Circuit, list[Activation]]:
    """Return the circuit to evaluate and what stands after each of its affine layers.

    Raises Infeasible for circuits that need no rotations, and for degrees that are not built.
    """
    plain = merged(circuit)
    if not plain.polynomials:
        raise Infeasible("a linear circuit needs no rotations")
    degree = max(polynomial.degree for polynomial in plain.polynomials)
    if degree > MAX_DEGREE:
        raise Infeasible(
            f"a polynomial of degree {degree} is above {MAX_DEGREE}", remedy=f"Fit activations to degree {MAX_DEGREE}."
        )
    activations: list[Activation] = []
    values = calibration[:: -(-len(calibration) // MAX_ROWS)]
    for affine, polynomial in zip(plain.affines, plain.polynomials, strict=False):
        values = affine(values)
        activations.append(_activation(polynomial, values))
        values = polynomial(values)
    bare = [index for index, activation in enumerate(activations) if activation != "polynomial"]
    return completed(plain, bare), [*activations, "none"]


def _activation(polynomial: Polynomial, values: Array) -> Activation:
    """Return what a polynomial of these values, shape (rows, units), is best evaluated as."""
    found = completion(polynomial)
    if found is None or (np.abs(found.shift) > MAX_SHIFT * np.abs(values).max(axis=0)).any():
        return "polynomial"
    if polynomial.degree == 2:
        return "square"
    z = found.stretch * (values + found.shift)
    linear = np.atleast_2d(found.bare.coefficients)[:, 1]
    largest = float(np.abs(z).max())
    cubic = largest >= MIN_STRETCHED and np.abs(linear).max() <= MAX_LINEAR * largest**2
    return "cube" if cubic else "polynomial"
