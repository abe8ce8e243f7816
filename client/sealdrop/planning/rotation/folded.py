"""Fold a circuit for evaluation: lines merged, squares completed where that costs no precision."""

import numpy as np

from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.folding import merged, shifts, squared
from sealdrop_core.layouts import Activation

MAX_DEGREE = 7
MAX_ROWS = 16
# A completed square is larger than the polynomial it stands for by the square of this, and so are its rounding errors
MAX_SHIFT = 4.0


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
        shift = shifts(polynomial)
        bearable = shift is not None and (np.abs(shift) <= MAX_SHIFT * np.abs(values).max(axis=0)).all()
        activations.append("square" if bearable else "polynomial")
        values = polynomial(values)
    completed = [index for index, activation in enumerate(activations) if activation == "square"]
    return squared(plain, completed), [*activations, "none"]
