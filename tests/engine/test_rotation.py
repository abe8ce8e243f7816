"""Rotation packing against the plaintext twin, and what its plans promise."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealdrop.planning import rotation
from sealdrop.planning.precision import Privacy
from sealdrop.sealing.residues import seeded_bytes
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial
from sealdrop_core.errors import Infeasible, InvalidRequest
from sealdrop_core.evaluation import Program, plaintexts
from sealdrop_core.layouts import RotationLayer, RotationLayout
from sealdrop_core.plan import Plan
from tests.engine import circuits
from tests.engine.networks import convolutional, network, networks
from tests.engine.twin import Twin

EXAMPLES = int(os.environ.get("SEALDROP_EXAMPLES", "25"))
BOUNDED = settings(
    max_examples=max(EXAMPLES // 2, 1), deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


def _plans(circuit: Circuit, error: float, privacy: Privacy = "open", leeway: float = 0.0) -> list[Plan]:
    calibration = circuits.rows(1, 200, circuit.features)
    return list(rotation.candidates(circuit, calibration, error, privacy, leeway))


def _check(circuit: Circuit, chosen: Plan, X: Array) -> None:
    measured = Twin.of(circuit, chosen).largest_error(X)
    assert measured <= chosen.quote.error


@BOUNDED
@given(
    circuit=networks(max_width=40, max_hidden=2),
    privacy=st.sampled_from(["open", "private"]),
    share=st.sampled_from([2.0**-5, 2.0**-9, 2.0**-13]),
    seed=st.integers(0, 2**32 - 1),
)
def test_encrypted_equals_plaintext_within_the_predicted_error(
    circuit: Circuit, privacy: Privacy, share: float, seed: int
) -> None:
    error = share * float(np.abs(circuit.evaluate(circuits.rows(1, 200, circuit.features))).max())
    try:
        plans = _plans(circuit, error, privacy)
    except Infeasible:
        return
    for chosen in plans:
        assert chosen.quote.error <= error
        assert chosen.parameters.coeff_modulus[-1] >= max(chosen.parameters.data_primes) // 2
    chosen = plans[seed % len(plans)]
    _check(circuit, chosen, circuits.rows(seed, chosen.layout.rows_per_block + 1, circuit.features))


@pytest.mark.parametrize("privacy", ["open", "private"])
def test_convolutions_skip_the_weights_that_are_zero(privacy: Privacy) -> None:
    circuit = convolutional(side=16)
    (chosen, *_) = _plans(circuit, 2.0**-8, privacy)
    assert chosen.layout.layers[0].placed
    _check(circuit, chosen, circuits.rows(2, 3, circuit.features))


def test_rows_in_every_slot_keep_their_error() -> None:
    """What dropped bits round up adds up in the slots whose root is near 1: those are rows of their own here."""
    circuit = network([1, 1, 1], [2], seed=31)
    error = 2.0**-5 * float(np.abs(circuit.evaluate(circuits.rows(1, 200, 1))).max())
    (_, many) = _plans(circuit, error)
    assert many.layout.rows_per_block == many.parameters.slots
    for seed in range(4):
        _check(circuit, many, circuits.rows(seed, many.layout.rows_per_block, 1))


def test_a_plan_needs_the_keys_of_its_rotations_and_no_others() -> None:
    (one, many) = _plans(network([30, 16, 1], [3]), 2.0**-8)
    twice = 2 * one.parameters.poly_modulus_degree
    # 32 features times 16 units fill 512 slots, and 16 units are one sum
    steps = [16, 32, 64, 128, 256, 1, 2, 4, 8]
    assert one.keys.galois_elements == tuple(sorted(pow(3, step, twice) for step in steps))
    assert isinstance(many.layout, RotationLayout)
    assert many.layout.rows_per_block == one.parameters.slots // 512
    assert len(many.keys.galois_elements) == len(steps)
    assert one.keys.relinearization


def test_weights_of_a_circuit_with_other_rotations_do_not_compile() -> None:
    (chosen, *_) = _plans(network([30, 16, 10], [3]), 2.0**-8)
    others = [network([30, 40, 10], [3]), network([30, 16, 16, 10], [3, 3])]
    others += [network([30, 16, 10], [degree]) for degree in (1, 2, 4)]
    for other in others:
        with pytest.raises(InvalidRequest) as refusal:
            Program.load(other.to_bytes(), chosen)
        assert refusal.value.code == "malformed_weights"


@pytest.mark.parametrize(
    "changed", [{"level": 1}, {"level": 4}, {"activation_level": None, "activation_scale_log2": None}]
)
def test_a_plan_whose_levels_do_not_follow_one_another_does_not_compile(changed: dict[str, int | None]) -> None:
    circuit = network([6, 5, 3], [2])
    (chosen, *_) = _plans(circuit, 2.0**-8)
    first, last = chosen.layout.layers
    if "level" in changed:
        changed = changed | {"activation_level": changed["level"]}
    layers = (first.model_copy(update=changed), last)
    moved = chosen.model_copy(update={"layout": chosen.layout.model_copy(update={"layers": layers})})
    with pytest.raises(InvalidRequest) as refusal:
        Program.load(circuit.to_bytes(), moved)
    assert refusal.value.code == "malformed_weights"


@pytest.mark.parametrize(
    ("activation", "level", "after"), [("square", 3, 1), ("cube", 4, 1), ("polynomial", 3, 2), ("none", 2, 2)]
)
def test_an_activation_that_takes_other_levels_is_no_layer(activation: str, level: int, after: int) -> None:
    fields = {"period": 4, "level": level, "scale_log2": 30.0, "activation": activation}
    assert RotationLayer.model_validate(fields)
    with pytest.raises(ValueError, match="level"):
        RotationLayer.model_validate(fields | {"activation_level": after, "activation_scale_log2": 30.0})


@pytest.mark.parametrize(("privacy", "primes"), [("open", 3), ("private", 5)])
def test_few_large_primes_carry_a_cube(privacy: Privacy, primes: int) -> None:
    """Products are rescaled as late as their primes allow: every prime fewer makes all key switching quicker."""
    (chosen, *_) = _plans(network([64, 32, 10], [3]), 2.0**-10, privacy)
    assert chosen.layout.layers[0].activation == "cube"
    assert len(chosen.parameters.data_primes) <= primes
    assert chosen.parameters.poly_modulus_degree == 8192
    _check(network([64, 32, 10], [3]), chosen, circuits.rows(6, 40, 64))


def test_plaintexts_beyond_the_memory_bound_are_encoded_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = network([60, 40, 20], [2])
    (chosen, *_) = _plans(circuit, 2.0**-8)
    monkeypatch.setattr(plaintexts, "KEPT_BYTES", 1 << 20)
    _check(circuit, chosen, circuits.rows(3, 2, circuit.features))


@pytest.mark.parametrize("privacy", ["open", "private"])
def test_weights_that_are_all_zero_leave_the_bias(privacy: Privacy) -> None:
    first, last = Affine(np.zeros((8, 5)), np.zeros(8)), Affine(np.zeros((2, 8)), np.array([1.5, -2.0]))
    circuit = Circuit([first, Polynomial(np.array([0.5, 1.0, 1.0])), last])
    (chosen, *_) = _plans(circuit, 2.0**-8, privacy)
    _check(circuit, chosen, circuits.rows(4, 2, 5))


def test_rows_may_leave_the_box_by_the_leeway() -> None:
    circuit = network([20, 12, 3], [3])
    (chosen, *_) = _plans(circuit, 2.0**-8, leeway=2.0)
    X = circuits.rows(5, 20, 20)
    X[np.arange(20), np.arange(20)] += 2.0 * np.sign(X[np.arange(20), np.arange(20)])
    assert np.abs(circuit.evaluate(X)).max() > np.abs(circuit.evaluate(circuits.rows(1, 200, 20))).max()
    assert Twin.of(circuit, chosen).largest_error(X) < 2 * chosen.quote.error


@pytest.mark.parametrize("circuit", [network([5, 3], []), network([5, 4, 3], [1]), network([5, 4, 3], [8])])
def test_what_needs_no_rotations_or_is_not_built_is_refused(circuit: Circuit) -> None:
    with pytest.raises(Infeasible):
        _plans(circuit, 2.0**-8)


def test_a_refusal_names_an_error_that_is_feasible() -> None:
    circuit = network([30, 16, 8, 4, 2], [3, 5, 7])
    with pytest.raises(Infeasible) as refusal:
        _plans(circuit, 2.0**-40)
    nearest = float(refusal.value.remedy.split("error of ")[1].split(",")[0])
    assert _plans(circuit, 1.01 * nearest)  # as printed, it is rounded
    with pytest.raises(Infeasible):
        _plans(circuit, nearest / 2.1)


def test_networks_wider_or_deeper_than_every_ring_are_refused() -> None:
    tame = Polynomial(np.array([0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 1e-3]))
    once = Affine(np.eye(3), np.zeros(3))
    for circuit in (network([20_000, 3, 2], [2]), Circuit([*[once, tame] * 12, once])):
        with pytest.raises(Infeasible, match="no ring has"):
            _plans(circuit, 2.0**-8)


def test_a_network_that_explodes_is_refused() -> None:
    with pytest.raises(Infeasible, match="beyond all bounds"):
        _plans(network([3] * 12, [7] * 10, seed=5), 2.0**-8)


def test_whatever_residues_are_uploaded_the_answer_has_the_promised_length() -> None:
    circuit = network([6, 5, 3], [3])
    (chosen, *_) = _plans(circuit, 0.1, "private")
    twin, random = Twin.of(circuit, chosen), np.random.default_rng(0)
    for _ in range(3):
        residues = [
            random.integers(0, prime, chosen.parameters.poly_modulus_degree) for prime in twin.program.ring.primes
        ]
        block = seeded_bytes(np.concatenate(residues).astype(np.uint64), random.bytes(64), twin.program.ring.primes)
        assert len(twin.program.evaluate(memoryview(block), 1, twin.keys)) == chosen.block_result_bytes(1)
