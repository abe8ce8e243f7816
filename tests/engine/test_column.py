"""Column packing against the plaintext twin, and what its plans promise."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealdrop.planning import column, plan
from sealdrop.planning.precision import Privacy
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial
from sealdrop_core.errors import Infeasible, InvalidRequest
from sealdrop_core.evaluation import Program
from sealdrop_core.layouts import ColumnLayout
from sealdrop_core.plan import Plan
from tests.engine import circuits
from tests.engine.networks import convolutional, network, networks
from tests.engine.twin import Twin

EXAMPLES = int(os.environ.get("SEALDROP_EXAMPLES", "25"))
CHEAP = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DEAR = settings(CHEAP, max_examples=max(EXAMPLES // 3, 1))
ERRORS = st.sampled_from([2.0**-4, 2.0**-7, 2.0**-10])
RESPONSES = st.sampled_from(["open", "private"])


def _plans(circuit: Circuit, error: float, privacy: Privacy = "open", leeway: float = 0.0) -> list[Plan]:
    calibration = circuits.rows(1, 100, circuit.features)
    return list(column.candidates(circuit, calibration, error, privacy, leeway))


def _check(circuit: Circuit, chosen: Plan, X: Array) -> None:
    assert chosen.layout.packing == "column"
    assert Twin.of(circuit, chosen).largest_error(X) <= chosen.quote.error


@CHEAP
@given(
    circuit=circuits.linear(max_features=40, max_outputs=6),
    privacy=RESPONSES,
    error=ERRORS,
    count=st.integers(1, 300),
    seed=st.integers(0, 999),
)
def test_linear_columns_keep_their_error(
    circuit: Circuit, privacy: Privacy, error: float, count: int, seed: int
) -> None:
    try:
        plans = _plans(circuit, error, privacy)
    except Infeasible:
        return
    for chosen in plans:
        _check(circuit, chosen, circuits.rows(seed, count, circuit.features))
        assert chosen.quote.error <= error


@DEAR
@given(circuit=circuits.quadratic(), privacy=RESPONSES, error=ERRORS, count=st.integers(1, 300), each=st.booleans())
def test_one_square_needs_no_relinearization(
    circuit: Circuit, privacy: Privacy, error: float, count: int, each: bool
) -> None:
    chosen, *_ = _plans(circuit, error, privacy)
    assert not chosen.keys.relinearization
    _check(circuit, chosen, circuits.rows(2, count, circuit.features))


@DEAR
@given(
    circuit=networks(max_width=7, max_hidden=2, max_degree=7),
    privacy=RESPONSES,
    share=st.sampled_from([2.0**-6, 2.0**-11]),
    count=st.integers(1, 300),
)
def test_networks_keep_their_error(circuit: Circuit, privacy: Privacy, share: float, count: int) -> None:
    largest = float(np.abs(circuit.evaluate(circuits.rows(1, 100, circuit.features))).max())
    try:
        plans = _plans(circuit, max(largest, 2.0**-4) * share, privacy)
    except Infeasible:
        return
    _check(circuit, plans[0], circuits.rows(3, count, circuit.features))


@pytest.mark.parametrize("circuit", [network([12, 2], []), network([12, 5, 2], [2])], ids=["linear", "square"])
@pytest.mark.parametrize("leeway", [0.0, 3.0])
def test_a_block_of_the_most_extreme_rows_does_not_wrap_around(circuit: Circuit, leeway: float) -> None:
    """Rows in the corners of the box, the leeway spent on the weightiest column, thousands of them alike."""
    weight = circuit.affines[0].dense()
    corners = np.concatenate([np.sign(weight), -np.sign(weight)])
    heaviest = np.tile(np.abs(weight).argmax(axis=1), 2)
    corners[np.arange(len(corners)), heaviest] *= 1 + leeway
    (chosen, *_) = _plans(circuit, 2.0**-7, leeway=leeway)
    twin = Twin.of(circuit, chosen)
    for corner in corners[:: max(len(corners) // 3, 1)]:
        X = np.tile(corner, (chosen.layout.rows_per_block, 1))
        assert twin.largest_error(X) <= chosen.quote.error


@pytest.mark.parametrize("degree", range(2, 8))
def test_every_degree_is_multiplied_and_relinearized_once_for_all(degree: int) -> None:
    circuit = network([5, 4, 3], [degree], seed=degree)
    (chosen,) = _plans(circuit, 2.0**-6)
    assert chosen.keys.relinearization == (degree > 2)
    assert isinstance(chosen.layout, ColumnLayout)
    assert chosen.layout.result_polynomials == (2 if degree > 2 else 3)
    _check(circuit, chosen, circuits.rows(4, 50, 5))


def test_a_sparse_layer_stays_sparse() -> None:
    circuit = convolutional(side=6, maps=2, outputs=3)
    (chosen,) = _plans(circuit, 2.0**-5)
    twin = Twin.of(circuit, chosen)
    weights = twin.program.executor.weights[0]  # type: ignore[attr-defined]
    assert len(weights) == 16
    assert sum(block.weights.size for block in weights) == circuit.affines[0].values.size  # type: ignore[union-attr]
    assert twin.largest_error(circuits.rows(5, 40, circuit.features)) <= chosen.quote.error


@pytest.mark.parametrize("hidden", [(), (4,)])
@pytest.mark.parametrize("privacy", ["open", "private"])
def test_a_model_of_zero_weights_answers_its_bias(hidden: tuple[int, ...], privacy: Privacy) -> None:
    layers: list[Affine | Polynomial] = []
    for outputs, inputs in zip((*hidden, 2), (3, *hidden), strict=True):
        layers += [Affine(np.zeros((outputs, inputs)), np.full(outputs, -1.5)), Polynomial(np.array([0.5, 0.0, 1.0]))]
    circuit = Circuit(layers[:-1])
    (chosen, *_) = _plans(circuit, 2.0**-7, privacy)
    _check(circuit, chosen, circuits.rows(6, 5, 3))


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_private_answers_share_no_polynomial(hidden: tuple[int, ...]) -> None:
    circuit = network([3, *hidden, 2], [2] * len(hidden))
    (chosen, *_) = _plans(circuit, 2.0**-7, "private")
    twin = Twin.of(circuit, chosen)
    sealed = twin.keyring.seal(twin.manifest, chosen, circuits.rows(7, 9, 3))
    first, second = (np.frombuffer(twin.evaluate(sealed)[-4000:], dtype=np.uint8) for _ in range(2))
    assert (first == second).mean() < 0.02
    assert chosen.response.flooding_bits is not None
    assert chosen.response.flooding_bits >= 8
    assert chosen.response.divergence_log2 is not None
    assert chosen.response.divergence_log2 <= -10


def test_columns_are_planned_for_many_rows_and_not_for_one() -> None:
    circuit = network([30, 1], [])
    single, many = plan(circuit, circuits.rows(0, 50, 30), rows=(1, 20000), response="open")
    assert (single.layout.packing, many.layout.packing) == ("coefficient", "column")
    assert many.input_bytes(20000) < single.input_bytes(20000)


def test_an_error_that_no_modulus_carries_is_infeasible() -> None:
    for circuit in (network([4, 2], []), network([4, 3, 2], [3])):
        with pytest.raises(Infeasible):
            _plans(circuit, 2.0**-200)


def test_a_block_that_no_upload_holds_is_infeasible() -> None:
    with pytest.raises(Infeasible, match="upload"):
        _plans(network([2000, 20, 2], [3]), 2.0**-8, "private")


def test_a_plan_for_another_circuit_is_refused() -> None:
    (chosen,) = _plans(network([4, 3, 2], [2]), 2.0**-5)
    with pytest.raises(InvalidRequest) as refusal:
        Program(network([4, 3, 2], [5]), chosen)
    assert refusal.value.code == "malformed_weights"


@pytest.mark.parametrize(("degrees", "seed", "magnitude"), [([7, 5], 98, 1.0), ([7, 7, 7], 3, 10.0)])
def test_networks_beyond_all_bounds_are_refused(degrees: list[int], seed: int, magnitude: float) -> None:
    """Neither their scales nor their values are numbers any more."""
    drawn = network([3, *[3] * len(degrees), 1], degrees, seed)
    *inner, last = (
        Affine(one.weight * magnitude, one.bias) if isinstance(one, Affine) else one for one in drawn.layers
    )
    with pytest.raises(Infeasible):
        _plans(Circuit([*inner, last]), 9e-5, "private", leeway=1.0)


@pytest.mark.parametrize("used", [0, 650])
def test_columns_of_no_weight_cost_nothing(used: int) -> None:
    """A sparse model reads few of many columns, and a constant one none."""
    weight = np.zeros((1, 700))
    weight[:, :used:13] = 0.25
    circuit = Circuit([Affine(np.roll(weight, 40), np.ones(1))])
    for chosen in _plans(circuit, 2.0**-10, "private"):
        _check(circuit, chosen, circuits.rows(3, 5, 700))


@pytest.mark.parametrize("powers", [[0.0], [1.5], [2.0, 1.0], [0.0, 0.0, 0.0]])
@pytest.mark.parametrize("hidden", [1, 2])
def test_networks_that_multiply_nothing_are_planned(powers: list[float], hidden: int) -> None:
    """Constant or straight lines instead of activations: nothing to relinearize, and scores without noise."""
    drawn = network([5, *[4] * hidden, 2], [2] * hidden, 7)
    circuit = Circuit([Polynomial(np.array(powers)) if isinstance(one, Polynomial) else one for one in drawn.layers])
    for chosen in plan(circuit, circuits.rows(1, 50, 5), error=2.0**-7):
        assert Twin.of(circuit, chosen).largest_error(circuits.rows(2, 5, 5)) <= chosen.quote.error
