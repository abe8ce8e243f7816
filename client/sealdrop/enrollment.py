"""Public keys as a sealed keys file: made once, uploaded once."""

from typing import Any

import tenseal.sealapi as sealapi
from sealdrop_core import streams
from sealdrop_core.plan import Plan
from sealdrop_core.residues import Words, pack
from sealdrop_core.seal import Ring, channel
from sealdrop_core.sealed import Header


def render(ring: Ring, plan: Plan, generator: Any) -> bytes:
    """Return the sealed keys file for a plan: public, relinearization, Galois keys by ascending element, all seeded."""
    form, digits = ring.key_form, len(ring.primes)
    parts: list[tuple[Words, bytes]] = []
    if plan.keys.public:
        # a public key is an encryption of zero at key level, and this way of making one keeps the seed
        zero = sealapi.Encryptor(ring.native, generator.secret_key()).encrypt_zero_symmetric(list(form.parms_id))
        parts.append(form.split_seeded(channel().save(zero)))
    if plan.keys.relinearization:
        stream = channel().save(generator.create_relin_keys())
        parts += streams.split_switching_keys(form, stream, [0], digits)
    if plan.keys.galois_elements:
        elements = sorted(plan.keys.galois_elements)
        stream = channel().save(generator.create_galois_keys(elements))
        parts += streams.split_switching_keys(form, stream, [(element - 1) // 2 for element in elements], digits)
    body = b"".join(seeded_bytes(words, seed, plan.parameters.coeff_modulus) for words, seed in parts)
    header = Header("keys", {"configuration": plan.key_configuration, "bytes": str(len(body))})
    return header.render() + body


def seeded_bytes(words: Words, seed: bytes, primes: tuple[int, ...]) -> bytes:
    """Return a seeded object as it travels: the seed, then the residues modulo each prime, packed."""
    rows = words.reshape(len(primes), -1)
    return seed + b"".join(pack(row, prime.bit_length()) for row, prime in zip(rows, primes, strict=True))
