"""Plan: find, for a circuit, a wanted error and row counts, the cheapest correct way to evaluate it encrypted."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sealdrop.planning import coefficient, column, exact, rotation
from sealdrop.planning.bulk import in_bulk
from sealdrop.planning.precision import Privacy
from sealdrop.planning.rows import for_circuit
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial
from sealdrop_core.errors import Infeasible, InvalidRequest
from sealdrop_core.plan import Plan

__all__ = ["ROWS", "Privacy", "check_wish", "coarsest_error", "fitting_error", "plan"]

ROWS = (1, 1000, 1_000_000)  # request sizes that are planned for unless others are asked for
EXTREMES = 1e-140, 1e140  # errors beyond would leave the numbers that noise is reckoned in
WORTH = 1.1  # times the cheapest plan's time: for less, a card needs no other plan, and a data owner no other keys
FINEST, OF_LARGEST, OF_SPREAD = 2.0**-10, 2.0**-15, 2.0**-6

_Candidates = Callable[[Circuit, Array, float, Privacy, float], Iterator[Plan]]
_PACKINGS: Sequence[_Candidates] = (rotation.candidates, coefficient.candidates, column.candidates)
_EXACT: Sequence[_Candidates] = (exact.candidates,)


def plan(
    circuit: Circuit,
    calibration: Array,
    *,
    error: float | None = None,
    rows: Sequence[int] = ROWS,
    response: Privacy = "private",
    leeway: float = 0.0,
    exact: bool = False,
) -> tuple[Plan, ...]:
    """Return plans that are the cheapest for each row count, or nearly.

    `calibration` are rows normalised to [-1, 1], shape (rows, features). `error` bounds the absolute error of a score;
    by default one that fits the calibrated scores. `leeway` is by how much, summed over its
    columns, a row may leave [-1, 1]. With `exact`, weights and calibration rows are integers, or fixed-point numbers of
    few bits, in the model's own units, and so are the scores of every plan. Raises Infeasible with the reasons and the
    nearest feasible wish, InvalidRequest for an error or a row count that is no positive number.
    """
    check_wish(error, rows)
    values = np.asarray(calibration, dtype=np.float64)
    allowed = fitting_error(_scores(circuit, values)) if error is None else float(np.clip(error, *EXTREMES))
    found: list[Plan] = []
    refusals: list[Infeasible] = []
    for candidates in _EXACT if exact else _PACKINGS:
        try:
            found += candidates(circuit, values, allowed, response, leeway)
        except Infeasible as refusal:
            refusals.append(refusal)
    if not found:
        remedies = [refusal.remedy for refusal in refusals if refusal.remedy != Infeasible.remedy]
        raise Infeasible("; ".join(refusal.message for refusal in refusals), remedy=next(iter(remedies), None))
    return _chosen(found, sorted(set(rows)))


def check_wish(error: float | None, rows: Sequence[int]) -> None:
    """Raise InvalidRequest for an error or a row count that is no positive number."""
    if min(rows, default=0) < 1 or (error is not None and not 0 < error < math.inf):
        raise InvalidRequest("errors and row counts are positive numbers", remedy="Give others, or none.")


def _chosen(plans: Sequence[Plan], counts: Sequence[int]) -> tuple[Plan, ...]:
    """Return the cheapest plan for each row count, or one that was chosen already and costs hardly more."""
    chosen: list[Plan] = []
    for count in counts:
        best = min(plans, key=lambda plan: plan.seconds(count))
        if not any(plan.seconds(count) <= WORTH * best.seconds(count) for plan in chosen):
            chosen.append(best)
    return tuple(chosen)


def _scores(circuit: Circuit, rows: Array) -> Array:
    """Return the scores of as many rows as tell, by matrices: these multiply zeros sooner than numpy skips them."""
    layers = [one if isinstance(one, Polynomial) else Affine(one.dense(), one.bias) for one in circuit.layers]
    return Circuit(layers).evaluate(for_circuit(rows, circuit))


def fitting_error(scores: Array) -> float:
    """Return the error that fits the bulk of scores of shape (rows, outputs); what is far out does not count.

    That is 2^-10, or 2^-15 of the largest score if that is more; but never more than `coarsest_error`.
    """
    inside = in_bulk(scores)
    return min(max(FINEST, OF_LARGEST * float(np.abs(scores[inside]).max())), coarsest_error(scores))


def coarsest_error(scores: Array) -> float:
    """Return the largest error that still fits scores of shape (rows, outputs): 2^-6 of what their bulk spreads by.

    Beyond it, scores that are all small, or all large and alike, drown. Scores that are all the same take any error.
    """
    low, high = (np.where(in_bulk(scores), scores, far) for far in (np.inf, -np.inf))
    return OF_SPREAD * float((high.max(axis=0) - low.min(axis=0)).max()) / 2 or math.inf
