"""Rows that nobody has seen agree as the card says, or there is no card."""

from functools import cache

import pytest
from tests.publish.unseen import CASES, Case

from sealdrop.publish import UnsupportedModel, fidelity
from sealdrop.publish.activations import fit
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.drafting import MIN_AGREEMENT
from sealdrop.publish.fitting import Fitted
from sealdrop.publish.fitting import fit as choose
from sealdrop.publish.normalize import normalized
from sealdrop.publish.original import answered
from sealdrop_core.errors import SealdropError


@cache
def _case(name: str) -> Case:
    return CASES[name]()


@cache
def _chosen(name: str) -> Fitted | SealdropError:
    """Return what is chosen for a model where any circuit has a plan, or the refusal."""
    case = _case(name)
    calibration = Calibration.read(case.X, case.model.compiled)
    try:
        return choose(case.model, calibration, lambda circuit, rows, error: (), None, MIN_AGREEMENT)
    except SealdropError as refusal:
        return refusal


def _unseen(name: str, chosen: Fitted) -> float:
    """Return how well the chosen circuit agrees on rows that were not calibrated on."""
    case = _case(name)
    output = case.model.compiled.output
    rows = normalized(case.unseen, Calibration.read(case.X, case.model.compiled).normalization)
    return fidelity.score(answered(chosen.circuit.evaluate(rows), output), case.model.answers(case.unseen), output)


@pytest.mark.parametrize("name", CASES)
def test_nothing_below_the_gate_on_unseen_rows_is_published(name: str) -> None:
    chosen = _chosen(name)
    assert not isinstance(chosen, Fitted) or _unseen(name, chosen) >= MIN_AGREEMENT


@pytest.mark.parametrize("name", ["16 units, 221 rows", "400 units, 221 rows", "391 leaves, 221 rows"])
def test_the_card_tells_what_comes_of_unseen_rows(name: str) -> None:
    """Within what half as many rows again would change, not within the rosy figure of the rows that were fitted."""
    chosen = _chosen(name)
    assert isinstance(chosen, Fitted)
    card = chosen.trial.card()
    assert card.folds > 1
    assert card.low - 0.01 < _unseen(name, chosen) < card.high + 0.01


def test_the_rows_that_were_fitted_tell_nothing_of_others() -> None:
    """What the gate was before: 400 units agree to 0.995 on the 60 rows they were fitted to, and on others to 0.92."""
    case = _case("400 units, 60 rows")
    network, output = case.model.compiled.network, case.model.compiled.output
    circuit = fit(network, case.X, 2)
    seen, unseen = (
        fidelity.score(answered(circuit.evaluate(rows), output), case.model.answers(rows), output)
        for rows in (case.X, case.unseen)
    )
    assert seen > 0.99
    assert unseen < 0.93


@pytest.mark.parametrize(
    "name", ["16 units, 221 rows", "100 units, 221 rows", "391 leaves, 221 rows", "convolution 0, 1200 rows"]
)
def test_networks_that_hold_are_published(name: str) -> None:
    chosen = _chosen(name)
    assert isinstance(chosen, Fitted)
    assert chosen.trial.score >= MIN_AGREEMENT


@pytest.mark.parametrize("name", ["400 units, 60 rows", "convolution 2, 200 rows"])
def test_networks_that_do_not_hold_are_refused(name: str) -> None:
    refusal = _chosen(name)
    assert isinstance(refusal, UnsupportedModel)
    assert refusal.code == "agreement_too_low"
    assert "that its polynomials were not fitted to" in refusal.message
