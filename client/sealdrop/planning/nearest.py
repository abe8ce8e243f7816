"""The nearest feasible wish, as it is told."""

import math


def told(error: float) -> str:
    """Return an error with two digits, rounded up: whoever asks for it is not asking for less."""
    unit = 10.0 ** (math.floor(math.log10(error)) - 1)
    return f"{math.ceil(error / unit * (1 - 1e-12)) * unit:.2g}"
