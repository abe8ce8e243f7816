"""The simulation of large jobs: it counts every part once, keeps to its limits, and waits as the code does."""

import pytest
from benchmarks import fleet
from benchmarks.fleet import Fleet, run_job

from cloud import table


def test_it_waits_as_the_code_does():
    assert (fleet.ATTEMPTS, fleet.LONGEST_PAUSE) == (table._ATTEMPTS, table._LONGEST_PAUSE)


def test_one_function_takes_part_after_part():
    outcome = run_job(iter([0.0] * 10), Fleet(1, 2.0, start_with=1))
    assert (outcome.parts, outcome.busiest, outcome.conflicts) == (10, 1, 0)
    assert outcome.seconds == pytest.approx(10 * (2.0 + fleet.TRANSACTION_SECONDS))
    assert sum(outcome.puts.values()) == 20


def test_functions_start_as_lambda_lets_them():
    limits = Fleet(1000, 1.0)
    assert [limits.available(seconds) for seconds in (0, 12, 60, 3600)] == [5, 65, 305, 1000]
    assert limits.available(limits.next_start(200)) == 201


def test_parts_that_arrive_slowly_need_one_function():
    outcome = run_job(iter(float(number) for number in range(20)), Fleet(100, 0.5))
    assert outcome.busiest == 1
    assert outcome.seconds == pytest.approx(19.5 + fleet.TRANSACTION_SECONDS)


def test_parts_that_end_at_once_conflict_and_all_settle():
    outcome = run_job(iter([0.0] * 50), Fleet(50, 1.0, ramp_per_minute=1e9))
    assert outcome.busiest == 50
    assert outcome.conflicts > 50
    assert sum(outcome.item_writes.values()) == 2 * (50 + outcome.conflicts)
