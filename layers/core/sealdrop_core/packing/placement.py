"""Placement: where the outputs of a sparse map stand, so that few diagonals reach all their weights.

A convolution's outputs all see the same pattern of inputs, moved. Put where its pattern starts, each output needs the
pattern's diagonals and no others; maps that start at the same input stand in repetitions of the input.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sealdrop_core.circuit import Affine, Array, Index, SparseAffine
from sealdrop_core.packing.rotation import Diagonals, Wire


def placed(affine: Affine | SparseAffine, wire: Wire, period: int, limit: int) -> Diagonals | None:
    """Return the diagonals of a map whose outputs are placed within `period` slots, None if more than `limit`.

    The choice is a function of the arguments alone: planner and server make the same.
    """
    if most_weights(affine) > limit:
        return None
    rows, columns, values = _entries(affine)
    inputs = wire.slots[columns]
    bounds = np.searchsorted(rows, np.arange(affine.outputs + 1)).tolist()
    firsts = np.zeros(affine.outputs, dtype=np.int64)
    firsts[rows[::-1]] = inputs[::-1]  # the first of each output is written last
    distances = (inputs - firsts[rows]) % wire.period
    shapes = [distances[start:end] for start, end in pairwise(bounds)]
    places = _places(firsts.tolist(), shapes, wire.period, period, limit)
    if places is None:
        return None
    offsets = (inputs - places[rows]) % wire.period
    origin = _origin(_distinct(offsets), wire.period)
    places, offsets = (places + origin) % period, (offsets - origin) % wire.period
    found = tuple(_distinct(offsets).tolist()) or (0,)

    def vector(offset: int) -> Array:
        chosen = offsets == offset
        out = np.zeros(period)
        out[places[rows[chosen]]] = values[chosen]
        return out

    return Diagonals(found, period, period, Wire(places, period), vector)


def most_weights(affine: Affine | SparseAffine) -> int:
    """Return the most weights of one output: so many diagonals it takes at least."""
    if isinstance(affine, Affine):
        return int(np.count_nonzero(affine.weight, axis=1).max())
    return int(np.bincount(affine.rows, affine.values != 0).max())


def _entries(affine: Affine | SparseAffine) -> tuple[Index, Index, Array]:
    """Return outputs, inputs and values of the non-zero weights, output after output."""
    if isinstance(affine, Affine):
        rows, columns = np.nonzero(affine.weight)
        return rows, columns, affine.weight[rows, columns]
    used = np.flatnonzero(affine.values)
    order = used[np.argsort(affine.rows[used] * affine.features + affine.columns[used], kind="stable")]
    return affine.rows[order], affine.columns[order], affine.values[order]


def _places(firsts: list[int], shapes: list[Index], inner: int, period: int, limit: int) -> Index | None:
    """Return a slot for each pattern of input slots, the largest patterns first.

    A pattern is given by its first slot and its shape, the distance of every slot from the first.
    """
    known, free = _Offsets(inner), _Free(inner, period)
    places = np.zeros(len(shapes), dtype=np.int64)
    for index in sorted(range(len(shapes)), key=lambda index: -len(shapes[index])):
        start, shape = firsts[index], shapes[index]
        slot = free.take((start - offset) % inner for offset in known.fitting(shape))
        if slot is None:
            slot = free.take((start - offset) % inner for offset in range(inner))
            if slot is None:
                return None
            known.add((shape + start - slot) % inner)
            if len(known) > limit:
                return None
        places[index] = slot
    return places


class _Offsets:
    """The diagonals in use, and for each pattern those that its first input may lie on."""

    def __init__(self, inner: int) -> None:
        self.used = np.zeros(inner, dtype=np.bool_)
        self.fits: dict[bytes, list[int]] = {}

    def __len__(self) -> int:
        return int(self.used.sum())

    def add(self, offsets: Index) -> None:
        self.used[offsets] = True
        self.fits.clear()

    def fitting(self, shape: Index) -> list[int]:
        key = shape.tobytes()
        if key not in self.fits:
            own = np.flatnonzero(self.used)
            inside = self.used[(own[:, None] + shape) % len(self.used)].all(axis=1)
            self.fits[key] = own[inside].tolist()
        return self.fits[key]


class _Free:
    """Slots not yet taken: each slot of the input's period stands once in every repetition."""

    def __init__(self, inner: int, period: int) -> None:
        self.inner, self.repetitions = inner, period // inner
        self.taken: defaultdict[int, int] = defaultdict(int)

    def take(self, slots: Iterator[int]) -> int | None:
        """Take the first of these slots that is free in some repetition."""
        for slot in slots:
            if self.taken[slot] < self.repetitions:
                self.taken[slot] += 1
                return slot + (self.taken[slot] - 1) * self.inner
        return None


def _distinct(offsets: Index) -> Index:
    """Return offsets in order, each once."""
    return np.flatnonzero(np.bincount(offsets))


def _origin(offsets: Index, inner: int) -> int:
    """Return the offset after the widest gap: counted from it, all others are as small as can be."""
    if not offsets.size:
        return 0
    gaps = np.diff(np.concatenate([offsets[-1:] - inner, offsets]))
    return int(offsets[np.argmax(gaps)])
