"""What a private response of a rotation plan shows its data owner: scores, zeros, and flooding."""

import hashlib

import numpy as np
import pytest
from scipy import stats

from sealdrop.opening import messages, residues
from sealdrop.planning import rotation
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial
from sealdrop_core.embedding import to_slots
from sealdrop_core.packing.rotation import positions
from sealdrop_core.plan import Plan, Response
from sealdrop_core.sealed import split
from tests.engine import circuits
from tests.engine.networks import network
from tests.engine.twin import Twin

CIRCUIT = network([6, 5, 3], [2])
ROW = circuits.rows(2, 1, 6)


def _private(circuit: Circuit = CIRCUIT) -> Plan:
    (chosen, *_) = rotation.candidates(circuit, circuits.rows(1, 100, circuit.features), 0.1, "private", 0.0)
    return chosen


def _unflooded(chosen: Plan) -> Plan:
    """Return the plan with all bits kept and nothing flooded: what is left is what flooding has to hide."""
    return chosen.model_copy(update={"response": Response(private=True, dropped_bits=0)})


def _opened(twin: Twin, sealed: bytes) -> Array:
    """Return the coefficients a data owner opens, of those that c0 was sent for."""
    chosen, ring = twin.plan, twin.program.ring
    kept, rest = residues.read(chosen, split(twin.evaluate(sealed), "result")[1], (chosen.layout.kept, ring.degree))
    words = np.zeros((2, 1, ring.degree), dtype=np.uint64)
    at = positions(chosen.layout, ring.degree)
    words[0][:, at], words[1] = kept, rest
    return messages.coefficients(ring, twin.keyring._opener, chosen, words)[at]


def test_no_slot_holds_anything_but_scores_and_zeros() -> None:
    twin = Twin.of(CIRCUIT, _unflooded(_private()))
    slots = to_slots(_opened(twin, twin.keyring.seal(twin.manifest, twin.plan, ROW)))
    expected = np.zeros(len(slots))
    expected[:3] = CIRCUIT.evaluate(ROW)[0]
    assert np.abs(slots - expected).max() < twin.plan.quote.error


def test_the_response_holds_few_coefficients_of_c0() -> None:
    chosen = _private()
    assert chosen.layout.kept == 8  # three scores in periods of four slots
    assert chosen.block_result_bytes(1) < chosen.parameters.poly_modulus_degree * 8


def test_flooding_stands_as_far_above_the_noise_of_evaluation_as_the_plan_states() -> None:
    chosen = _private()
    assert chosen.response.flooding_bits is not None
    assert chosen.response.flooding_std_log2 is not None
    scale = 2.0**chosen.output_scale_log2
    shown = {}
    for name, one in {"flooded": chosen, "bare": _unflooded(chosen)}.items():
        twin = Twin.of(CIRCUIT, one)
        drawn = [to_slots(_opened(twin, twin.keyring.seal(twin.manifest, one, ROW))).real for _ in range(25)]
        # around the mean: a score of weights as they were rounded is what a data owner may learn
        shown[name] = float(np.std(drawn, axis=0).mean()) * scale / np.sqrt(chosen.layout.kept / 2)
    assert np.log2(shown["flooded"]) == pytest.approx(chosen.response.flooding_std_log2, abs=0.5)
    assert np.log2(shown["flooded"] / shown["bare"]) > chosen.response.flooding_bits
    assert chosen.response.divergence_log2 is not None
    assert chosen.response.divergence_log2 <= -20


def test_the_second_polynomial_is_fresh_in_every_response() -> None:
    twin = Twin.of(CIRCUIT, _private())
    sealed = twin.keyring.seal(twin.manifest, twin.plan, ROW)
    degree, (prime, *_) = twin.program.ring.degree, twin.program.ring.primes
    seen = []
    for _ in range(2):
        body = split(twin.evaluate(sealed), "result")[1]
        _, rest = residues.read(twin.plan, body, (twin.plan.layout.kept, degree))
        seen.append(rest[0].astype(np.float64) / prime)
    assert stats.kstest(seen[0], "uniform").pvalue > 1e-6
    assert stats.kstest((seen[0] - seen[1]) % 1.0, "uniform").pvalue > 1e-6


def test_two_networks_with_the_same_scores_cannot_be_told_apart() -> None:
    hidden, output = CIRCUIT.affines
    swapped = Circuit(
        [
            Affine(hidden.dense()[::-1], hidden.bias[::-1]),
            Polynomial(CIRCUIT.polynomials[0].coefficients),
            Affine(output.dense()[:, ::-1], output.bias),
        ]
    )
    assert np.allclose(swapped.evaluate(ROW), CIRCUIT.evaluate(ROW))
    chosen, shown = _private(), []
    for circuit in (CIRCUIT, swapped):
        twin = Twin.of(circuit, chosen)
        sealed = twin.keyring.seal(twin.manifest, chosen, ROW)
        digest = hashlib.sha256(sealed).hexdigest()
        drawn = [
            twin.keyring.open(twin.manifest, chosen, twin.evaluate(sealed), job="j0", part=0, input_sha256=digest)
            for _ in range(40)
        ]
        shown.append(np.concatenate(drawn)[:, 0])
    assert stats.ks_2samp(*shown).pvalue > 1e-6
