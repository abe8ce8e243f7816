"""Fit: the cheapest circuit that still answers like the model, with the plans to evaluate it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sealdrop.planning import fitting_error
from sealdrop.planning.nearest import told
from sealdrop.publish.activations import circuits
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.normalize import absorb, normalized
from sealdrop.publish.original import answered, probability_errors, score
from sealdrop.publish.reading import Model
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible, SealdropError
from sealdrop_core.plan import Plan

SAMPLE = 2000  # rows
# the share of a fitted polynomial's deviation that noise may add: less is not worth longer numbers
DEVIATION_SHARE = 1 / 16
# a good fit leaves most rows' probabilities about as they are
PROBABILITY, MOST_ROWS = 0.1, 0.95
Planner = Callable[[Circuit, Array, float | None], tuple[Plan, ...]]


@dataclass(frozen=True)
class Fitted:
    """A circuit over normalised rows, and its plans."""

    circuit: Circuit
    plans: tuple[Plan, ...]


@dataclass(frozen=True)
class _Candidate:
    """A circuit over rows as they are, its agreement with the model, and by how much it is off.

    `deviation` is that of a score at most, `probability` that of a probability for most rows.
    """

    circuit: Circuit
    agreement: float
    deviation: float
    probability: float

    def good(self, min_agreement: float) -> bool:
        """Whether it leaves half of the allowance to rows that were not seen."""
        return self.agreement >= (1 + min_agreement) / 2 and self.probability <= PROBABILITY


def fit(model: Model, calibration: Calibration, planner: Planner, error: float | None, min_agreement: float) -> Fitted:
    """Try polynomial degrees from the cheapest up, until one agrees with the model and has a plan.

    A fit should leave half of the allowance to rows that were not seen; if none does, the closest one will have to do.
    An `error` bounds what polynomials and encryption are off by together. Without one the plan takes one that fits the
    scores, or a small part of what the polynomials are off by.
    Raises Infeasible, or UnsupportedModel (`agreement_too_low`, `deviation_too_large`).
    """
    candidates = _candidates(model, calibration)
    if error is not None:
        candidates = _close(candidates, error)
    good = [one for one in candidates if one.good(min_agreement)]
    fair = [one for one in candidates if min_agreement <= one.agreement and not one.good(min_agreement)]
    rows = normalized(calibration.rows, calibration.normalization)
    refusals: list[SealdropError] = []
    for one in [*good, *sorted(fair, key=lambda one: (-one.agreement, one.probability))]:
        own = absorb(one.circuit, calibration.normalization)
        fitting = max(fitting_error(own.evaluate(rows)), one.deviation * DEVIATION_SHARE)
        try:
            return Fitted(own, planner(own, rows, fitting if error is None else error - one.deviation))
        except Infeasible as refusal:
            refusals.append(refusal)
    raise refusals[0] if refusals else too_low(max(one.agreement for one in candidates), min_agreement)


def _candidates(model: Model, calibration: Calibration) -> list[_Candidate]:
    compiled, sample = model.compiled, calibration.sample(SAMPLE)
    wanted, exact = model.answers(sample.table), compiled.network.evaluate(sample.rows)
    found = []
    for circuit in circuits(compiled.network, calibration.rows):
        scores = circuit.evaluate(sample.rows)
        agreement = score(answered(scores, compiled.output), wanted, compiled.output)
        off = probability_errors(scores, exact, compiled.output)
        probability = 0.0 if off is None else float(np.quantile(off, MOST_ROWS))
        found.append(_Candidate(circuit, agreement, float(np.abs(scores - exact).max()), probability))
    return found


def _close(candidates: list[_Candidate], error: float) -> list[_Candidate]:
    """Return the candidates that leave half of the error to encryption.

    Raises UnsupportedModel (`deviation_too_large`) when there is none.
    """
    close = [one for one in candidates if one.deviation <= error / 2]
    if close:
        return close
    least = min(one.deviation for one in candidates)
    raise UnsupportedModel(
        f"the closest polynomials move a score of this network by {least:.2g}, and {error:.2g} is all it may be off by",
        code="deviation_too_large",
        remedy=f"Allow an error of {told(2 * least)}, or name none: labels can agree all the same.",
    )


REFIT = "Scale the inputs, fit a smaller or more regularised network, or lower min_agreement knowingly."


def too_low(agreement: float, wanted: float, remedy: str = REFIT) -> UnsupportedModel:
    """Return the refusal of a model that answers otherwise once it is encrypted."""
    return UnsupportedModel(
        f"on calibration rows the encrypted model agrees to {agreement:.4f} with the original, wanted is {wanted:g}",
        code="agreement_too_low",
        remedy=remedy,
    )
