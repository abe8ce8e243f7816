"""A data owner's public keys, from the body of a sealed keys file."""

from dataclasses import dataclass
from typing import Any

from sealdrop_core.errors import MalformedSeal
from sealdrop_core.evaluation.inputs import seeded_parts
from sealdrop_core.plan import KeyRequirement
from sealdrop_core.seal import Encryptor, GaloisKeys, RelinKeys, Ring


@dataclass(frozen=True)
class EvaluationKeys:
    """Exactly the keys a plan asks for; what it does not ask for is None."""

    encryptor: Any = None
    relinearization: Any = None
    galois: Any = None


def load_keys(ring: Ring, requirement: KeyRequirement, body: memoryview) -> EvaluationKeys:
    """Read keys in the order public, relinearization, Galois by ascending element.

    Raises MalformedSeal (`key_malformed`) unless `body` is exactly the required keys, every digit in place.
    """
    digits = len(ring.primes)
    elements = sorted(requirement.galois_elements)
    switching = [0] * requirement.relinearization + elements
    count = int(requirement.public) + len(switching) * digits
    try:
        parts = list(seeded_parts(body, count, ring.degree, ring.parameters.coeff_modulus))
    except MalformedSeal as error:
        raise MalformedSeal(
            f"these keys are not the ones the plan asks for: {error.message}",
            code="key_malformed",
            remedy="Generate and enroll keys for this plan again.",
        ) from error
    encryptor = Encryptor(ring.native, ring.public_key(*parts.pop(0))) if requirement.public else None
    sets = [parts[start : start + digits] for start in range(0, len(parts), digits)]
    relinearization = ring.switching_keys(RelinKeys(), {0: sets.pop(0)}) if requirement.relinearization else None
    indexed = {(element - 1) // 2: digit for element, digit in zip(elements, sets, strict=True)}
    return EvaluationKeys(encryptor, relinearization, ring.switching_keys(GaloisKeys(), indexed) if indexed else None)
