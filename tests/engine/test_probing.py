"""What a planner learns from rows: the bits weights need, and how fast an output changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealdrop.planning.column.derivatives import largest_derivatives
from sealdrop.planning.column.profile import Probe
from sealdrop.planning.precision import fewest_bits
from sealdrop_core.circuit import Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.lifting import monomials
from tests.engine import circuits
from tests.engine.networks import network

STEP = 1e-6


@given(first=st.floats(1e-6, 1e6), allowed=st.floats(1e-6, 1e6), least=st.integers(-4, 8), width=st.integers(0, 20))
def test_no_fewer_bits_would_do(first: float, allowed: float, least: int, width: int) -> None:
    def error(bits: int) -> float:
        return first * 2.0 ** (-1.1 * bits)

    found = fewest_bits(error, allowed, least, least + width)
    enough = [bits for bits in range(least, least + width + 1) if error(bits) <= allowed]
    assert found == (enough or [least + width])[0]


@pytest.mark.parametrize("error", [0.0, float("inf")])
def test_no_error_takes_the_least_bits_and_a_boundless_one_the_most(error: float) -> None:
    assert fewest_bits(lambda bits: error, 1.0, 4, 24) == (24 if error else 4)


@settings(max_examples=30, deadline=None)
@given(degrees=st.lists(st.integers(2, 5), min_size=1, max_size=2), seed=st.integers(0, 999))
def test_derivatives_are_what_differences_tend_to(degrees: list[int], seed: int) -> None:
    circuit = network([5, 4, 3, 2][-len(degrees) - 2 :], degrees, seed)
    probe = Probe(circuit, circuits.rows(seed, 8, circuit.features), 0.0)
    _, by_inputs = largest_derivatives(probe.weights, probe.exponents, probe.values)
    moved = np.eye(circuit.features)[:, None] * STEP
    up, down = (_scores(circuit, probe.rows + sign * moved) for sign in (1, -1))
    norms = np.linalg.norm((up - down) / (2 * STEP), axis=0)
    assert by_inputs == pytest.approx(norms.max(), rel=1e-4)


def test_a_sketch_is_the_profile_of_about_as_many_bits() -> None:
    circuit = network([12, 6, 2], [2])
    probe = Probe(circuit, circuits.rows(0, 50, 12), 0.0)
    first = probe.profile(12)
    assert probe.sketch(13) is first
    assert probe.sketch(13).input_gain == pytest.approx(probe.profile(13).input_gain, rel=2.0**-8)


def test_monomials_beyond_a_limit_are_not_listed() -> None:
    circuit = network([6, 3, 1], [2])
    assert len(monomials(circuit, 21)) == 21
    with pytest.raises(Infeasible, match="21 monomials"):
        monomials(circuit, 20)


def _scores(circuit: Circuit, rows: np.ndarray) -> np.ndarray:
    return circuit.evaluate(rows.reshape(-1, circuit.features)).reshape(*rows.shape[:2], circuit.outputs)
