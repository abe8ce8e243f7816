"""Fidelity: how well answers are the original's own, and what a sample of rows can tell of rows it does not hold."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Output

Answers = NDArray[Any]
SAME = 1e-9  # of a target's size, deviations below it are rounding errors
INTERVAL, BOUND, LOOSE_BOUND = 1.96, 1.645, 1.282  # standard deviations: 95 % between, 95 % above, 90 % above
RESAMPLES = 1000
MIDDLE = 0.8  # of the answers, and of their errors


def numeric(output: Output) -> bool:
    """Whether the model answers with numbers rather than labels."""
    return output.kind in ("regression", "transform")


def score(answers: Answers, wanted: Answers, output: Output) -> float:
    """Return the share of rows with equal labels, or for numbers the coefficient of determination, at least 0.

    Of several targets the worst counts; what is transformed is one vector. A target that is the same for all rows has
    nothing to determine: it is held against its size.
    """
    if not numeric(output):
        return float(np.mean(answers == wanted))
    return float(_determined(answers, wanted, output, np.ones((1, len(wanted))))[0])


def interval(answers: Answers, wanted: Answers, output: Output) -> tuple[float, float]:
    """Return the 95 % confidence interval of the score on rows that were not seen.

    Wilson's for a share of labels; for numbers the percentiles of R² over resampled rows (Efron's bootstrap).
    """
    if not numeric(output):
        return wilson(score(answers, wanted, output), len(wanted), INTERVAL)
    low, high = np.quantile(_resampled(answers, wanted, output), (0.025, 0.975))
    return float(low), float(high)


def lower_bound(answers: Answers, wanted: Answers, output: Output) -> float:
    """Return the bound that R² on rows that were not seen stays above with 95 % confidence."""
    return float(np.quantile(_resampled(answers, wanted, output), 0.05))


def share_bound(share: float, rows: int) -> float:
    """Return the bound that a share of labels on rows that were not seen stays above with 90 % confidence."""
    return wilson(share, rows, LOOSE_BOUND)[0]


def most(rows: int) -> float:
    """Return the most that so many rows can show with 95 % confidence: Wilson's bound where all of them agree."""
    return wilson(1.0, rows, BOUND)[0]


def rows_for(share: float) -> float:
    """Return how many rows `most` takes to reach a share, infinity for 1."""
    return math.ceil(BOUND**2 * share / (1 - share)) if share < 1 else math.inf


def wilson(share: float, rows: int, deviations: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of `rows` rows, as wide as so many standard deviations each way."""
    squared = deviations**2 / rows
    middle, half = share + squared / 2, math.sqrt(squared * (share * (1 - share) + squared / 4))
    low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
    return max(min(low, share), 0.0), min(max(high, share), 1.0)


def median_error(answers: Answers, wanted: Answers, output: Output) -> float:
    """Return the median error of an answer, the worst target's."""
    return float(np.median(_targets(np.abs(answers - wanted), output), axis=0).max())


def relative_error(answers: Answers, wanted: Answers, output: Output) -> float:
    """Return what four in five errors stay within, as a share of the spread of the answers; the worst target's.

    The spread is half the width of the middle four in five answers: no tenth of the rows rules it. Answers that are
    nearly all the same are held against their mean deviation, a constant target against its size.
    """
    targets = _targets(wanted, output)
    low, high = np.quantile(targets, (0.5 - MIDDLE / 2, 0.5 + MIDDLE / 2), axis=0)
    deviation, size = np.abs(targets - np.median(targets, axis=0)).mean(axis=0), np.abs(targets).mean(axis=0)
    spread = np.where(deviation > SAME * size, deviation, np.maximum(size, 1.0))
    spread = np.where(high - low > SAME * size, (high - low) / 2, spread)
    return float((np.quantile(_targets(np.abs(answers - wanted), output), MIDDLE, axis=0) / spread).max())


def agreement(answers: Answers, wanted: Answers, output: Output) -> float:
    """Return the score that a model is held to: for numbers the relative error counts too, lest few large answers rule.

    An R² of 1 - e² says that errors are e times as large as the answers spread, and so does a relative error of e.
    """
    if not numeric(output):
        return score(answers, wanted, output)
    return min(score(answers, wanted, output), max(1 - relative_error(answers, wanted, output) ** 2, 0.0))


def _targets(values: Answers, output: Output) -> Array:
    """Return numbers as (values, targets); what is transformed is one target."""
    return np.asarray(values.reshape((len(values), -1) if output.kind == "regression" else (-1, 1)), dtype=np.float64)


def _resampled(answers: Answers, wanted: Answers, output: Output) -> Array:
    rows = len(wanted)
    weights = np.random.default_rng(0).multinomial(rows, np.full(rows, 1 / rows), RESAMPLES)
    return _determined(answers, wanted, output, weights.astype(np.float64))


def _determined(answers: Answers, wanted: Answers, output: Output, weights: Array) -> Array:
    """Return R² of the rows taken as often as each of `weights` (samples, rows) says, the worst target's."""
    targets = _targets(wanted, output)
    centred = (targets - targets.mean(axis=0)).reshape(len(wanted), -1)
    squared = ((answers - wanted).reshape(len(wanted), -1) ** 2, centred, centred**2)
    if output.kind == "transform":
        squared = tuple(values.sum(axis=1, keepdims=True) for values in squared)
    left, first, second = (weights @ values for values in squared)
    count, size = len(targets), np.sum(targets**2, axis=0)
    spread = second - first**2 / count
    constant = spread <= SAME**2 * size
    scores = 1 - left / np.where(constant, np.maximum(size, len(wanted)), spread)
    return np.asarray(np.clip(scores, 0, 1).min(axis=1))
