"""An elementwise polynomial of degree 2 to 7 on one ciphertext, with few products of ciphertexts.

p(x) = low(x) + high(x) x^4 with halves c0 + c1 x + (c2 + c3 x) x^2: degree 3 takes two relinearizations and two levels,
degree 7 four and three. Paterson and Stockmeyer, "On the Number of Nonscalar Multiplications Necessary to Evaluate
Polynomials", SIAM Journal on Computing 2(1), 1973.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sealdrop_core.evaluation.rescaling import lowered, reduced, rescale, settle
from sealdrop_core.scales import HalfScales, PolynomialScales
from sealdrop_core.seal import Ciphertext, Plaintext, Ring

Coefficient = float | list[float]  # one for every slot, or one for each


class ElementwisePolynomial:
    """The coefficients of one polynomial, by ascending power, encoded once for ciphertexts of one level and scale."""

    def __init__(self, ring: Ring, coefficients: Sequence[Coefficient], scales: PolynomialScales) -> None:
        self.ring, self.scales = ring, scales
        padded = [*coefficients, *[0.0] * (8 - len(coefficients))]
        self.constant = _encode(ring, padded[0], scales.level - scales.depth, scales.target)
        self.low = _Half(ring, padded[1:4], scales.low)
        self.high, self.quotient = None, None
        if scales.degree > 3:
            self.high = _Half(ring, padded[5:8], scales.high)
            self.quotient = _encode(ring, padded[4], scales.level - 2, scales.quotient)
        if self.low.empty and self.quotient is None and (self.high is None or self.high.empty):
            # all powers round away: one unit in the last place keeps the result a ciphertext
            self.low.linear = ring.encode(1 / scales.low.linear, scales.low.level, scales.low.linear)

    def __call__(self, x: Ciphertext, relinearization: Any) -> Ciphertext:
        """Return p(x), `scales.depth` levels below x, at the scale `scales.target`; x is left as it is."""
        powers = _Powers(self.ring, self.scales, x, relinearization)
        total = self.low.product(powers)
        if self.high is not None:
            total = _sum(self.ring, total, self._upper(self.high, powers))
        assert total is not None
        result = powers.reduced(total, self.scales.target)
        if self.constant is not None:
            self.ring.evaluator.add_plain_inplace(result, self.constant)
        return result

    def _upper(self, half: "_Half", powers: "_Powers") -> Ciphertext | None:
        """Return high(x) x^4 before its rescaling."""
        evaluator, product = self.ring.evaluator, Ciphertext()
        total = half.product(powers)
        if total is None:
            if self.quotient is None:
                return None
            evaluator.multiply_plain(powers.fourth, self.quotient, product)
        else:
            high = powers.reduced(total, self.scales.quotient)
            if self.quotient is not None:
                evaluator.add_plain_inplace(high, self.quotient)
            evaluator.multiply(high, powers.fourth, product)
        return settle(product, self.scales.low.product)


class _Powers:
    """x, x^2 and x^4, each computed when it is first needed."""

    def __init__(self, ring: Ring, scales: PolynomialScales, x: Ciphertext, relinearization: Any) -> None:
        self.ring, self.scales, self.relinearization = ring, scales, relinearization
        self.x = x
        self._square: Ciphertext | None = None
        self._fourth: Ciphertext | None = None

    @property
    def square(self) -> Ciphertext:
        if self._square is None:
            self._square = self._squared(self.x, self.scales.square)
        return self._square

    @property
    def fourth(self) -> Ciphertext:
        if self._fourth is None:
            self._fourth = self._squared(self.square, self.scales.fourth)
        return self._fourth

    def _squared(self, value: Ciphertext, scale: float) -> Ciphertext:
        result = Ciphertext()
        self.ring.evaluator.square(value, result)
        return self.reduced(result, scale)

    def reduced(self, product: Ciphertext, scale: float) -> Ciphertext:
        return reduced(self.ring, product, self.relinearization, product.coeff_modulus_size() - 1, scale)


class _Half:
    """c1 x + (c2 + c3 x) x^2, before its rescaling."""

    def __init__(self, ring: Ring, coefficients: Sequence[Coefficient], scales: HalfScales) -> None:
        self.ring, self.scales = ring, scales
        linear, quadratic, cubic = coefficients
        self.linear = _encode(ring, linear, scales.level, scales.linear)
        self.quadratic = _encode(ring, quadratic, scales.level, scales.quadratic)
        self.cubic = _encode(ring, cubic, scales.source, scales.cubic)

    @property
    def empty(self) -> bool:
        """Whether nothing of it is left after rounding."""
        return self.linear is None and self.quadratic is None and self.cubic is None

    def product(self, powers: _Powers) -> Ciphertext | None:
        """Return the sum at the half's product scale, of three polynomials if there is a cubic term."""
        level, total = self.scales.level, None
        if self.cubic is not None:
            total = self._cubic(self.cubic, powers)
        for value, plain in (("square", self.quadratic), ("x", self.linear)):
            if plain is not None:
                term = Ciphertext()
                self.ring.evaluator.multiply_plain(lowered(self.ring, getattr(powers, value), level), plain, term)
                total = _sum(self.ring, total, settle(term, self.scales.product))
        return total

    def _cubic(self, plain: Plaintext, powers: _Powers) -> Ciphertext:
        leading, product = Ciphertext(), Ciphertext()
        self.ring.evaluator.multiply_plain(powers.x, plain, leading)
        rescale(self.ring, leading, self.scales.leading)
        level = self.scales.level
        self.ring.evaluator.multiply(
            lowered(self.ring, leading, level), lowered(self.ring, powers.square, level), product
        )
        return settle(product, self.scales.product)


def _encode(ring: Ring, coefficient: Coefficient, level: int, scale: float) -> Plaintext | None:
    """Return a coefficient as a plaintext, None if it is zero: SEAL refuses products that are."""
    if not np.any(coefficient):
        return None
    plain = ring.encode(coefficient, level, scale)
    return None if plain.is_zero() else plain


def _sum(ring: Ring, total: Ciphertext | None, term: Ciphertext | None) -> Ciphertext | None:
    if total is None:
        return term
    if term is None:
        return total
    ring.evaluator.add_inplace(total, term)
    return total
