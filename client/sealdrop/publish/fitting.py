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
from sealdrop_core.errors import Infeasible
from sealdrop_core.plan import Plan

Planner = Callable[[Circuit, Array], tuple[Plan, ...]]


@dataclass(frozen=True)
class Fitted:
    """A circuit over normalised rows, and its plans."""

    circuit: Circuit
    plans: tuple[Plan, ...]


def fit(model: Model, calibration: Calibration, planner: Planner, min_agreement: float) -> Fitted:
    """Try polynomial degrees from the cheapest up, until one agrees with the model and has a plan.

    Raises Infeasible, or UnsupportedModel (`agreement_too_low`).
    """
    rows, output = calibration.rows, model.compiled.output
    wanted = model.answers(calibration.table)
    best, refusal = 0.0, None
    for _, circuit in circuits(model.compiled.network, rows):
        agreement = score(answered(circuit.evaluate(rows), output), wanted, output)
        best = max(best, agreement)
        if agreement < min_agreement:
            continue
        own = absorb(circuit, calibration.normalization)
        try:
            return Fitted(own, planner(own, normalized(rows, calibration.normalization)))
        except Infeasible as error:
            refusal = refusal or error
    raise refusal or too_low(best, min_agreement)


def too_low(agreement: float, wanted: float) -> UnsupportedModel:
    """Return the refusal of a model that answers otherwise once it is encrypted."""
    return UnsupportedModel(
        f"on calibration rows the encrypted model agrees to {agreement:.4f} with the original, wanted is {wanted:g}",
        code="agreement_too_low",
        remedy="Scale the inputs, fit a smaller or more regularised network, or lower min_agreement knowingly.",
    )
