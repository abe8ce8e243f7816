"""Scores, intervals and errors of answers against the original's."""

import numpy as np
import pytest

from sealdrop.publish import fidelity
from sealdrop_core.manifest import Output

LABELS = Output(kind="classes", classes=(0, 1))
NUMBERS = Output(kind="regression")
VECTORS = Output(kind="transform", flat=False)


def _numbers(rows: int, error: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(rows)
    wanted = random.normal(size=rows)
    return wanted + error * random.normal(size=rows), wanted


def test_labels_are_scored_by_their_share() -> None:
    assert fidelity.score(np.array([1, 1, 0, 0]), np.array([1, 1, 1, 0]), LABELS) == 0.75


@pytest.mark.parametrize(("equal", "rows", "low", "high"), [(60, 60, 0.9398, 1.0), (190, 200, 0.9104, 0.9726)])
def test_the_interval_of_a_share_is_wilsons(equal: int, rows: int, low: float, high: float) -> None:
    found = (np.arange(rows) < equal).astype(int)
    assert fidelity.interval(found, np.ones(rows, dtype=int), LABELS) == pytest.approx((low, high), abs=1e-4)


def test_the_interval_of_r_squared_holds_that_of_many_rows() -> None:
    """Of a hundred samples of sixty rows about 95 intervals hold what a hundred thousand rows show."""
    truth = fidelity.score(*_numbers(100_000, 0.1), NUMBERS)
    held = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        wanted = random.normal(size=60)
        low, high = fidelity.interval(wanted + 0.1 * random.normal(size=60), wanted, NUMBERS)
        held += low <= truth <= high
    assert held >= 85


def test_the_lower_bound_is_the_same_each_time() -> None:
    found, wanted = _numbers(80, 0.1)
    assert fidelity.lower_bound(found, wanted, NUMBERS) == fidelity.lower_bound(found, wanted, NUMBERS)
    assert fidelity.lower_bound(found, wanted, NUMBERS) < fidelity.score(found, wanted, NUMBERS)


def test_the_relative_error_of_normal_errors_is_that_of_r_squared() -> None:
    found, wanted = _numbers(50_000, 0.2)
    assert fidelity.relative_error(found, wanted, NUMBERS) == pytest.approx(0.2, rel=0.05)
    assert fidelity.agreement(found, wanted, NUMBERS) == pytest.approx(0.96, abs=0.005)


def test_one_large_answer_rules_r_squared_and_not_the_agreement() -> None:
    wanted = np.append(np.arange(99.0), 1e9)
    found = np.append(np.full(99, 49.0), 1e9)
    assert fidelity.score(found, wanted, NUMBERS) > 0.999999
    assert fidelity.agreement(found, wanted, NUMBERS) < 0.5


def test_the_worst_target_counts_and_a_vector_is_one() -> None:
    wanted = np.column_stack([np.arange(20.0), np.arange(20.0)])
    found = wanted + np.array([0.0, 3.0])
    assert fidelity.median_error(found, wanted, NUMBERS) == 3
    assert fidelity.median_error(found, wanted, VECTORS) == 1.5
    assert fidelity.score(found, wanted, NUMBERS) < fidelity.score(found, wanted, VECTORS) < 1


@pytest.mark.parametrize("value", [0.0, 1e6])
def test_a_target_that_never_changes_is_held_against_its_size(value: float) -> None:
    wanted = np.full(50, value)
    assert fidelity.agreement(wanted + 1e-3, wanted, NUMBERS) > 0.999
    assert fidelity.agreement(wanted + 2 * max(value, 1.0), wanted, NUMBERS) == 0
    assert fidelity.interval(wanted, wanted, NUMBERS) == (1, 1)


def test_a_target_that_is_mostly_zero_is_held_against_its_mean_deviation() -> None:
    wanted = np.where(np.arange(100) % 20, 0.0, 100.0)
    assert fidelity.relative_error(wanted + 1.0, wanted, NUMBERS) == pytest.approx(0.2)


def test_an_offset_far_larger_than_the_spread_costs_no_digits() -> None:
    found, wanted = _numbers(200, 0.1)
    assert fidelity.score(found + 1e6, wanted + 1e6, NUMBERS) == pytest.approx(
        fidelity.score(found, wanted, NUMBERS), abs=1e-6
    )
