"""What operations cost, in milliseconds of one core: what a plan's quote is made of.

Rounded from single calls timed on one core of an AMD EPYC. Plans are compared by them: their ratios are what matters.
"""


def load_milliseconds(degree: int, primes: int) -> float:
    """Unpacking and loading one seeded ciphertext."""
    return 0.02 + 0.085 * degree / 2048 * primes


def multiply_plain_milliseconds(degree: int, primes: int) -> float:
    """One product with a plaintext, and the addition that follows it."""
    return 0.018 * degree / 2048 * primes


def respond_milliseconds(degree: int, primes: int, *, private: bool) -> float:
    """Leaving NTT form and packing one result; for a private response an encryption of zero besides."""
    return (0.08 + 0.28 * private) * degree / 2048 * primes


def sums_milliseconds(coefficients: int, inputs: int, outputs: int) -> float:
    """Weighted sums of ciphertexts of so many coefficients each, all primes and polynomials counted."""
    return coefficients * (3e-6 * inputs + 6e-6 * outputs + 1e-7 * inputs * outputs)


def switch_milliseconds(degree: int, primes: int) -> float:
    """One key switch: a rotation, or a relinearization."""
    return (0.2 + 0.33 * primes + 0.1 * primes**2) * degree / 8192


def square_milliseconds(degree: int, primes: int) -> float:
    """One product of two ciphertexts, before its relinearization."""
    return 0.073 * primes * degree / 8192


def rescale_milliseconds(degree: int, primes: int) -> float:
    """One division by the last prime."""
    return 0.16 * primes * degree / 8192
