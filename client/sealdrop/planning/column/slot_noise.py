"""Standard deviations of noise in the slots of CKKS, in units of the fixed-point scale, where they are largest.

A slot is the value of a polynomial at a root of unity, a sum of N coefficients. Noise times the secret s is as large
in a slot as |s| is there: |s|^2 is close to exponentially distributed with mean 2N/3, so among N/2 slots the largest
is about ln(N/2) times that, and a bound for every slot has to take it.
"""

import math

from sealdrop.planning import noise


def from_coefficients(degree: int, std: float) -> float:
    """Real part of a slot when all coefficients are independent, of deviation `std`."""
    return std * math.sqrt(degree / 2)


def largest_secret(degree: int) -> float:
    """|s|^2 in the slot where it is largest."""
    return noise.TERNARY_VARIANCE * degree * math.log(degree / 2)


def fresh(degree: int) -> float:
    """Symmetric encryption."""
    return from_coefficients(degree, noise.fresh_std())


def rounding(degree: int, polynomials: int = 2) -> float:
    """Rounding every polynomial of a ciphertext: r0 + r1 s, and r2 s^2 if there are three."""
    secret = largest_secret(degree)
    return from_coefficients(degree, noise.ROUNDING_STD) * math.sqrt(sum(secret**power for power in range(polynomials)))


def dropped(degree: int, polynomials: int, bits: int) -> float:
    """Rounding away the low bits of every residue."""
    return rounding(degree, polynomials) * noise.dropping_std(bits) / noise.ROUNDING_STD


def most_dropped_bits(degree: int, polynomials: int, allowed: float) -> int:
    """Return the most low bits whose loss stays within a deviation of `allowed`."""
    bits = 0
    while bits < 59 and dropped(degree, polynomials, bits + 1) <= allowed:
        bits += 1
    return bits


def key_switch(degree: int, primes: tuple[int, ...], special: int) -> float:
    """Relinearization with data primes `primes`, one digit for each, before the rounding of its last division.

    SEAL's digits are not centred: their mean, half a prime in every coefficient, adds up in the slots whose root is
    near 1, to N/pi primes.
    """
    digits = math.sqrt(sum(float(prime) ** 2 for prime in primes)) * degree / math.pi
    return from_coefficients(degree, noise.ERROR_STD) * digits / special


def public_zero(degree: int, polynomials: int, special: int | None) -> float:
    """Public-key encryption of zero, e u + e1 + e2 s, divided by the prime above if there is one.

    Three polynomials take two of them, the second times s.
    """
    secret = largest_secret(degree)
    one = from_coefficients(degree, noise.ERROR_STD) * math.sqrt(1 + 2 * secret)
    if special:
        one = math.hypot(one / special, rounding(degree))
    return one * math.sqrt(1 + (secret if polynomials == 3 else 0))
