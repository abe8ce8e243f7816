"""Disagreement: the refusals of a circuit that does not answer as its original does, or may not."""

import math
from collections.abc import Sequence

from sealdrop.publish.extremes import REMEDY, Extreme
from sealdrop.publish.fidelity import rows_for
from sealdrop.publish.refusal import UnsupportedCalibration, UnsupportedModel
from sealdrop.publish.trial import Trial
from sealdrop_core.errors import SealdropError

REFIT = "Scale the inputs, fit a smaller or more regularised network, give more rows, or lower min_agreement knowingly."
SHARPEN = "Ask for a smaller error; publish targets of very different sizes one by one."


def disagrees(trial: Trial, wanted: float, extremes: Sequence[Extreme]) -> SealdropError:
    """Return the refusal of the best trial: it agrees too little, or its rows are too few to tell."""
    needed = rows_for(wanted)
    if trial.folds > 1 and trial.score >= wanted and trial.rows < needed < math.inf:
        return UnsupportedCalibration(
            f"{trial.rows} distinct calibration rows are too few to show an agreement of {wanted:g}:"
            f" {trial.score:.4f} on them may be {trial.sure:.4f} on others",
            code="too_few_calibration_rows",
            remedy=f"Give {needed} distinct rows or more, or lower min_agreement knowingly.",
        )
    judged = "rows that its polynomials were not fitted to" if trial.folds > 1 else "calibration rows"
    doubt = f" (at least {trial.sure:.4f}, with confidence)" if trial.sure < trial.score else ""
    cause = f"; {extremes[0]}" if extremes else ""
    return UnsupportedModel(
        f"the encrypted model agrees with the original to {trial.score:.4f}{doubt} on {trial.rows} {judged},"
        f" and {wanted:g} is required{cause}",
        code="agreement_too_low",
        remedy=REMEDY if extremes else REFIT,
    )


def lost(circuit: float, loss: float, rows: int, wanted: float) -> UnsupportedModel:
    """Return the refusal of an encryption that loses answers which the circuit itself gets right."""
    return UnsupportedModel(
        f"the circuit agrees to {circuit:.4f} with the original, and encryption loses {loss:.4f} of that"
        f" on {rows} rows: {wanted:g} is required",
        code="agreement_too_low",
        remedy=SHARPEN,
    )
