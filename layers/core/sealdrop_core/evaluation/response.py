"""What of a result travels back: only the output coefficients, only the bits the error needs, and, if the response is
private, nothing of the weights but the outputs.

Private responses: c1 of an untreated result is c1 of the input times the weights, and one division recovers them all.
Adding a public-key encryption of zero hides c1; sending only the output coefficients of c0 hides what the other
coefficients would say; Gaussian flooding drowns the weight-dependent noise in what is left. "Noise flooding": Gentry,
"A fully homomorphic encryption scheme", 2009, section 4.3.
"""

import math
import os
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.circuit import Index
from sealdrop_core.plan import Plan
from sealdrop_core.residues import Words, pack
from sealdrop_core.seal import Ciphertext, Encryptor, Ring


def gaussian(count: int, std: float) -> NDArray[np.int64]:
    """Draw rounded Gaussians from the operating system's randomness (Box and Muller, 1958)."""
    half = -(-count // 2)
    uniform = np.frombuffer(os.urandom(16 * half), dtype=np.uint64).reshape(2, half) >> np.uint64(11)
    first, second = (uniform.astype(np.float64) + 0.5) * 2.0**-53
    radius = std * np.sqrt(-2.0 * np.log(first))
    angle = 2.0 * np.pi * second
    both = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    rounded: NDArray[np.int64] = np.rint(both[:count]).astype(np.int64)
    return rounded


class Responder:
    """Turns evaluated ciphertexts of a plan into the bytes of a result."""

    def __init__(self, ring: Ring, plan: Plan) -> None:
        self.ring, self.plan, self.response = ring, plan, plan.response
        self.primes = np.array(ring.primes[: self.response.level], dtype=np.uint64)
        self.bits = plan.kept_bits

    def rerandomize(self, result: Any, encryptor: Encryptor) -> None:
        """Add a fresh public-key encryption of zero; three polynomials get two of them, as (a0, a1 + b0, b1)."""
        zero = self._zero(result, encryptor)
        if result.size() == 3:
            form = self.ring.form(zero.coeff_modulus_size(), result.scale, ntt=zero.is_ntt_form())
            words = self.ring.residues(self._zero(result, encryptor), form)
            shifted = np.concatenate([np.zeros(words.size // 2, dtype=np.uint64), words])
            self.ring.evaluator.add_inplace(result, self.ring.ciphertext(shifted, replace(form, polynomials=3)))
        self.ring.evaluator.add_inplace(result, zero)

    def _zero(self, result: Any, encryptor: Encryptor) -> Any:
        zero = Ciphertext()
        encryptor.encrypt_zero(result.parms_id(), zero)
        zero.scale = result.scale
        return zero

    def residues(self, result: Any, keep: Index | None = None) -> tuple[Words, Words]:
        """Return c0's kept residues, shape (level, kept), and those of c1 and on, shape (level, rest).

        `keep` are the coefficients of c0 that carry outputs; None keeps all. A private response is flooded here.
        """
        level, ring = self.response.level, self.ring
        ring.evaluator.mod_switch_to_inplace(result, ring.parms_id(level))
        if self.plan.parameters.scheme == "ckks":
            ring.evaluator.transform_from_ntt_inplace(result)
        form = ring.form(level, result.scale, polynomials=result.size(), ntt=False)
        words = ring.residues(result, form).reshape(result.size(), level, ring.degree)
        first = words[0] if keep is None else words[0][:, keep]
        if self.response.flooding_std_log2 is not None:
            first = self._flooded(first)
        return first, words[1:].transpose(1, 0, 2).reshape(level, -1)

    def _flooded(self, words: Words) -> Words:
        noise = gaussian(words.shape[1], 2.0 ** (self.response.flooding_std_log2 or 0.0))
        signed = self.primes.astype(np.int64)[:, None]
        return (words + np.mod(noise, signed).astype(np.uint64)) % self.primes[:, None]

    def shifted(self, words: Words, value: int) -> Words:
        """Add an integer to every message in kept residues of c0, shape (level, kept)."""
        if self.plan.parameters.plain_modulus:  # BFV messages stand at the top of the modulus
            modulus = math.prod(int(prime) for prime in self.primes)
            value = (value * modulus + self.plan.parameters.plain_modulus // 2) // self.plan.parameters.plain_modulus
        residues = np.array([value % int(prime) for prime in self.primes], dtype=np.uint64)
        return (words + residues[:, None]) % self.primes[:, None]

    def pack(self, results: list[tuple[Words, Words]]) -> bytes:
        """Return a block's bytes: c0 of all results, prime after prime, then the rest of all results likewise."""
        packed = []
        for part in range(2):
            words = np.concatenate([result[part] for result in results], axis=1)
            rounded = _without(words, self.response.dropped_bits)
            packed += [pack(rounded[index], bits) for index, bits in enumerate(self.bits)]
        return b"".join(packed)


def _without(words: Words, bits: int) -> Words:
    """Round away the low bits, halves to even: halves rounded up would add up in the slots whose root is near 1."""
    if not bits:
        return words
    rounded = words >> np.uint64(bits)
    rounded &= np.uint64(1)
    rounded += words
    rounded += np.uint64((1 << bits - 1) - 1)
    rounded >>= np.uint64(bits)
    return rounded
