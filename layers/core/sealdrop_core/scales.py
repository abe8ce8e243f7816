"""Exact scales: where every value of an elementwise polynomial stands in fixed point, and at which level.

Each rescaling divides by a prime that is no power of two. So that sums have equal terms, every plaintext is encoded at
the scale which makes its product, rescaled, land on the wanted one. Kim, Papadimitriou, Polyakov, "Approximate
Homomorphic Encryption with Reduced Approximation Error", CT-RSA 2022, section 3.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class HalfScales:
    """Scales inside c0 + c1 x + (c2 + c3 x) x^2, whose products are summed at `level` and `product` and then rescaled.

    `linear`, `quadratic` and `cubic` are the plaintexts' scales; c3 x is made at `source`, the level of x, and rescaled
    to `leading`.
    """

    source: int
    level: int
    product: float
    linear: float
    quadratic: float
    cubic: float
    leading: float


def depth_of(degree: int) -> int:
    """Return the levels that an elementwise polynomial of a degree consumes."""
    return 2 if degree <= 3 else 3


@dataclass(frozen=True)
class PolynomialScales:
    """Scales inside p(x) = low(x) + high(x) x^4 for x at `level` and `scale`, so that p(x) comes out at `target`.

    `primes` are the data primes of the parameters; a ciphertext at level k loses primes[k - 1] when it is rescaled.
    Up to degree 3 there is no upper half, and p(x) is two levels below x; to degree 7 it is three.
    """

    degree: int
    level: int
    scale: float
    target: float
    primes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 2 <= self.degree <= 7 or self.level <= self.depth:
            raise ValueError(f"degree {self.degree} cannot be evaluated from level {self.level}")

    @property
    def depth(self) -> int:
        """Levels the polynomial consumes."""
        return depth_of(self.degree)

    @property
    def after(self) -> int:
        """Level of p(x)."""
        return self.level - self.depth

    @property
    def square(self) -> float:
        """Scale of x^2, one level below x."""
        return self.scale**2 / self.primes[self.level - 1]

    @property
    def fourth(self) -> float:
        """Scale of x^4, two levels below x."""
        return self.square**2 / self.primes[self.level - 2]

    @property
    def quotient(self) -> float:
        """Scale of high(x), two levels below x."""
        return self.target * self.primes[self.level - 3] / self.fourth

    @property
    def low(self) -> HalfScales:
        """The lower half, summed together with high(x) x^4 when there is one."""
        level = self.level - self.depth + 1
        return self._half(level, self.target * self.primes[level - 1])

    @property
    def high(self) -> HalfScales:
        """The upper half."""
        return self._half(self.level - 1, self.quotient * self.primes[self.level - 2])

    def _half(self, level: int, product: float) -> HalfScales:
        leading = product / self.square
        return HalfScales(
            source=self.level,
            level=level,
            product=product,
            linear=product / self.scale,
            quadratic=leading,
            cubic=leading * self.primes[self.level - 1] / self.scale,
            leading=leading,
        )


@dataclass(frozen=True)
class CompletedScales:
    """Scales inside z^2, or inside (z^2 + c) z, for z at `level` and `scale`.

    A product need not be rescaled: its scale is that of its factors multiplied. Of two, the first is rescaled only if
    `depth`, the levels they take together, is 2. Rescaling late, by few large primes: Dathathri et al., "EVA", PLDI
    2020, section 5.
    """

    degree: int
    level: int
    scale: float
    depth: int
    primes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.depth < self.degree <= 3 or self.level <= self.depth:
            raise ValueError(f"degree {self.degree} cannot take {self.depth} levels from level {self.level}")

    @property
    def square_level(self) -> int:
        """Level of z^2."""
        return self.level - (self.depth == self.degree - 1)

    @property
    def square(self) -> float:
        """Scale of z^2."""
        return self._rescaled(self.scale**2, self.level, self.square_level)

    @property
    def after(self) -> int:
        """Level of the result."""
        return self.level - self.depth

    @property
    def product(self) -> float:
        """Scale of (z^2 + c) z before it is rescaled."""
        return self.square * self.scale

    @property
    def target(self) -> float:
        """Scale of the result."""
        return self.square if self.degree == 2 else self._rescaled(self.product, self.square_level, self.after)

    def _rescaled(self, product: float, level: int, after: int) -> float:
        return product / self.primes[level - 1] if after < level else product
