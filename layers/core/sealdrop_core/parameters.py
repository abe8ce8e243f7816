"""Encryption parameters as named values, never larger than 128-bit security allows.

The bound on the total bits of the coefficient modulus is, for each degree, the smaller of Microsoft SEAL's table
(`CoeffModulus::MaxBitCount`, classical 128 bits, ternary secret) and the 2024 guideline of Bossuat et al.,
IACR eprint 2024/463.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, PlainSerializer, model_validator

from sealdrop_core.card import Card
from sealdrop_core.errors import Infeasible

SEAL_BITS: Mapping[int, int] = {1024: 27, 2048: 54, 4096: 109, 8192: 218, 16384: 438, 32768: 881}
GUIDELINE_BITS: Mapping[int, int] = {1024: 26, 2048: 53, 4096: 106, 8192: 214, 16384: 430, 32768: 868}
SECURITY_BITS: Mapping[int, int] = {degree: min(SEAL_BITS[degree], GUIDELINE_BITS[degree]) for degree in SEAL_BITS}

# A prime needs up to 60 bits, and JSON numbers are exact to 53 only: as text it survives every reader.
Prime = Annotated[int, Field(gt=1, lt=1 << 60), PlainSerializer(str, return_type=str, when_used="json")]
MOST_PRIMES = 24


class Parameters(Card):
    """Ring degree, coefficient modulus and, for BFV, plain modulus.

    `coeff_modulus` lists the primes in SEAL's order. With more than one, the last is the special prime: it serves
    key switching and is not part of a fresh ciphertext.
    """

    scheme: Literal["ckks", "bfv"]
    poly_modulus_degree: int
    coeff_modulus: tuple[Prime, ...] = Field(min_length=1, max_length=MOST_PRIMES)
    plain_modulus: int | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.poly_modulus_degree not in SECURITY_BITS:
            raise ValueError(f"poly_modulus_degree must be one of {sorted(SECURITY_BITS)}")
        if any(prime % (2 * self.poly_modulus_degree) != 1 for prime in self.coeff_modulus):
            raise ValueError("every prime must be 1 modulo twice the degree")
        if len(set(self.coeff_modulus)) != len(self.coeff_modulus):
            raise ValueError("the primes must differ")
        if self.total_bits > SECURITY_BITS[self.poly_modulus_degree]:
            raise ValueError(
                f"{self.total_bits} bits of coefficient modulus are not 128-bit secure at degree "
                f"{self.poly_modulus_degree} (at most {SECURITY_BITS[self.poly_modulus_degree]})"
            )
        if (self.plain_modulus is None) != (self.scheme == "ckks"):
            raise ValueError("BFV has a plain modulus, CKKS has none")
        if self.plain_modulus in self.coeff_modulus:
            raise ValueError("the plain modulus is one of the primes")
        return self

    @property
    def total_bits(self) -> int:
        """Bits of the product of all primes, rounded up."""
        product = 1
        for prime in self.coeff_modulus:
            product *= prime
        return (product - 1).bit_length()

    @property
    def data_primes(self) -> tuple[int, ...]:
        """The primes of a fresh ciphertext: all but the special prime."""
        return self.coeff_modulus[:-1] if len(self.coeff_modulus) > 1 else self.coeff_modulus

    @property
    def name(self) -> str:
        """The value as a name, e.g. `ckks_n8192_q60_30_30_60`."""
        bits = "_".join(str(prime.bit_length()) for prime in self.coeff_modulus)
        plain = f"_t{self.plain_modulus.bit_length()}" if self.plain_modulus else ""
        return f"{self.scheme}_n{self.poly_modulus_degree}_q{bits}{plain}"

    @property
    def slots(self) -> int:
        """Number of slots: N/2 for CKKS, N for BFV."""
        return self.poly_modulus_degree // 2 if self.scheme == "ckks" else self.poly_modulus_degree


@lru_cache(maxsize=1 << 14)  # plans draw on few primes, over and over
def _is_prime(candidate: int) -> bool:
    """Miller-Rabin with the first twelve primes as bases: exact below 2^64 (Sorenson and Webster, 2015)."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if candidate % base == 0:
            return candidate == base
        power = pow(base, odd, candidate)
        if power in (1, candidate - 1):
            continue
        if all((power := power * power % candidate) != candidate - 1 for _ in range(twos - 1)):
            return False
    return True


def ntt_primes(degree: int, bit_sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return distinct primes of the given sizes, each 1 modulo twice `degree`, the largest of a size first.

    Raises Infeasible when there are not enough primes of a size.
    """
    found: dict[int, int] = {}
    primes = []
    for bits in bit_sizes:
        candidate = found.get(bits, ((1 << bits) - 1) // (2 * degree) * 2 * degree + 1)
        if bits not in found and candidate >= 1 << bits:
            candidate -= 2 * degree
        while candidate.bit_length() == bits and not _is_prime(candidate):
            candidate -= 2 * degree
        if candidate.bit_length() != bits:
            raise Infeasible(f"not enough {bits}-bit primes for degree {degree}", code="no_primes")
        primes.append(candidate)
        found[bits] = candidate - 2 * degree
    return tuple(primes)


def smallest_prime(degree: int, least: int, others: Collection[int] = ()) -> int:
    """Return the smallest prime from `least` on that is 1 modulo twice `degree` and none of the others.

    Raises Infeasible when it would take more than 60 bits.
    """
    candidate = -(-(least - 1) // (2 * degree)) * 2 * degree + 1
    while candidate in others or not _is_prime(candidate):
        candidate += 2 * degree
    if candidate.bit_length() > 60:
        raise Infeasible(f"no prime of {least.bit_length()} bits is left for degree {degree}", code="no_primes")
    return candidate
