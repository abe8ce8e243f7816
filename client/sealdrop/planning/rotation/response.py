"""What the response of a network may lose, and how far a private one is flooded."""

import math

from sealdrop.planning import noise
from sealdrop.planning.precision import Privacy
from sealdrop.planning.profile import GAIN_FACTOR
from sealdrop.planning.rotation.slots import tail
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.plan import Response

MAX_DIVERGENCE_LOG2 = -20.0  # of a private response, all its coefficients together
# of the error, for what evaluation leaves in a score; the rest goes to dropped bits or to flooding
EVALUATION_SHARE = 0.7


def needed_flooding_bits(layout: RotationLayout) -> float:
    """Return log2 of how far flooding must stand above the noise of evaluation for the divergence that is allowed.

    A Gaussian shifted by 2^-b of its deviation diverges by 2^(-2b - 1), and every coefficient sent is one.
    """
    return (math.log2(layout.kept) - 1 - MAX_DIVERGENCE_LOG2) / 2


def wanted_deviation(layout: RotationLayout, error: float, privacy: Privacy) -> float:
    """Return the largest standard deviation that evaluation may leave in a score, as calibration rows show it."""
    share = 2.0 ** -needed_flooding_bits(layout) if privacy == "private" else 1.0
    return EVALUATION_SHARE * share * error / noise.SIGMAS / GAIN_FACTOR


def respond(
    layout: RotationLayout, degree: int, scale: float, deviation: float, error: float, privacy: Privacy
) -> tuple[Response, float]:
    """Return the response that spends the error, and the error of a score (six standard deviations) it comes to.

    `deviation` is what evaluation leaves in a score, as calibration rows show it: other rows may bring more. `scale` is
    the fixed-point scale of the scores.
    """
    unit = math.sqrt(layout.kept / 2) / scale  # deviation of a score for one of a coefficient
    own, allowed = GAIN_FACTOR * deviation / unit, error / noise.SIGMAS / unit
    left = math.sqrt(allowed**2 - own**2)
    if privacy == "open":
        dropped = _most_dropped_bits(layout, degree, left)
        total = math.hypot(own, _dropped_std(layout, degree, dropped))
        return Response(private=False, dropped_bits=dropped), noise.SIGMAS * unit * total
    dropped = _most_dropped_bits(layout, degree, left / 4)
    zero = math.sqrt(tail(layout.kept / degree)) * noise.public_zero_std(degree)
    spent = math.hypot(_dropped_std(layout, degree, dropped), zero)
    flooding = math.sqrt(max(left**2 - spent**2, 1.0))
    bits = math.log2(flooding / own)
    response = Response(
        dropped_bits=dropped,
        flooding_std_log2=math.log2(flooding),
        flooding_bits=bits,
        divergence_log2=math.log2(layout.kept) - 1 - 2 * bits,
    )
    return response, error


def _most_dropped_bits(layout: RotationLayout, degree: int, allowed: float) -> int:
    return max(bits for bits in range(60) if _dropped_std(layout, degree, bits) <= allowed)


def _dropped_std(layout: RotationLayout, degree: int, bits: int) -> float:
    """Return the deviation of a coefficient that rounding away low bits comes to.

    A half is always rounded up, which is half a unit on average: in the slots whose root is near 1 that adds up.
    """
    if not bits:
        return 0.0
    upward = math.sqrt(2 * layout.kept * (1 + noise.TERNARY_VARIANCE * degree)) / math.pi
    return math.hypot(math.sqrt(tail(layout.kept / degree)) * noise.dropped_std(degree, bits), upward)
