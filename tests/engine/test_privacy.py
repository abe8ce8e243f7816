"""What a curious data owner learns of the weights from responses: the attacks, and what stops them.

The attacker is the client: it holds its secret key, knows its rows and the very residues it uploaded.
"""

import hashlib

import numpy as np
import pytest
import tenseal.sealapi as sealapi
import tenseal.sealapi.util as seal_util
from numpy.typing import NDArray
from scipy import stats

from sealdrop.opening import residues
from sealdrop.planning import plan
from sealdrop_core.circuit import Affine, Circuit
from sealdrop_core.evaluation.inputs import ciphertexts
from sealdrop_core.evaluation.response import gaussian
from sealdrop_core.packing.coefficient import pack_rows, positions, round_weights
from sealdrop_core.plan import Plan
from sealdrop_core.seal import ring
from sealdrop_core.sealed import split
from tests.engine import circuits
from tests.engine.twin import Twin

FEATURES = 30
RANDOM = np.random.default_rng(5)
CIRCUIT = Circuit([Affine(RANDOM.normal(size=(1, FEATURES)), np.zeros(1))])


def _plan(response: str, *, trimmed: bool) -> Plan:
    (chosen,) = plan(CIRCUIT, circuits.rows(0, 100, FEATURES), rows=(1,), response=response)
    if trimmed:
        return chosen
    return chosen.model_copy(update={"response": chosen.response.model_copy(update={"dropped_bits": 0})})


def _ntt(values: NDArray[np.uint64], prime: int, degree: int, *, inverse: bool = False) -> list[int]:
    tables = seal_util.NTTTables(degree.bit_length() - 1, sealapi.Modulus(prime))
    transform = seal_util.inverse_ntt_negacyclic_harvey if inverse else seal_util.ntt_negacyclic_harvey
    return list(transform([int(value) for value in values], tables))


def _second_polynomials(twin: Twin) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return c1 of an upload, in NTT form, and c1 of its response, in coefficients."""
    chosen = twin.plan
    sealed = twin.keyring.seal(twin.manifest, chosen, circuits.rows(1, 1, FEATURES))
    response = twin.evaluate(sealed)
    own = ring(chosen.parameters)
    (uploaded,) = ciphertexts(own, chosen, split(sealed, "input")[1])
    up = own.residues(uploaded, own.form(1, 1.0)).reshape(2, own.degree)[1]
    body = split(response, "result")[1]
    _, rest = residues.read(chosen, body, (chosen.layout.kept(1), own.degree))
    return up, rest[0]


def _divide(twin: Twin) -> NDArray[np.float64]:
    """Mount the one-response attack: c1 of the response divided by c1 of the upload, as weights."""
    up, down = _second_polynomials(twin)
    (prime,), degree = twin.plan.parameters.data_primes, twin.plan.parameters.poly_modulus_degree
    quotient = [
        value * pow(int(own), -1, prime) % prime for value, own in zip(_ntt(down, prime, degree), up, strict=True)
    ]
    found = _ntt(np.array(quotient, dtype=np.uint64), prime, degree, inverse=True)[:FEATURES]
    return np.array([value - prime if value > prime // 2 else value for value in found], dtype=np.float64)


def _integer_weights(chosen: Plan) -> NDArray[np.float64]:
    return round_weights(CIRCUIT.affines[0].dense(), chosen.weight_scale_log2)[0]


def test_division_recovers_every_weight_from_one_untrimmed_open_response() -> None:
    chosen = _plan("open", trimmed=False)
    assert np.array_equal(_divide(Twin.of(CIRCUIT, chosen)), _integer_weights(chosen))


@pytest.mark.parametrize("trimmed", [False, True])
def test_division_learns_nothing_from_a_private_response(trimmed: bool) -> None:
    chosen = _plan("private", trimmed=trimmed)
    found, weights = _divide(Twin.of(CIRCUIT, chosen)), _integer_weights(chosen)
    (prime,) = chosen.parameters.data_primes
    # what comes out is uniform modulo the prime, whatever the weights are
    assert stats.kstest(found / prime + 0.5, "uniform").pvalue > 1e-6
    assert np.abs(found).max() > 2**10 * np.abs(weights).max()


def _coefficients_seen(twin: Twin, sealed: bytes) -> dict[int, float]:
    """Return every coefficient of the product a data owner can open, in units of the output scale."""
    score = twin.keyring.open(
        twin.manifest,
        twin.plan,
        twin.evaluate(sealed),
        job="j0",
        part=0,
        input_sha256=hashlib.sha256(sealed).hexdigest(),
    )
    at = positions(twin.plan.layout, 1, 0)
    return {int(at[0]): float(score[0, 0])}


def _least_squares(row: NDArray[np.float64], chosen: Plan, seen: dict[int, float]) -> NDArray[np.float64]:
    """Solve x * w = product for w, on the coefficients that were seen."""
    degree = chosen.parameters.poly_modulus_degree
    (packed,) = pack_rows(row, chosen.layout, degree)
    shifted = np.zeros((degree, FEATURES))
    for feature in range(FEATURES):
        shifted[:, feature] = np.concatenate([-packed[degree - feature :], packed[: degree - feature]])
    index = sorted(seen)
    return np.linalg.lstsq(shifted[index], np.array([seen[at] for at in index]), rcond=None)[0]


def test_least_squares_recovers_the_weights_when_every_coefficient_is_seen() -> None:
    chosen, row = _plan("open", trimmed=False), circuits.rows(1, 1, FEATURES)
    degree = chosen.parameters.poly_modulus_degree
    (packed,) = pack_rows(row, chosen.layout, degree)
    product = np.zeros(degree)
    for feature, weight in enumerate(CIRCUIT.affines[0].dense()[0]):
        product += weight * np.concatenate([-packed[degree - feature :], packed[: degree - feature]])
    found = _least_squares(row, chosen, dict(enumerate(product)))
    assert np.abs(found - CIRCUIT.affines[0].dense()[0]).max() < 1e-9


def test_least_squares_on_a_private_response_finds_one_equation_and_no_weights() -> None:
    twin, row = Twin.of(CIRCUIT, _plan("private", trimmed=True)), circuits.rows(1, 1, FEATURES)
    sealed = twin.keyring.seal(twin.manifest, twin.plan, row)
    seen = _coefficients_seen(twin, sealed)
    assert len(seen) == 1
    found, weights = _least_squares(row, twin.plan, seen), CIRCUIT.affines[0].dense()[0]
    # the one score fixes the component along the row, and nothing of the other 29
    across = weights - row[0] * (row[0] @ weights) / (row[0] @ row[0])
    assert np.abs((found - weights) @ across) > 0.9 * (across @ across)


def test_flooding_is_gaussian_of_the_promised_deviation() -> None:
    std = 2.0**30
    drawn = gaussian(20_000, std) / std
    assert stats.kstest(drawn, "norm").pvalue > 1e-6
    assert len(set(gaussian(100, std).tolist())) == 100


def _repeated(circuit: Circuit, chosen: Plan, row: NDArray[np.float64], times: int) -> NDArray[np.float64]:
    """Return the scores of many responses to one upload, in units of a coefficient."""
    twin = Twin.of(circuit, chosen)
    sealed = twin.keyring.seal(twin.manifest, chosen, row)
    seen = [next(iter(_coefficients_seen(twin, sealed).values())) for _ in range(times)]
    return np.array(seen) * 2.0**chosen.output_scale_log2


def test_the_plan_states_the_flooding_that_responses_show() -> None:
    chosen = _plan("private", trimmed=True)
    flooded = float(np.std(_repeated(CIRCUIT, chosen, circuits.rows(1, 1, FEATURES), 300)))
    assert flooded == pytest.approx(2.0 ** (chosen.response.flooding_std_log2 or 0), rel=0.25)
    assert chosen.response.flooding_bits is not None
    noise = np.sqrt(10.5) * np.linalg.norm(_integer_weights(chosen))
    assert np.log2(flooded / noise) == pytest.approx(chosen.response.flooding_bits, abs=0.5)
    assert chosen.response.divergence_log2 == pytest.approx(-1 - 2 * chosen.response.flooding_bits)


def test_two_models_with_the_same_score_cannot_be_told_apart() -> None:
    chosen, row = _plan("private", trimmed=True), circuits.rows(1, 1, FEATURES)
    weights = CIRCUIT.affines[0].dense()
    other = np.zeros_like(weights)
    other[0, 0] = row[0] @ weights[0] / row[0, 0] / 2
    twisted = Circuit([Affine(other, row @ (weights - other).T[:, 0])])
    assert np.allclose(twisted.evaluate(row), CIRCUIT.evaluate(row))
    first, second = (_repeated(circuit, chosen, row, 400) for circuit in (CIRCUIT, twisted))
    assert stats.ks_2samp(first, second).pvalue > 1e-6
