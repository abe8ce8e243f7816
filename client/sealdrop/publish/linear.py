"""Affine maps, dense or sparse: merged, and their outputs chosen, scaled, stacked."""

from collections.abc import Sequence

import numpy as np

from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.circuit import MAX_WEIGHTS, Affine, Array, Index, SparseAffine

Linear = Affine | SparseAffine
SPARSE_BELOW = 0.25  # share of non-zero weights
SMALL = 1 << 14  # weights, too few to bother


def identity(width: int) -> Affine:
    """Return the map that changes nothing, dense."""
    return Affine(np.eye(width), np.zeros(width))


def sparse_identity(width: int) -> SparseAffine:
    """Return the map that changes nothing, sparse."""
    own = np.arange(width)
    return SparseAffine(width, own, own, np.ones(width), np.zeros(width))


def diagonal(factors: Array, shifts: Array) -> Linear:
    """Return the map x -> factors * x + shifts, dense if it is small."""
    width = len(factors)
    if width * width < SMALL:
        return Affine(np.diag(factors), shifts)
    return scaled(sparse_identity(width), factors, shifts)


def sparse(features: int, rows: Index, columns: Index, values: Array, bias: Array) -> Linear:
    """Return the map with these weights, dense if there are none at all."""
    if not values.size:
        return Affine(np.zeros((len(bias), features)), bias)
    return SparseAffine(features, rows, columns, values, bias)


def choose(layer: Linear, rows: Index) -> Linear:
    """Return the map whose output k is output rows[k] of `layer`."""
    if isinstance(layer, Affine):
        return Affine(layer.weight[rows], layer.bias[rows])
    order = np.argsort(layer.rows, kind="stable")
    starts = np.searchsorted(layer.rows[order], np.arange(layer.outputs + 1))
    counts = (starts[1:] - starts[:-1])[rows]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    taken = order[np.repeat(starts[:-1][rows], counts) + within]
    placed = np.repeat(np.arange(len(rows)), counts)
    return sparse(layer.features, placed, layer.columns[taken], layer.values[taken], layer.bias[rows])


def scaled(layer: Linear, factors: Array, shifts: Array) -> Linear:
    """Return factors * layer(x) + shifts, both of shape (outputs,)."""
    bias = layer.bias * factors + shifts
    if isinstance(layer, Affine):
        return Affine(layer.weight * factors[:, np.newaxis], bias)
    return SparseAffine(layer.features, layer.rows, layer.columns, layer.values * factors[layer.rows], bias)


def stacked(layers: Sequence[Linear]) -> Linear:
    """Return the map whose outputs are those of all layers in a row; all read the same features."""
    bias = np.concatenate([layer.bias for layer in layers])
    few = [layer for layer in layers if isinstance(layer, SparseAffine)]
    if len(few) < len(layers):
        return Affine(np.vstack([layer.dense() for layer in layers]), bias)
    starts = np.cumsum([0, *(layer.outputs for layer in few)])
    rows = np.concatenate([layer.rows + start for layer, start in zip(few, starts[:-1], strict=True)])
    columns = np.concatenate([layer.columns for layer in few])
    return SparseAffine(few[0].features, rows, columns, np.concatenate([layer.values for layer in few]), bias)


def summed(one: Linear, other: Linear, sign: float) -> Linear:
    """Return one(x) + sign * other(x)."""
    return sparsest(Affine(one.dense() + sign * other.dense(), one.bias + sign * other.bias))


def merge(first: Linear, then: Linear) -> Linear:
    """Return the affine map x -> then(first(x)), sparse if few weights remain."""
    alone = isinstance(first, SparseAffine) and len(np.unique(first.columns)) == first.columns.size
    if max(0 if alone else first.outputs, then.outputs) * first.features > MAX_WEIGHTS:
        raise UnsupportedModel(
            f"two neighbouring layers join {first.features} features to {then.outputs} values",
            code="model_too_large",
            remedy="Reduce the input's columns or resolution, or the layer's width.",
        )
    if isinstance(first, SparseAffine) and np.array_equal(first.rows, first.columns) and _is_unit(first):
        return then
    if alone:  # each column goes one way: nothing is added up
        assert isinstance(first, SparseAffine)
        weight = np.zeros((then.outputs, first.features))
        weight[:, first.columns] = then.dense()[:, first.rows] * first.values
    else:
        weight = then.dense() @ first.dense()
    return sparsest(Affine(weight, then(first.bias[np.newaxis])[0]))


def sparsest(layer: Affine) -> Linear:
    """Keep only the non-zero weights of a map that has few of them."""
    rows, columns = np.nonzero(layer.weight)
    if not rows.size or rows.size > SPARSE_BELOW * layer.weight.size or layer.weight.size < SMALL:
        return layer
    return SparseAffine(layer.features, rows, columns, layer.weight[rows, columns], layer.bias)


def _is_unit(layer: SparseAffine) -> bool:
    return (
        layer.rows.size == layer.features == layer.outputs and bool((layer.values == 1).all()) and not layer.bias.any()
    )


def block_diagonal(blocks: list[Array]) -> Array:
    """Return the matrix with these blocks on its diagonal."""
    out = np.zeros((sum(block.shape[0] for block in blocks), sum(block.shape[1] for block in blocks)))
    row = column = 0
    for block in blocks:
        out[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return out
