"""Coefficient packing: see `CoefficientLayout` for where everything stands."""

import numpy as np

from sealdrop_core.circuit import Array, Index
from sealdrop_core.layouts import CoefficientLayout


def lift(X: Array, layout: CoefficientLayout) -> Array:
    """Append the layout's monomials x_i * x_j to rows X, shape (rows, features)."""
    if not layout.monomials:
        return X
    pairs = np.array(layout.monomials, dtype=np.int64)
    products = np.take(X, pairs[:, 0], axis=1) * np.take(X, pairs[:, 1], axis=1)
    return np.concatenate([X, products], axis=1)


def pack_rows(values: Array, layout: CoefficientLayout, degree: int) -> Array:
    """Return the polynomials of one block, shape (inputs, degree), from lifted rows, shape (rows, packed_features)."""
    rows, width = values.shape
    padded = np.zeros((rows, layout.inputs * layout.chunk))
    padded[:, :width] = values
    exponent = np.arange(rows)[:, None] * layout.rows_stride - np.arange(layout.chunk)
    polynomials = np.zeros((layout.inputs, degree))
    sign = np.where(exponent < 0, -1.0, 1.0)  # X^-i = -X^(N-i)
    chunks = padded.reshape(rows, layout.inputs, layout.chunk).transpose(1, 0, 2)
    polynomials[:, exponent % degree] = chunks * sign
    return polynomials


def round_weights(weight: Array, scale_log2: float) -> Array:
    """Return the weights in units of 2^-scale_log2, rounded, shape (outputs, packed_features).

    An output with no weight left gets one unit: SEAL refuses a product that is transparent, that is, zero.
    """
    rounded: Array = np.rint(weight * 2.0**scale_log2)
    rounded[~rounded.any(axis=1), 0] = 1.0
    return rounded


def pack_weights(weight: Array, layout: CoefficientLayout, degree: int) -> Array:
    """Return polynomials of shape (results, inputs, degree) from a weight of shape (outputs, packed_features)."""
    each = layout.outputs_per_result
    padded = np.zeros((layout.results * each, layout.inputs * layout.chunk))
    padded[: weight.shape[0], : weight.shape[1]] = weight
    blocks = padded.reshape(layout.results, each, layout.inputs, layout.chunk).transpose(0, 2, 1, 3)
    polynomials = np.zeros((layout.results, layout.inputs, degree))
    polynomials[..., : each * layout.chunk] = blocks.reshape(layout.results, layout.inputs, each * layout.chunk)
    return polynomials


def pack_bias(bias: Array, layout: CoefficientLayout, degree: int) -> Array:
    """Return the bias polynomials, shape (results, degree): every output of every row the block can hold."""
    polynomials = np.zeros((layout.results, degree))
    for result in range(layout.results):
        outputs = bias[result * layout.outputs_per_result : (result + 1) * layout.outputs_per_result]
        at = positions(layout, layout.rows_per_block, result)
        polynomials[result, at] = np.tile(outputs, layout.rows_per_block)
    return polynomials


def positions(layout: CoefficientLayout, rows: int, result: int) -> Index:
    """Return the coefficients of one result that carry outputs: row after row, output after output."""
    each = layout.outputs_per_result
    outputs = min(each, layout.outputs - result * each)
    return (np.arange(rows)[:, None] * layout.rows_stride + np.arange(outputs) * layout.chunk).reshape(-1)
