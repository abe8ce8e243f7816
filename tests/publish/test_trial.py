"""Cross-fitting: every row is judged by a circuit that did not see it."""

import numpy as np
import pytest

from sealdrop.publish import trial as trials_module
from sealdrop.publish.activations import DEGREES, fit
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.compiled import Compiled
from sealdrop.publish.network import Network, affine
from sealdrop.publish.nonlinearities import ACTIVATIONS
from sealdrop.publish.original import answered
from sealdrop.publish.reading import Model
from sealdrop.publish.trial import FOLDS, Trial, trials
from sealdrop_core.circuit import Affine, Array
from sealdrop_core.manifest import Output

LABELS = Output(kind="multinomial", classes=("a", "b", "c"))
NUMBERS = Output(kind="regression", flat=False)


def _network(features: int = 4, hidden: int = 12) -> Network:
    random = np.random.default_rng(3)
    first = Affine(random.normal(size=(hidden, features)), random.normal(size=hidden))
    return Network((first, ACTIVATIONS["relu"], Affine(random.normal(size=(3, hidden)), random.normal(size=3))))


def _trials(X: Array, output: Output = LABELS, network: Network | None = None) -> list[Trial]:
    network = network or _network()
    model = Model(Compiled(network, output), lambda rows: answered(network.evaluate(np.asarray(rows)), output), "tests")
    return list(trials(model, Calibration.read(X, model.compiled)))


def _rows(count: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=(count, 4))


def test_each_row_is_judged_by_a_circuit_that_did_not_see_it() -> None:
    X = _rows(60)
    [trial] = [one for one in _trials(X) if one.degree == 3 and not one.each]
    network = _network()
    order = np.random.default_rng(0).permutation(np.unique(X, axis=0, return_index=True)[1])
    others = order[np.arange(60) % FOLDS != 2]
    judged = fit(network, X[others], 3).evaluate(X[order[2:3]])
    np.testing.assert_allclose(trial.scores[2:3], judged)
    np.testing.assert_allclose(trial.exact, network.evaluate(X[order]))


def test_there_is_one_for_each_kind_by_ascending_degree() -> None:
    kinds = [(trial.degree, trial.each) for trial in _trials(_rows(40))]
    assert kinds == [(degree, each) for degree in DEGREES for each in (False, True)]


def test_rows_that_come_again_are_judged_once() -> None:
    """Else a fold would hold the very rows of the one it is judged by."""
    X = _rows(30)
    once, again = _trials(X), _trials(np.repeat(X, 10, axis=0))
    assert [trial.rows for trial in again] == [30] * len(again)
    assert [trial.score for trial in again] == [trial.score for trial in once]


def test_rows_are_judged_alike_each_time() -> None:
    """A model that is published again is chosen alike, and so is no new version."""
    for one, other in zip(_trials(_rows(50)), _trials(_rows(50)), strict=True):
        np.testing.assert_array_equal(one.scores, other.scores)
        assert one.sure == other.sure


def test_many_rows_are_judged_by_a_part_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials_module, "ROWS", 40)
    assert {trial.rows for trial in _trials(_rows(500))} == {40}


def test_exact_networks_are_judged_as_they_are() -> None:
    [trial] = _trials(_rows(10), network=affine(np.eye(3, 4), np.zeros(3)))
    assert trial.folds == 1
    assert trial.sure == trial.score == 1
    assert not trial.card().few


def test_a_single_row_is_no_trouble_and_no_evidence() -> None:
    for output in (LABELS, NUMBERS):
        for trial in _trials(np.tile(_rows(1), (5, 1)), output):
            assert trial.rows == 1
            assert trial.sure < 0.5


@pytest.mark.parametrize(("rows", "sure"), [(60, 0.9568), (133, 0.98), (1000, 0.9973)])
def test_labels_that_all_agree_are_as_sure_as_their_number(rows: int, sure: float) -> None:
    exact = np.eye(3)[np.arange(rows) % 3] * 10
    wanted = answered(exact, LABELS)
    trial = Trial(2, False, FOLDS, exact + 1e-6, exact, wanted, LABELS)
    assert trial.score == 1
    assert trial.sure == pytest.approx(sure, abs=2e-4)


def test_deviations_that_would_change_other_rows_labels_count() -> None:
    """All labels agree, by luck: the large deviations fell on rows far from the boundary."""
    exact = np.column_stack([np.zeros(200), np.where(np.arange(200) % 2, 9.0, 0.5)])
    deviation = np.column_stack([np.zeros(200), np.where(np.arange(200) % 2, -2.0, 0.0)])
    output = Output(kind="multinomial", classes=(0, 1))
    trial = Trial(2, False, FOLDS, exact + deviation, exact, answered(exact, output), output)
    assert trial.score == 1
    assert trial.transplanted(1.0) < 0.9
    assert not trial.steady(0.98)


def test_labels_are_compared_between_rows_too_where_a_network_is_less_certain() -> None:
    """A network that was trained on its calibration rows leaves a gap between classes, which unseen rows fill."""
    X = _rows(200)
    network = _network()
    certain = X[np.sort(network.evaluate(X), axis=1)[:, -1] - np.sort(network.evaluate(X), axis=1)[:, -2] > 2]
    rough = _trials(certain)[0]
    assert rough.between < rough.score
    assert rough.sure < rough.between


def test_numbers_are_no_surer_than_labels_of_as_few_rows() -> None:
    for trial in _trials(_rows(60), NUMBERS):
        assert trial.sure <= min(trial.score, 0.957)


def test_the_card_tells_rows_folds_interval_and_largest_errors() -> None:
    trial = _trials(_rows(120))[-1]
    card = trial.card()
    assert (card.rows, card.folds, card.few) == (120, FOLDS, True)
    assert card.low <= card.score <= card.high
    assert card.largest_error == trial.deviations.max()
    assert card.largest_probability_error == trial.probabilities.max()
    assert card.median_error is card.relative_error is None
