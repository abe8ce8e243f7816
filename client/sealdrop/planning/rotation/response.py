"""What the response of a network may lose, and how far a private one is flooded."""

import math
from dataclasses import dataclass

from sealdrop.planning import noise
from sealdrop.planning.precision import Privacy
from sealdrop.planning.rotation.score_noise import Deviation, tail
from sealdrop.planning.rows import GAIN_FACTOR
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.plan import Response

MAX_DIVERGENCE_LOG2 = -20.0  # of a private response, all its coefficients together
# of the error, for what evaluation leaves in a score; the rest goes to dropped bits or to flooding
EVALUATION_SHARE = 0.7
WEIGHTS_SHARE = 0.5  # of that, for rounded weights, before noise is known
LEAST_NOISE = 2.0**-100  # of evaluation, in a score: one that depends on nothing has none


def needed_flooding_bits(layout: RotationLayout) -> float:
    """Return log2 of how far flooding must stand above the noise of evaluation for the divergence that is allowed.

    A Gaussian shifted by 2^-b of its deviation diverges by 2^(-2b - 1), and every coefficient sent is one.
    """
    return (math.log2(layout.kept) - 1 - MAX_DIVERGENCE_LOG2) / 2


@dataclass(frozen=True)
class Limits:
    """Largest deviations that evaluation may leave in a score: by noise, and by noise and rounded weights together."""

    noise: float
    total: float

    @classmethod
    def of(cls, layout: RotationLayout, error: float, privacy: Privacy) -> "Limits":
        """Return the limits that an error sets, as calibration rows show it; a private response has to hide noise."""
        total = EVALUATION_SHARE * error / noise.SIGMAS / GAIN_FACTOR
        return cls(total * 2.0 ** -needed_flooding_bits(layout) if privacy == "private" else total, total)

    def excess(self, found: Deviation) -> float:
        """Return by what factor a deviation exceeds a limit."""
        return max(found.noise / self.noise, found.total / self.total)

    @property
    def weights(self) -> float:
        """Return the largest deviation by rounded weights that leaves most of the limit to noise."""
        return WEIGHTS_SHARE * self.total


def respond(
    layout: RotationLayout, degree: int, scale: float, deviation: Deviation, error: float, privacy: Privacy
) -> tuple[Response, float]:
    """Return the response that spends the error, and the error of a score (six standard deviations) it comes to.

    `deviation` is what evaluation leaves in a score, as calibration rows show it: other rows may bring more. `scale` is
    the fixed-point scale of the scores. Flooding hides the noise; what rounded weights make of a score is no secret
    beyond the score.
    """
    unit = math.sqrt(layout.kept / 2) / scale  # deviation of a score for one of a coefficient
    own, allowed = GAIN_FACTOR * deviation.total / unit, error / noise.SIGMAS / unit
    left = math.sqrt(allowed**2 - own**2)
    heavy = math.sqrt(tail(layout.kept / degree))
    if privacy == "open":
        dropped = noise.most_dropped_bits(degree, left / heavy)
        total = math.hypot(own, heavy * noise.dropped_std(degree, dropped))
        return Response(private=False, dropped_bits=dropped), noise.SIGMAS * unit * total
    dropped = noise.most_dropped_bits(degree, left / 4 / heavy)
    spent = heavy * math.hypot(noise.dropped_std(degree, dropped), noise.public_zero_std(degree))
    flooding = math.sqrt(max(left**2 - spent**2, 1.0))
    bits = math.log2(flooding * unit / (GAIN_FACTOR * max(deviation.noise, LEAST_NOISE)))
    response = Response(
        dropped_bits=dropped,
        flooding_std_log2=math.log2(flooding),
        flooding_bits=bits,
        divergence_log2=math.log2(layout.kept) - 1 - 2 * bits,
    )
    return response, error
