"""Ids that sort by the time they were made: 10 characters of milliseconds, 16 of randomness (the ULID layout)."""

import secrets

from cloud import clock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: sorts like the numbers it writes


def new() -> str:
    """Return an id of 26 characters."""
    value = clock.milliseconds() << 80 | secrets.randbits(80)
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -5, -5))
