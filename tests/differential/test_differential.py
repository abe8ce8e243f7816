"""A bounded number of trials, and that the harness bites."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sealdrop.model import Model
from tests.differential.trial import Trial
from tests.differential.world import World, world

SEED, TRIALS = 7, 16


@pytest.fixture(scope="module")
def deployed() -> Iterator[World]:
    with world() as running:
        yield running


def test_no_trial_is_wrong_and_few_are_refused(deployed: World) -> None:
    outcomes = [Trial(SEED, index).run(deployed) for index in range(TRIALS)]
    assert [outcome for outcome in outcomes if outcome.ended == "wrong"] == []
    assert sum(outcome.ended == "refused" for outcome in outcomes) <= 4


def _first(ended: str, deployed: World, classes: bool) -> Trial:
    for index in range(TRIALS):
        trial = Trial(SEED, index)
        if trial.source.classes == classes and trial.run(deployed).ended == ended:
            return Trial(SEED, index)
    raise AssertionError("there is no such trial")


@pytest.mark.parametrize("classes", [True, False], ids=["labels", "numbers"])
def test_rows_that_are_swapped_are_wrong(deployed: World, monkeypatch: pytest.MonkeyPatch, classes: bool) -> None:
    trial = _first("right", deployed, classes)
    honest = Model.evaluate

    def swapped(model: Model, X: object, **options: object) -> object:
        prediction = honest(model, X, **options)
        return replace(prediction, scores=np.roll(prediction.scores, 1, axis=0))

    monkeypatch.setattr(Model, "evaluate", swapped)
    assert trial.run(deployed).ended == "wrong"


def test_renamed_columns_that_are_answered_are_wrong(deployed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = next(one for index in range(TRIALS) if (one := Trial(SEED, index)).form == "frame")
    honest = Model.predict
    monkeypatch.setattr(Model, "predict", lambda model, X, **_: honest(model, X, columns="position"))
    assert "renamed columns are answered" in trial.run(deployed).said
