"""Fit: the cheapest circuit that still answers like the model, with the plans to evaluate it."""

from collections.abc import Callable
from dataclasses import dataclass

from sealdrop.publish.activations import circuits
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.normalize import absorb, normalized
from sealdrop.publish.original import answered, score
from sealdrop.publish.reading import Model
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible, SealdropError
from sealdrop_core.plan import Plan

SAMPLE = 2000  # rows
Planner = Callable[[Circuit, Array], tuple[Plan, ...]]


@dataclass(frozen=True)
class Fitted:
    """A circuit over normalised rows, and its plans."""

    circuit: Circuit
    plans: tuple[Plan, ...]


def fit(model: Model, calibration: Calibration, planner: Planner, min_agreement: float) -> Fitted:
    """Try polynomial degrees from the cheapest up, until one agrees with the model and has a plan.

    A fit should leave half of the allowance to rows that were not seen; if none does, the closest one will have to do.
    Raises Infeasible, or UnsupportedModel (`agreement_too_low`).
    """
    found = [
        (_agreement(model, circuit, calibration), circuit)
        for circuit in circuits(model.compiled.network, calibration.rows)
    ]
    good = [circuit for agreement, circuit in found if agreement >= (1 + min_agreement) / 2]
    fair = [pair for pair in found if min_agreement <= pair[0] < (1 + min_agreement) / 2]
    refusals: list[SealdropError] = []
    for circuit in [*good, *(circuit for _, circuit in sorted(fair, key=lambda pair: -pair[0]))]:
        own = absorb(circuit, calibration.normalization)
        try:
            return Fitted(own, planner(own, normalized(calibration.rows, calibration.normalization)))
        except Infeasible as refusal:
            refusals.append(refusal)
    raise refusals[0] if refusals else too_low(max(agreement for agreement, _ in found), min_agreement)


def _agreement(model: Model, circuit: Circuit, calibration: Calibration) -> float:
    output, sample = model.compiled.output, calibration.sample(SAMPLE)
    return score(answered(circuit.evaluate(sample.rows), output), model.answers(sample.table), output)


def too_low(agreement: float, wanted: float) -> UnsupportedModel:
    """Return the refusal of a model that answers otherwise once it is encrypted."""
    return UnsupportedModel(
        f"on calibration rows the encrypted model agrees to {agreement:.4f} with the original, wanted is {wanted:g}",
        code="agreement_too_low",
        remedy="Scale the inputs, fit a smaller or more regularised network, or lower min_agreement knowingly.",
    )
