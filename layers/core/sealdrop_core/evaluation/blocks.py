"""Integer weights of an affine layer, in blocks of outputs that read the same inputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sealdrop_core.circuit import Affine, Array, Index, SparseAffine


@dataclass(frozen=True)
class Block:
    """The weights, integers of shape (outputs, inputs), of outputs that read the same inputs."""

    outputs: Index
    inputs: Index
    weights: Array

    def giving(self, outputs: Index) -> "Block":
        """Return the part that gives some of the outputs."""
        chosen = np.isin(self.outputs, outputs)
        return Block(self.outputs[chosen], self.inputs, self.weights[chosen])

    def reading(self, inputs: Index) -> "Block":
        """Return the part that reads some of the inputs, in ascending order, which are counted from zero again."""
        chosen = np.isin(self.inputs, inputs)
        return Block(self.outputs, np.searchsorted(inputs, self.inputs[chosen]), self.weights[:, chosen])


def blocks(affine: Affine | SparseAffine, scales: Array) -> tuple[Block, ...]:
    """Return an affine layer's weights, times one of `scales` for each feature, rounded to integers.

    A sparse layer falls into blocks of equal support: the maps of a convolution read the same patches.
    """
    if isinstance(affine, Affine):
        outputs, inputs = np.arange(affine.outputs), np.arange(affine.features)
        return (_block(outputs, inputs, np.rint(affine.weight * scales)),)
    order = np.lexsort((affine.columns, affine.rows))
    columns, values = affine.columns[order], np.rint(affine.values * scales[affine.columns])[order]
    starts = np.searchsorted(affine.rows[order], np.arange(affine.outputs + 1))
    alike: dict[bytes, list[int]] = {}
    for output in range(affine.outputs):
        alike.setdefault(columns[starts[output] : starts[output + 1]].tobytes(), []).append(output)
    return tuple(
        _block(
            np.array(outputs),
            np.frombuffer(support, dtype=np.int64),
            np.stack([values[starts[output] : starts[output + 1]] for output in outputs]),
        )
        for support, outputs in alike.items()
    )


def _block(outputs: Index, inputs: Index, weights: Array) -> Block:
    if not inputs.size:
        inputs, weights = np.zeros(1, dtype=np.int64), np.zeros((len(outputs), 1))
    # SEAL refuses a transparent result: a weight of one unit in the last place keeps it a ciphertext
    weights[~weights.any(axis=1), 0] = 1.0
    return Block(outputs, inputs, weights)


def groups(weights: Sequence[Block], least: int) -> Iterator[tuple[Block, ...]]:
    """Yield the weights of `least` outputs at a time, or of as many as they read inputs: few read the same twice."""
    outputs = np.concatenate([block.outputs for block in weights])
    reads = np.concatenate([np.full(len(block.outputs), len(block.inputs)) for block in weights])
    start = 0
    while start < len(outputs):
        stop = start + max(least, int(reads[start]))
        parts = (block.giving(outputs[start:stop]) for block in weights)
        yield tuple(part for part in parts if len(part.outputs))
        start = stop


def largest_sum(weights: Sequence[Block]) -> float:
    """Return the largest sum of absolute weights of any output."""
    return float(max(np.abs(block.weights).sum(axis=1).max() for block in weights))
