"""Coefficient packing, linear and lifted, against the plaintext twin."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealdrop.planning import plan
from sealdrop_core.circuit import Affine, Circuit
from sealdrop_core.errors import Infeasible
from tests.engine import circuits
from tests.engine.twin import Twin

BOUNDED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@BOUNDED
@given(
    circuit=st.one_of(circuits.linear(), circuits.quadratic()),
    response=st.sampled_from(["open", "private"]),
    error=st.sampled_from([2.0**-4, 2.0**-7, 2.0**-10]),
    count=st.integers(1, 150),
    seed=st.integers(0, 2**32 - 1),
)
def test_encrypted_equals_plaintext_within_the_predicted_error(
    circuit: Circuit, response: str, error: float, count: int, seed: int
) -> None:
    plans = plan(
        circuit, circuits.rows(seed + 1, 100, circuit.features), error=error, rows=(1, count), response=response
    )
    for chosen in plans:
        assert chosen.quote.error <= error
        measured = Twin.of(circuit, chosen).largest_error(circuits.rows(seed, count, circuit.features))
        assert measured <= chosen.quote.error


def test_more_weights_than_coefficients_are_cut_into_several_ciphertexts() -> None:
    circuit = circuits.wide(features=3000, outputs=5)
    for chosen in plan(circuit, circuits.rows(1, 50, 3000), rows=(1, 100), response="open"):
        assert chosen.layout.inputs > 1
        assert Twin.of(circuit, chosen).largest_error(circuits.rows(2, 3, 3000)) <= chosen.quote.error


@pytest.mark.parametrize("response", ["open", "private"])
def test_a_model_of_zero_weights_answers_its_bias(response: str) -> None:
    circuit = circuits.constant(features=4, bias=[1.5, -2.0])
    (chosen, *_) = plan(circuit, circuits.rows(0, 10, 4), response=response)
    assert Twin.of(circuit, chosen).largest_error(circuits.rows(1, 5, 4)) <= chosen.quote.error


@pytest.mark.parametrize("size", [1.0, 1e6, 1e12, 1e100])
@pytest.mark.parametrize("response", ["open", "private"])
def test_scores_of_any_size_are_scores(size: float, response: str) -> None:
    """Pounds or pence, grams or tonnes: the same precision takes the same parameters."""
    one = circuits.wide(features=20, outputs=3)
    other = Circuit([Affine(size * one.affines[0].dense(), size * one.affines[0].bias)])
    calibration = circuits.rows(0, 50, 20)
    usual = plan(one, calibration, error=2.0**-10, rows=(1, 100), response=response)
    for chosen, like in zip(
        plan(other, calibration, error=size * 2.0**-10, rows=(1, 100), response=response), usual, strict=True
    ):
        assert chosen.parameters == like.parameters
        assert chosen.quote.error <= size * 2.0**-10
        assert Twin.of(other, chosen).largest_error(circuits.rows(1, 30, 20)) <= chosen.quote.error


def test_private_and_open_plans_share_nothing_to_confuse_them_by() -> None:
    circuit = circuits.constant(features=4, bias=[1.0])
    calibration = circuits.rows(0, 10, 4)
    (private,) = plan(circuit, calibration, rows=(1,), response="private")
    (opened,) = plan(circuit, calibration, rows=(1,), response="open")
    assert private.id != opened.id
    assert private.key_configuration != opened.key_configuration
    assert private.keys.public
    assert not opened.keys.needed


@pytest.mark.parametrize("response", ["open", "private"])
def test_rows_as_far_outside_as_allowed_keep_the_error(response: str) -> None:
    """Rounded weights of few columns are off by most where one column is at nine times its range."""
    for seed in range(20):
        random = np.random.default_rng(seed)
        circuit = Circuit([Affine(random.normal(size=(40, 1)), random.normal(size=40))])
        for chosen in plan(circuit, circuits.rows(0, 50, 1), rows=(1, 1000), response=response, leeway=8.0):
            assert Twin.of(circuit, chosen).largest_error(np.array([[9.0], [-9.0]])) <= chosen.quote.error


@pytest.mark.parametrize("error", [1e-9, 3e-11, 1e-12])
@pytest.mark.parametrize("response", ["open", "private"])
def test_the_nearest_feasible_error_is_feasible(response: str, error: float) -> None:
    circuit, calibration = circuits.wide(features=20, outputs=3), circuits.rows(0, 50, 20)
    with pytest.raises(Infeasible) as refusal:
        plan(circuit, calibration, error=error, response=response)
    assert ("open" in refusal.value.remedy) == (response == "private")
    found = re.search(r"an error of ([\d.e+-]+\d)", refusal.value.remedy)
    assert found
    nearest = float(found[1])
    assert plan(circuit, calibration, error=1.01 * nearest, response=response)
    with pytest.raises(Infeasible):
        plan(circuit, calibration, error=0.49 * nearest, response=response)
