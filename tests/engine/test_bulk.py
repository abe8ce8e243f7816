"""The error that fits: it follows the bulk of the scores, not the wildest of them."""

import math

import numpy as np
import pytest

from sealdrop.planning import coarsest_error, fitting_error
from sealdrop.planning.bulk import in_bulk

SCORES = np.random.default_rng(0).normal(size=(1000, 2)) * [3.0, 100.0]


def test_ordinary_scores_are_all_in_the_bulk() -> None:
    assert in_bulk(SCORES).all()


def test_values_far_out_are_not_column_by_column() -> None:
    scores = SCORES.copy()
    scores[7, 0], scores[9, 1] = 200.0, 200.0
    assert np.argwhere(~in_bulk(scores)).tolist() == [[7, 0]]


def test_what_differs_from_the_many_that_are_the_same_is_not_far_out() -> None:
    column = np.where(np.arange(100) % 20, 0.0, np.arange(100.0))
    assert in_bulk(column[:, np.newaxis]).all()


def test_a_wild_score_does_not_change_the_error_that_fits() -> None:
    wild = np.vstack([SCORES, [[0.0, 1e12]]])
    assert fitting_error(wild) == fitting_error(SCORES)
    assert coarsest_error(wild) == coarsest_error(SCORES)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_scores_without_a_size_of_their_own_get_an_error_by_their_spread(scale: float) -> None:
    assert fitting_error(scale * SCORES) <= coarsest_error(scale * SCORES) < 0.02 * np.ptp(scale * SCORES)


def test_scores_that_are_all_the_same_get_an_error_by_their_size() -> None:
    assert coarsest_error(np.full((5, 1), 3.0)) == math.inf
    assert fitting_error(np.full((5, 1), 3.0)) == 2.0**-10
    assert fitting_error(np.full((5, 1), 2.0**20)) == 2.0**5
