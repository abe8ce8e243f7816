"""Exact plans under BFV: integers in, integers out, and a noise budget that is left."""

import os
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealdrop.planning import exact, plan
from sealdrop.planning.exact.fixed_point import BUDGET_BITS
from sealdrop.planning.precision import Privacy
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial
from sealdrop_core.errors import Infeasible, RefusedInput
from sealdrop_core.plan import Plan
from tests.engine.twin import Twin

EXAMPLES = int(os.environ.get("SEALDROP_EXAMPLES", "25"))
BOUNDED = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RESPONSES = st.sampled_from(["open", "private"])


@st.composite
def integer_circuits(draw: st.DrawFn, *, square: bool) -> tuple[Circuit, Array]:
    """Draw a circuit of integers, or of multiples of a power of two, and rows of the same kind."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    features, hidden, outputs = draw(st.integers(1, 30)), draw(st.integers(1, 5)), draw(st.integers(1, 6))
    largest, fraction = 2 ** draw(st.integers(1, 3 if square else 10)), 2.0 ** -draw(st.sampled_from([0, 0, 3]))
    sizes = (features, hidden, outputs) if square else (features, outputs)

    def integers(*shape: int) -> Array:
        return random.integers(-largest, largest + 1, size=shape) * fraction

    layers: list[Affine | Polynomial] = []
    for inputs, width in pairwise(sizes):
        weight = integers(width, inputs)
        weight[:, 0] = np.arange(1, width + 1) * fraction  # units that are alike may cancel out, which SEAL refuses
        layers += [Affine(weight, integers(width)), Polynomial(random.integers(-2, 3, size=3) * 1.0)]
    return Circuit(layers[:-1]), integers(draw(st.integers(1, 400)), features)


def _check(circuit: Circuit, chosen: Plan, X: Array) -> None:
    assert chosen.parameters.scheme == "bfv"
    assert chosen.quote.error == 0.0
    assert np.array_equal(Twin.of(circuit, chosen).scores(X), circuit.evaluate(X))


@BOUNDED
@given(drawn=integer_circuits(square=False), privacy=RESPONSES, pick=st.integers(0, 99))
def test_linear_scores_are_exact(drawn: tuple[Circuit, Array], privacy: Privacy, pick: int) -> None:
    circuit, X = drawn
    plans = list(exact.candidates(circuit, X, 0.0, privacy, 1.0))
    _check(circuit, plans[pick % len(plans)], X)


@settings(BOUNDED, max_examples=max(EXAMPLES // 2, 1))
@given(drawn=integer_circuits(square=True), privacy=RESPONSES, pick=st.integers(0, 99))
def test_scores_of_one_square_are_exact(drawn: tuple[Circuit, Array], privacy: Privacy, pick: int) -> None:
    circuit, X = drawn
    try:
        plans = list(exact.candidates(circuit, X, 0.0, privacy, 0.0))
    except Infeasible:
        return
    _check(circuit, plans[pick % len(plans)], X)


def _scorecard() -> tuple[Circuit, Array]:
    random = np.random.default_rng(5)
    weight, bias = random.integers(-40, 41, size=(2, 12)), random.integers(200, 600, size=2)
    return Circuit([Affine(weight * 1.0, bias * 1.0)]), random.integers(0, 20, size=(300, 12)) * 1.0


def _square() -> tuple[Circuit, Array]:
    random = np.random.default_rng(6)
    first, last = (Affine(random.integers(-3, 4, size=shape) * 1.0, np.ones(shape[0])) for shape in ((6, 10), (3, 6)))
    return Circuit([first, Polynomial(np.array([1.0, -2.0, 1.0])), last]), random.integers(-8, 9, size=(300, 10)) * 1.0


class _Watched:
    """A decryptor that notes the noise budget of whatever it opens."""

    def __init__(self, opener: Any) -> None:
        self.opener, self.budgets = opener, list[int]()

    def decrypt(self, ciphertext: Any, plain: Any) -> None:
        self.budgets.append(self.opener.invariant_noise_budget(ciphertext))
        self.opener.decrypt(ciphertext, plain)


@pytest.mark.parametrize("privacy", ["open", "private"])
@pytest.mark.parametrize("case", [_scorecard(), _square()], ids=["scorecard", "square"])
def test_the_promised_noise_budget_is_left(case: tuple[Circuit, Array], privacy: Privacy) -> None:
    """Of full columns, since coefficients that do not travel come back without their message."""
    circuit, X = case
    plans = list(exact.candidates(circuit, X, 0.0, privacy, 0.0))
    assert {chosen.layout.packing for chosen in plans} == {"coefficient", "column"}
    for chosen in plans:
        assert (chosen.response.flooding_bits is not None) == (privacy == "private")
        if chosen.layout.packing == "column":
            twin = Twin.of(circuit, chosen)
            watched = _Watched(twin.keyring._opener)
            twin.keyring.__dict__["_opener"] = watched
            rows = np.resize(X, (chosen.layout.rows_per_block, circuit.features))
            assert np.array_equal(twin.scores(rows), circuit.evaluate(rows))
            assert min(watched.budgets) >= BUDGET_BITS


@pytest.mark.parametrize("leeway", [0.0, 2.0])
def test_the_most_extreme_rows_do_not_wrap_around(leeway: float) -> None:
    circuit, X = _scorecard()
    low, high, weight = X.min(axis=0), X.max(axis=0), circuit.affines[0].dense()
    outward = np.sign(np.concatenate([weight, -weight]))
    corners = np.where(outward > 0, high, low)
    heaviest = np.tile(np.abs(weight * (high - low)).argmax(axis=1), 2)
    each = np.arange(len(corners))
    corners[each, heaviest] += outward[each, heaviest] * np.floor(leeway * (high - low)[heaviest] / 2)
    for chosen in exact.candidates(circuit, X, 0.0, "private", leeway):
        _check(circuit, chosen, corners)


def test_small_scores_leave_the_smallest_prime_to_the_plain_modulus() -> None:
    circuit = Circuit(
        [Affine(np.eye(2), np.zeros(2)), Polynomial(np.array([0.0, 0.0, 1.0])), Affine(np.eye(2), np.ones(2))]
    )
    X = np.array([[0.0, 1.0], [1.0, -1.0]])
    for chosen in exact.candidates(circuit, X, 0.0, "private", 0.0):
        _check(circuit, chosen, X)


def test_the_planner_is_asked_for_exact_scores() -> None:
    circuit, X = _scorecard()
    for chosen in plan(circuit, X, exact=True, rows=(1, 5000)):
        _check(circuit, chosen, X)


@pytest.mark.parametrize(
    ("weight", "calibration"),
    [(1 / 3, 1.0), (1.0, 1 / 3), (2.0**40, 2.0**20), (0.0, 1.0)],
    ids=["weights", "rows", "too large", "constant"],
)
def test_what_no_integers_hold_is_infeasible(weight: float, calibration: float) -> None:
    circuit = Circuit([Affine(np.array([[weight, weight]]), np.zeros(1))])
    with pytest.raises(Infeasible):
        plan(circuit, np.array([[calibration, 2.0], [0.0, 1.0]]), exact=True)


@pytest.mark.parametrize("middle", [[], [Polynomial(np.array([0.0, 0.0, 1.0])), Affine(np.ones((1, 2)), np.zeros(1))]])
def test_rows_that_would_be_rounded_are_refused(middle: list[Affine | Polynomial]) -> None:
    circuit = Circuit([Affine(np.array([[3.0, 1.0], [1.0, -2.0]]), np.zeros(2)), *middle])
    X = np.random.default_rng(0).integers(0, 40, size=(50, 2)) / 4
    for chosen in plan(circuit, X, rows=(1, 1000), exact=True):
        twin = Twin.of(circuit, chosen)
        assert np.array_equal(twin.scores(X), circuit.evaluate(X))
        for value in (1 / 32, 0.1):
            with pytest.raises(RefusedInput) as refusal:
                twin.scores(np.array([[1.0, 2.0], [value, 3.0]]))
            assert refusal.value.code == "not_exact"
            assert "row 1" in refusal.value.message
