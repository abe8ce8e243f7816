"""Rescaling to an exact scale, so that whatever is added later has the same."""

from sealdrop_core.seal import Ciphertext, Ring

TOLERANCE = 1e-9  # relative; scales are products of float64 numbers and primes


def settle(ciphertext: Ciphertext, scale: float) -> Ciphertext:
    """Set the scale a ciphertext has but for rounding; returns the ciphertext."""
    assert abs(ciphertext.scale / scale - 1) < TOLERANCE, (ciphertext.scale, scale)
    ciphertext.scale = scale
    return ciphertext


def rescale(ring: Ring, ciphertext: Ciphertext, scale: float) -> Ciphertext:
    """Divide by the last prime, in place, down to `scale`; returns the ciphertext."""
    ring.evaluator.rescale_to_next_inplace(ciphertext)
    return settle(ciphertext, scale)


def lowered(ring: Ring, ciphertext: Ciphertext, level: int) -> Ciphertext:
    """Return a ciphertext at a lower level, its scale unchanged; itself if that is its own."""
    if ciphertext.coeff_modulus_size() == level:
        return ciphertext
    result = Ciphertext()
    ring.evaluator.mod_switch_to(ciphertext, ring.parms_id(level), result)
    return result
