"""z^2, or z^3 + c z as (z^2 + c) z, on one ciphertext: what is left of a polynomial that was completed."""

from typing import Any

import numpy as np

from sealdrop_core.evaluation.polynomial import Coefficient
from sealdrop_core.evaluation.rescaling import lowered, reduced
from sealdrop_core.scales import CompletedScales
from sealdrop_core.seal import Ciphertext, Ring


class CompletedPolynomial:
    """A bare square or cube, for ciphertexts of one level and scale; `linear` is the c of a cube."""

    def __init__(self, ring: Ring, linear: Coefficient, scales: CompletedScales) -> None:
        self.ring, self.scales = ring, scales
        self.linear = ring.encode(linear, scales.square_level, scales.square) if np.any(linear) else None

    def __call__(self, z: Ciphertext, relinearization: Any) -> Ciphertext:
        """Return the value at the level `scales.after` and the scale `scales.target`; z is left as it is."""
        evaluator, scales, result = self.ring.evaluator, self.scales, Ciphertext()
        evaluator.square(z, result)
        reduced(self.ring, result, relinearization, scales.square_level, scales.square)
        if scales.degree == 2:
            return result
        if self.linear is not None:
            evaluator.add_plain_inplace(result, self.linear)
        evaluator.multiply_inplace(result, lowered(self.ring, z, scales.square_level))
        return reduced(self.ring, result, relinearization, scales.after, scales.target)
