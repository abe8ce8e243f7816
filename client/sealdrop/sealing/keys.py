"""Public keys as a sealed keys file: made once, uploaded once."""

from typing import Any

import tenseal.sealapi as sealapi

from sealdrop.sealing.residues import seeded_bytes
from sealdrop_core import streams
from sealdrop_core.plan import Plan
from sealdrop_core.residues import Words
from sealdrop_core.seal import Ring, channel
from sealdrop_core.seal import ring as ring_of
from sealdrop_core.sealed import Header


def seal_keys(ring: Ring, plan: Plan, generator: Any) -> bytes:
    """Return the sealed keys file for a plan: public, relinearization, Galois keys by ascending element, all seeded."""
    form, digits = ring.key_form, len(ring.primes)
    parts: list[tuple[Words, bytes]] = []
    if plan.keys.public:
        parts.append(_public_key(ring, generator))
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


def _public_key(ring: Ring, generator: Any) -> tuple[Words, bytes]:
    """Return a public key: an encryption of zero at key level, made in a way that keeps the seed.

    It is the same for BFV as for CKKS, but only CKKS encrypts in the form that keys have.
    """
    ckks = ring_of(ring.parameters.model_copy(update={"scheme": "ckks", "plain_modulus": None}))
    words = streams.split_plaintext(channel().save(generator.secret_key()))
    secret = ckks.load(sealapi.SecretKey(), streams.plaintext(ckks.key_form.parms_id, words, 1.0))
    zero = sealapi.Encryptor(ckks.native, secret).encrypt_zero_symmetric(list(ckks.key_form.parms_id))
    return ckks.key_form.split_seeded(channel().save(zero))
