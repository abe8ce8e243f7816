"""Fit: the cheapest circuit that still answers like the model, with the plans to evaluate it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sealdrop.planning import coarsest_error, fitting_error
from sealdrop.planning.bulk import in_bulk
from sealdrop.planning.nearest import told
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.disagreement import disagrees
from sealdrop.publish.extremes import Extreme, stretched
from sealdrop.publish.normalize import absorb, normalized
from sealdrop.publish.reading import Model
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.trial import Trial, trials
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.plan import Plan

# the share of a fitted polynomial's deviation that noise may add: less is not worth longer numbers
DEVIATION_SHARE = 1 / 16
# a good fit leaves most rows' probabilities about as they are
PROBABILITY, MOST_ROWS = 0.1, 0.95
COARSER = 4.0  # times an error for which there is no plan
SMALLEST = 1e-10  # error: none as small was ever planned for
SMALLER_UNIT = "Fit the model to targets in a smaller unit, so that their numbers are larger."
Planner = Callable[[Circuit, Array, float | None], tuple[Plan, ...]]


@dataclass(frozen=True)
class Fitted:
    """A circuit over normalised rows, its plans, and the trial that chose it."""

    circuit: Circuit
    plans: tuple[Plan, ...]
    trial: Trial


def fit(
    model: Model,
    calibration: Calibration,
    planner: Planner,
    error: float | None,
    min_agreement: float,
    extremes: Sequence[Extreme] = (),
) -> Fitted:
    """Try polynomial degrees from the cheapest up, until one agrees with the model and has a plan.

    Each is judged on rows that it was not fitted to. A good one leaves half of the allowance; if there is none, the
    closest that is surely above `min_agreement` will have to do. An `error` bounds what polynomials and encryption are
    off by together; without one the plan takes an error that fits the scores, or a small part of what the polynomials
    are off by. A refusal names the `extremes`, which may be its cause.
    Raises Infeasible, UnsupportedModel (`agreement_too_low`, `deviation_too_large`) or UnsupportedCalibration
    (`too_few_calibration_rows`).
    """
    tried = list(trials(model, calibration))
    close = tried if error is None else _close(tried, error)
    ranked = _ranked(close, min_agreement)
    if not ranked:
        raise disagrees(max(close, key=lambda trial: (trial.sure, trial.score)), min_agreement, extremes)
    try:
        return _planned(ranked, model, calibration, planner, error)
    except Infeasible as refusal:
        raise (stretched(refusal, extremes) if extremes else refusal) from None


def _ranked(tried: Sequence[Trial], min_agreement: float) -> list[Trial]:
    """Return the trials that are surely above the least agreement: good ones as they come, then others by score."""
    sure = [trial for trial in tried if trial.sure >= min_agreement]
    good = [trial for trial in sure if trial.steady(min_agreement) and _most(trial.probabilities) <= PROBABILITY]
    fair = [trial for trial in sure if trial not in good]
    return [*good, *sorted(fair, key=lambda trial: (-trial.score, _most(trial.probabilities)))]


def _most(values: Array) -> float:
    return float(np.quantile(values, MOST_ROWS))


def _planned(
    ranked: Sequence[Trial], model: Model, calibration: Calibration, planner: Planner, error: float | None
) -> Fitted:
    """Return the first attempt that has plans; raises the first one's Infeasible if none has."""
    rows = normalized(calibration.rows, calibration.normalization)
    refusals: list[Infeasible] = []
    allowed = 0.0
    for trial, circuit, allowed in _attempts(ranked, model, calibration, error):
        try:
            return Fitted(circuit, planner(circuit, rows, allowed), trial)
        except Infeasible as refusal:
            refusals.append(refusal)
    if allowed < SMALLEST and error is None:
        raise Infeasible(
            f"the scores need an error below {told(SMALLEST)}, smaller than a fixed point carries", remedy=SMALLER_UNIT
        )
    raise refusals[0]


def _attempts(
    ranked: Sequence[Trial], model: Model, calibration: Calibration, error: float | None
) -> Iterator[tuple[Trial, Circuit, float]]:
    """Yield each trial's circuit, fitted to all rows, with the error that fits best; then with coarser ones."""
    rows = normalized(calibration.rows, calibration.normalization)
    waiting = []
    for trial in ranked:
        circuit = absorb(trial.circuit(model.compiled.network, calibration.rows), calibration.normalization)
        if error is None:
            scores = circuit.evaluate(rows)
            allowed = max(fitting_error(scores), _largest_of_bulk(trial.deviations) * DEVIATION_SHARE)
            waiting.append((trial, circuit, allowed, coarsest_error(scores)))
        else:
            allowed = error - float(trial.deviations.max())
        yield trial, circuit, allowed
    for trial, circuit, finest, coarsest in () if calibration.exact else waiting:
        allowed = finest * COARSER
        while allowed <= coarsest:
            yield trial, circuit, allowed
            allowed *= COARSER


def _largest_of_bulk(deviations: Array) -> float:
    column = deviations[:, np.newaxis]
    return float(column[in_bulk(column)].max())


def _close(tried: Sequence[Trial], error: float) -> list[Trial]:
    """Return the trials that leave half of the error to encryption.

    Raises UnsupportedModel (`deviation_too_large`) when there is none.
    """
    least = min(float(trial.deviations.max()) for trial in tried)
    if least <= error / 2:
        return [trial for trial in tried if trial.deviations.max() <= error / 2]
    raise UnsupportedModel(
        f"the closest polynomials move a score of this network by {least:.2g}, and {error:.2g} is all it may be off by",
        code="deviation_too_large",
        remedy=f"Allow an error of {told(2 * least)}, or name none: labels can agree all the same.",
    )
