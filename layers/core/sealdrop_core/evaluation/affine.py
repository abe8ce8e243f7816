"""An affine map across the slots of one ciphertext: rotated, multiplied, added up."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from sealdrop_core.circuit import Array
from sealdrop_core.evaluation.plaintexts import Kept, Plaintexts
from sealdrop_core.evaluation.rescaling import rescale, settle
from sealdrop_core.packing.rotation import Diagonals
from sealdrop_core.seal import Ciphertext


class RotatedAffine:
    """An affine map, its diagonals encoded, for ciphertexts of one level and scale.

    The result comes out at `target`, one level lower, or if it is not `rescaled` at the same level; `early` of its
    folds come before that.
    """

    def __init__(
        self,
        diagonals: Diagonals,
        bias: Array,
        plaintexts: Plaintexts,
        level: int,
        scale: float,
        target: float,
        *,
        rescaled: bool,
        early: int = 0,
    ) -> None:
        self.ring, self.rows = plaintexts.ring, plaintexts.rows
        self.diagonals, self.target, self.rescaled, self.early = diagonals, target, rescaled, early
        self.product = target * (self.ring.primes[level - 1] if rescaled else 1)
        factor = self.product / scale
        self.weights: dict[int, Kept] = {}
        for offset in diagonals.offsets:
            kept = plaintexts.keep(partial(self._weights, offset), level, factor)
            if kept is not None:
                self.weights[offset] = kept
        if not self.weights:  # all of it rounds away, and the result must stay a ciphertext
            self.weights[0] = plaintexts.unit(level, factor)
        values = np.zeros(diagonals.out.period)
        values[diagonals.out.slots] = bias
        self.bias = plaintexts.encode(values, level - rescaled, target)

    def _weights(self, offset: int) -> Array:
        """Return a diagonal, moved against the rotation that its giant will undergo."""
        return np.roll(self.diagonals.vector(offset), offset - offset % self.diagonals.giant)

    def __call__(self, x: Ciphertext, galois: Any) -> Ciphertext:
        """Return the map's values, repeating in the slots; x is left as it is."""
        total = self._products(x, galois)
        self._fold(total, self.diagonals.folds[: self.early], galois)
        if self.rescaled:
            rescale(self.ring, total, self.target)
        self._fold(total, self.diagonals.folds[self.early :], galois)
        self.ring.evaluator.add_plain_inplace(total, self.bias)
        return total

    def _products(self, x: Ciphertext, galois: Any) -> Ciphertext:
        """Return the sum over all diagonals, giant after giant from the farthest: one key serves them all."""
        babies = [x]
        for _ in range(self.diagonals.babies):
            babies.append(self._rotated(babies[-1], 1, galois))
        total: Ciphertext | None = None
        for giant in reversed(range(self.diagonals.giants + 1)):
            if total is not None:
                total = self._rotated(total, self.diagonals.giant, galois)
            for baby, value in enumerate(babies):
                weights = self.weights.get(giant * self.diagonals.giant + baby)
                if weights is not None:
                    total = self._plus_product(total, value, weights)
        assert total is not None
        return total

    def _fold(self, total: Ciphertext, steps: Iterable[int], galois: Any) -> None:
        for step in steps:
            self.ring.evaluator.add_inplace(total, self._rotated(total, step, galois))

    def _plus_product(self, total: Ciphertext | None, value: Ciphertext, weights: Kept) -> Ciphertext:
        product = Ciphertext()
        self.ring.evaluator.multiply_plain(value, weights(), product)
        settle(product, self.product)
        if total is None:
            return product
        self.ring.evaluator.add_inplace(total, product)
        return total

    def _rotated(self, value: Ciphertext, step: int, galois: Any) -> Ciphertext:
        result = Ciphertext()
        self.ring.evaluator.rotate_vector(value, step * self.rows, galois, result)
        return result
