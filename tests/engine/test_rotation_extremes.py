"""Rotation plans where noise, weights, primes or wishes are at a limit."""

import re

import numpy as np
import pytest

from sealdrop.planning import plan, rotation
from sealdrop.planning.precision import Privacy
from sealdrop_core.circuit import Affine, Circuit, Layer, Polynomial
from sealdrop_core.errors import Infeasible, InvalidRequest
from sealdrop_core.evaluation import Program, plaintexts
from sealdrop_core.names import PLAN
from sealdrop_core.parameters import MOST_PRIMES
from sealdrop_core.plan import Plan, Response
from tests.engine import circuits
from tests.engine.networks import network
from tests.engine.twin import Twin


def _plans(circuit: Circuit, error: float, privacy: Privacy = "open", leeway: float = 0.0) -> list[Plan]:
    calibration = circuits.rows(1, 200, circuit.features)
    return list(rotation.candidates(circuit, calibration, error, privacy, leeway))


def _deep(layers: int, degree: int) -> Circuit:
    """Return a tame network of three units a layer."""
    powers = np.array([0.0, 0.8, 0.0, 0.02, *[1e-3] * (degree - 3)])
    affine = Affine(np.eye(3) * 0.9, np.zeros(3))
    return Circuit([*[affine, Polynomial(powers)] * layers, affine])


@pytest.mark.parametrize("error", [4.5e-5, 3.6e-5])
def test_noise_in_the_slot_that_has_most_of_it_stays_on_the_tangent(error: float) -> None:
    """Scores that hardly change let values have few bits: cubed over and over, one slot's noise drowned them all."""
    layers: list[Layer] = [
        Affine(
            np.array([[-0.092, 0.056, -0.011], [-0.026, -0.084, -0.089], [-0.060, -0.018, -0.016]]),
            np.array([-0.716, 0.642, -0.418]),
        ),
        Polynomial(np.array([0.0, 5.409, 0.0, 1.0])),
        Affine(np.array([[0.198, -0.085, 0.827]]), np.array([4.9])),
        Polynomial(np.array([0.0, -1.5, 0.0, 1.0])),
        Affine(np.array([[0.107], [-0.0185]]), np.array([-0.108, -0.002])),
        Polynomial(np.array([0.0, 0.0, 0.0, 1.0])),
        Affine(np.array([[0.00029, -0.00024], [-0.00025, 0.00107]]), np.array([-0.0186, -0.0085])),
    ]
    circuit = Circuit(layers)
    (chosen, *_) = _plans(circuit, error)
    for _ in range(4):  # keys: noise is a matter of them
        assert Twin.of(circuit, chosen).largest_error(circuits.rows(3, 2, 3)) <= chosen.quote.error


def test_weights_that_hardly_matter_do_not_round_away() -> None:
    """A unit in the last place in their stead is larger than they are, and so is the noise it lets through."""
    first = Affine(np.array([[0.14], [-0.01], [-0.12]]), np.array([0.02, 0.16, 0.04]))
    last = Affine(np.array([[-6e-3, 2e-3, 1e-3]]), np.array([-95.7]))
    circuit = Circuit([first, Polynomial(np.array([0.0, 0.01, 0.0, 1.0])), last])
    (chosen, *_) = _plans(circuit, 12.0, "private")
    assert chosen.response.flooding_bits is not None
    assert chosen.response.flooding_std_log2 is not None
    bare = chosen.model_copy(update={"response": Response(private=True)})
    scores = Twin.of(circuit, bare)
    row = circuits.rows(2, 1, 1)
    measured = float(np.std([scores.scores(row)[0, 0] for _ in range(20)]))
    coefficient = 2.0**chosen.output_scale_log2 / np.sqrt(chosen.layout.kept / 2)
    assert chosen.response.flooding_std_log2 - np.log2(measured * coefficient) > chosen.response.flooding_bits - 0.5


@pytest.mark.parametrize(("layers", "degree"), [(4, 7), (6, 3), (6, 7), (10, 3)])
def test_deep_networks_have_plans_with_names_or_are_refused(layers: int, degree: int) -> None:
    try:
        plans = _plans(_deep(layers, degree), 2.0**-3)
    except Infeasible:
        return
    assert all(re.fullmatch(PLAN, chosen.id) for chosen in plans)
    assert all(len(chosen.parameters.coeff_modulus) <= MOST_PRIMES for chosen in plans)


@pytest.mark.parametrize("size", [1e-9, 1e-17, 1e-25])
def test_cubes_of_almost_nothing_are_left_as_they_are(size: float) -> None:
    circuit = network([3, 4, 2], [1])
    inner = [circuit.affines[0], Polynomial(np.array([0.0, size, 0.0, size])), circuit.affines[1]]
    (chosen, *_) = _plans(Circuit(inner), 1e-3)
    assert chosen.layout.layers[0].activation == "polynomial"
    assert chosen.parameters.poly_modulus_degree == 8192


def test_powers_that_overflow_when_they_are_completed_are_left_as_they_are() -> None:
    affine = Affine(np.eye(2), np.zeros(2))
    circuit = Circuit([affine, Polynomial(np.array([0.0, 1.0, 1.0, 1e-305])), affine])
    (chosen, *_) = _plans(circuit, 2.0**-8)
    assert chosen.layout.layers[0].activation == "polynomial"


@pytest.mark.parametrize("privacy", ["open", "private"])
@pytest.mark.parametrize("error", [5e-324, 1e-200, 1e200, 1.7e308])
def test_errors_beyond_all_bounds_are_planned_for_or_refused(error: float, privacy: Privacy) -> None:
    circuit = network([6, 5, 3], [3])
    try:
        plans = plan(circuit, circuits.rows(1, 50, 6), error=error, response=privacy)
    except Infeasible:
        return
    assert all(chosen.quote.error <= error for chosen in plans)


@pytest.mark.parametrize("leeway", [1e6, 1e200])
def test_rows_that_may_go_anywhere_are_refused(leeway: float) -> None:
    with pytest.raises(Infeasible):
        _plans(network([6, 5, 3], [3]), 2.0**-8, leeway=leeway)


@pytest.mark.parametrize(
    ("field", "value"),
    [("scale_log2", 61.0), ("scale_log2", 1023.0), ("scale_log2", 1100.0), ("activation_scale_log2", 20.0)],
)
def test_a_plan_with_other_scales_does_not_compile(field: str, value: float) -> None:
    circuit = network([6, 5, 3], [3])
    (chosen, *_) = _plans(circuit, 2.0**-8)
    first, *rest = chosen.layout.layers
    layout = chosen.layout.model_copy(update={"layers": (first.model_copy(update={field: value}), *rest)})
    _refused(circuit, chosen.model_copy(update={"layout": layout}))


@pytest.mark.parametrize("changed", [{"block": 1 << 40}, {"copies": 1 << 20}, {"period": 1 << 30}])
def test_a_plan_with_more_slots_than_there_are_does_not_compile(changed: dict[str, int]) -> None:
    circuit = network([6, 5, 3], [3])
    (chosen, *_) = _plans(circuit, 2.0**-8)
    _refused(circuit, chosen.model_copy(update={"layout": chosen.layout.model_copy(update=changed)}))


def test_a_layer_with_more_slots_than_there_are_does_not_compile() -> None:
    circuit = network([6, 5, 3], [3])
    (chosen, *_) = _plans(circuit, 2.0**-8)
    first, *rest = chosen.layout.layers
    placed = first.model_copy(update={"placed": True, "period": 1 << 40})
    _refused(
        circuit, chosen.model_copy(update={"layout": chosen.layout.model_copy(update={"layers": (placed, *rest)})})
    )


def test_memory_that_runs_out_is_not_taken_for_a_fault_of_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is full says so and ends, and the part goes to a new one: nothing is wrong with the model."""
    circuit = network([6, 5, 3], [3])
    (chosen, *_) = _plans(circuit, 2.0**-8)

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(plaintexts.Plaintexts, "encode", full)
    with pytest.raises(MemoryError):
        Program.load(circuit.to_bytes(), chosen)


def test_input_scales_beyond_all_bounds_do_not_compile() -> None:
    circuit = network([6, 5, 3], [3])
    (chosen, *_) = _plans(circuit, 2.0**-8)
    for scale in (-1100.0, 1100.0):
        _refused(circuit, chosen.model_copy(update={"input_scale_log2": scale}))


def _refused(circuit: Circuit, chosen: Plan) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        Program.load(circuit.to_bytes(), chosen)
    assert refusal.value.code == "malformed_weights"
