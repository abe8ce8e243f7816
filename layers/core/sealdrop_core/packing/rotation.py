"""Rotation packing: see `RotationLayout` for where everything stands.

A map is computed as sum over its diagonals t of vector(t) * rotated(x, t), then over the slots `after` apart that
belong to one output. Diagonals lie on a grid of baby and giant steps, so that few rotations reach them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from sealdrop_core.circuit import Affine, Array, Index, SparseAffine
from sealdrop_core.layouts import RotationLayout


def power_of_two(width: int) -> int:
    """Return the smallest power of two that is not below `width`."""
    return 1 << (width - 1).bit_length()


@dataclass(frozen=True, eq=False)
class Wire:
    """Where the values between two layers stand: value k in slot `slots[k]` of every `period` slots."""

    slots: Index
    period: int


def ordered(width: int) -> Wire:
    """Return the wire of values that stand in order."""
    return Wire(np.arange(width), power_of_two(width))


@dataclass(frozen=True, eq=False)
class Diagonals:
    """An affine map across slots; `vector(t)` has shape (before,), and what comes out repeats every `after` slots."""

    offsets: tuple[int, ...]
    before: int
    after: int
    out: Wire
    vector: Callable[[int], Array]

    @cached_property
    def giant(self) -> int:
        """The giant step: the one that reaches all offsets with the fewest rotations; baby steps are 1."""
        offsets = np.array(self.offsets)
        steps = np.arange(1, int(offsets.max()) + 2)
        grid = (offsets[None, :] % steps[:, None]).max(axis=1) + (offsets[None, :] // steps[:, None]).max(axis=1)
        return int(steps[np.argmin(grid)])

    @cached_property
    def babies(self) -> int:
        """Rotations of the input."""
        return max(offset % self.giant for offset in self.offsets)

    @cached_property
    def giants(self) -> int:
        """Rotations of partial sums."""
        return max(offset // self.giant for offset in self.offsets)

    @property
    def folds(self) -> tuple[int, ...]:
        """Steps that add up the slots of one output, the largest first: after each the sums repeat twice as often."""
        found, step = [], self.before // 2
        while step >= self.after:
            found.append(step)
            step //= 2
        return tuple(found)

    @property
    def steps(self) -> set[int]:
        """All steps a key is needed for."""
        return {*([1] if self.babies else []), *([self.giant] if self.giants else []), *self.folds}


def block_of(features: int, outputs: int, slots: int) -> tuple[int, int, int]:
    """Return block, copies and shift of a first layer whose input fills `slots` slots, all three powers of two.

    Every copy spares diagonals: there are min(features, outputs) / copies of them.
    """
    wide, narrow = max(features, outputs), min(features, outputs)
    copies = max(min(slots // wide, narrow), 1)
    return wide, copies, narrow // copies


def features_at(period: int, block: int, copies: int, shift: int) -> Index:
    """Return which of the padded features each slot holds, until they repeat."""
    slot = np.arange(block * copies)
    return (slot + slot // block * shift) % period


def dense(affine: Affine | SparseAffine, wire: Wire, content: Index, after: int, count: int) -> Diagonals:
    """Return the diagonals of a map whose input slot k holds what stands in slot content[k] of `wire`.

    A slot of output j meets `count` neighbouring inputs by diagonals, and all others by the sum over its slots.
    """
    rows = np.arange(len(content)) % after

    @cache
    def weight() -> Array:
        padded = np.zeros((after, wire.period))
        padded[: affine.outputs, wire.slots] = affine.dense()
        return padded

    def vector(offset: int) -> Array:
        return weight()[rows, np.roll(content, -offset)]

    return Diagonals(tuple(range(count)), len(content), after, ordered(affine.outputs), vector)


def repeated(affine: Affine | SparseAffine, wire: Wire) -> Diagonals:
    """Return the diagonals of a map whose input repeats unshifted."""
    after = power_of_two(affine.outputs)
    content = np.arange(max(after, wire.period)) % wire.period
    return dense(affine, wire, content, after, min(after, wire.period))


def spread(vector: Array, slots: int, rows: int) -> Array:
    """Repeat a periodic vector for each of `rows` rows until it fills `slots` slots."""
    return np.tile(np.repeat(vector, rows), slots // (rows * len(vector)))


def pack_rows(X: Array, layout: RotationLayout, slots: int) -> Array:
    """Return the slots of one block, shape (slots,), from rows X of shape (rows, features)."""
    padded = np.zeros((layout.rows_per_block, layout.period))
    padded[: len(X), : layout.features] = X
    own = padded[:, features_at(layout.period, layout.block, layout.copies, layout.shift)].T.reshape(-1)
    return np.tile(own, slots // len(own))


def positions(layout: RotationLayout, degree: int) -> Index:
    """Return the coefficients of a result that carry outputs."""
    return np.arange(layout.kept) * (degree // layout.kept)


def outputs_of(slots: Array, layout: RotationLayout, rows: int) -> Array:
    """Return scores, shape (rows, outputs), from the slots in which they do not repeat yet."""
    return slots.reshape(-1, layout.rows_per_block)[: layout.outputs, :rows].T
