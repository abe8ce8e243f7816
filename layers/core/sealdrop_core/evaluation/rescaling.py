"""Rescaling to an exact scale, so that whatever is added later has the same."""

from typing import Any

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


def reduced(ring: Ring, product: Ciphertext, relinearization: Any, level: int, scale: float) -> Ciphertext:
    """Bring a product to two polynomials, to `level`, its own or the next, and to `scale`, in place; returns it."""
    # in this order: rescaling three polynomials would multiply a rounding error by the square of the secret
    if product.size() > 2:
        ring.evaluator.relinearize_inplace(product, relinearization)
    return rescale(ring, product, scale) if product.coeff_modulus_size() > level else settle(product, scale)


def lowered(ring: Ring, ciphertext: Ciphertext, level: int) -> Ciphertext:
    """Return a ciphertext at a lower level, its scale unchanged; itself if that is its own."""
    if ciphertext.coeff_modulus_size() == level:
        return ciphertext
    result = Ciphertext()
    ring.evaluator.mod_switch_to(ciphertext, ring.parms_id(level), result)
    return result
