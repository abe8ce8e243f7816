"""Quadratic circuits as linear ones: Affine, Polynomial of degree 2, Affine equals an affine map of monomials.

sum_h v_h (a_h z_h^2 + b_h z_h + c_h) with z = W x + u is, multiplied out, linear in x_i and x_i x_j. The client
computes the monomials before it encrypts, so the server needs one linear layer and no keys; the client learns which
monomials.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.circuit import Affine, Circuit, SparseAffine
from sealdrop_core.errors import Infeasible, InvalidRequest

BLOCK = 64  # pairs at a time: what is computed of them stays in the cache
Pair = tuple[int, int]


def monomials(circuit: Circuit, most: int | None = None) -> tuple[Pair, ...]:
    """Return the pairs (i, j), i <= j, whose product x_i * x_j a one-hidden-layer quadratic circuit can depend on.

    A pair counts if some hidden unit sees both columns, squares what it sees, and is heard by an output. Raises
    Infeasible when there are more than `most`.
    """
    if len(circuit.layers) == 1:
        return ()
    squared = _squared(circuit).astype(np.float32)
    together = np.triu(squared.T @ squared) > 0
    count = np.count_nonzero(together)
    if most is not None and count > most:
        raise Infeasible(f"{count} monomials are more than a client should pack")
    rows, columns = np.nonzero(together)
    return tuple(zip(rows.tolist(), columns.tolist(), strict=True))


def _squared(circuit: Circuit) -> NDArray[np.bool_]:
    """Return which columns each hidden unit squares for an output, shape (units, features)."""
    squares = np.atleast_2d(circuit.polynomials[0].coefficients)[:, 2:3].any(axis=1)
    heard = circuit.affines[1].dense().any(axis=0)
    return np.asarray((circuit.affines[0].dense() != 0) & np.logical_and(squares, heard)[:, None])


def linear(circuit: Circuit) -> Affine | SparseAffine | None:
    """Return the one affine map that a circuit equals, None if there is none or it is not seen at once."""
    if len(circuit.layers) == 1:
        return circuit.affines[0]
    if len(circuit.layers) == 3 and circuit.polynomials[0].degree <= 2 and not _squared(circuit).any():
        return lifted(circuit, ())
    return None


def lifted(circuit: Circuit, pairs: Sequence[Pair]) -> Affine | SparseAffine:
    """Return the affine map of (x, monomials) that equals the circuit.

    Raises InvalidRequest (`malformed_weights`) when the circuit is not linear, or not quadratic with these pairs.
    """
    if len(circuit.layers) == 1 and not pairs:
        return circuit.affines[0]
    if len(circuit.layers) != 3 or circuit.polynomials[0].degree > 2:
        raise InvalidRequest("this circuit is not quadratic with one hidden layer", code="malformed_weights")
    hidden, output = circuit.affines
    c, b, a = circuit.polynomials[0].by_power(hidden.outputs)[:3]
    weight, shift, outer = hidden.dense(), hidden.bias, output.dense()
    slope = b + 2 * a * shift
    constant = c + shift * (b + a * shift)
    index, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2), np.ascontiguousarray(weight.T)
    quadratic = np.zeros((output.outputs, len(index)))
    for start in range(0, len(index), BLOCK):
        first, second = index[start : start + BLOCK].T
        products = columns[first] * columns[second]
        quadratic[:, start : start + BLOCK] = (outer * a) @ products.T * np.where(first == second, 1.0, 2.0)
    return Affine(np.concatenate([(outer * slope) @ weight, quadratic], axis=1), outer @ constant + output.bias)
