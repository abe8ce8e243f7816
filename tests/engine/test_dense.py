"""Sums of scalar products as float64 matrices: to the bit what SEAL computes one scalar at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealdrop.planning import column
from sealdrop_core.circuit import Affine, SparseAffine
from sealdrop_core.evaluation import dense
from sealdrop_core.evaluation.blocks import Block, blocks, largest_sum
from sealdrop_core.evaluation.dense import Sums
from sealdrop_core.evaluation.limbs import Limbs
from sealdrop_core.parameters import Parameters, ntt_primes
from sealdrop_core.schedule import Form
from sealdrop_core.seal import Ciphertext, Ring, ring, viewable
from tests.engine import circuits
from tests.engine.networks import network
from tests.engine.twin import Twin

RINGS = (
    Parameters(scheme="ckks", poly_modulus_degree=1024, coeff_modulus=ntt_primes(1024, (26,))),
    Parameters(scheme="ckks", poly_modulus_degree=2048, coeff_modulus=ntt_primes(2048, (53,))),
    Parameters(scheme="ckks", poly_modulus_degree=4096, coeff_modulus=ntt_primes(4096, (45, 24, 16))),
    Parameters(scheme="ckks", poly_modulus_degree=8192, coeff_modulus=ntt_primes(8192, (59, 40, 59, 17))),
    Parameters(scheme="bfv", poly_modulus_degree=2048, coeff_modulus=ntt_primes(2048, (53,)), plain_modulus=1 << 20),
)
needs_view = pytest.mark.skipif(not viewable(), reason="residues cannot be seen on this platform")


def _ciphertexts(own: Ring, random: np.random.Generator, count: int) -> list[Ciphertext]:
    """Return ciphertexts of uniform residues; every third is a product, of three polynomials."""
    found = []
    for index in range(count):
        words = np.concatenate([random.integers(0, prime, own.degree, dtype=np.uint64) for prime in own.primes])
        fresh, product = own.seeded(words, random.bytes(64), 1.0), Ciphertext()
        if index % 3 == 2 and own.parameters.scheme == "ckks":
            own.evaluator.square(fresh, product)
            fresh = product
        found.append(fresh)
    return found


def _residues(own: Ring, sums: Sums, level: int) -> dict[int, list[int]]:
    ntt = own.parameters.scheme == "ckks"
    return {
        output: own.residues(value, own.form(level, value.scale, polynomials=value.size(), ntt=ntt)).tolist()
        for output, value in sums.items()
    }


@needs_view
@settings(max_examples=25, deadline=None)
@given(
    parameters=st.sampled_from(RINGS),
    inputs=st.integers(1, 20),
    outputs=st.integers(1, 8),
    weight_bits=st.integers(1, 30),
    below=st.integers(0, 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_both_ways_give_the_same_residues(
    parameters: Parameters, inputs: int, outputs: int, weight_bits: int, below: int, seed: int
) -> None:
    own, random = ring(parameters), np.random.default_rng(seed)
    level = max(1, len(own.primes) - below)
    weight = random.normal(size=(outputs, inputs))
    weight[random.random(weight.shape) < 0.3] = 0.0
    smallest = min(parameters.plain_modulus or 1 << 60, *own.primes[:level])
    weight_bits = min(weight_bits, smallest.bit_length() - 6)
    weights = blocks(Affine(weight, np.zeros(outputs)), np.full(inputs, 2.0**weight_bits))
    values = _ciphertexts(own, random, inputs)
    limbs = Limbs.of(largest_sum(weights), max(prime.bit_length() for prime in own.primes[:level]))
    by_matrix: Sums = {}
    by_scalar: Sums = {}
    for _ in range(2):  # the second time, they are added to
        dense.by_matrix(own, values, weights, Form(level, 1.0, 3), limbs, by_matrix)
        dense.by_scalar(own, values, weights, Form(level, 1.0, 3), by_scalar)
    assert len(by_matrix) == outputs
    assert _residues(own, by_matrix, level) == _residues(own, by_scalar, level)


@needs_view
def test_sparse_blocks_give_the_same_residues_as_one_dense_block() -> None:
    own, random = ring(RINGS[1]), np.random.default_rng(3)
    rows, columns = np.nonzero(random.random((9, 12)) < 0.3)
    values = np.rint(random.normal(size=len(rows)) * 50) + 0.25
    sparse = SparseAffine(features=12, rows=rows, columns=columns, values=values, bias=np.zeros(10))
    inputs = _ciphertexts(own, random, 12)
    parts, whole = blocks(sparse, np.ones(12)), blocks(Affine(sparse.dense(), sparse.bias), np.ones(12))
    assert len(parts) > len(whole) == 1
    assert {output for part in parts for output in part.outputs.tolist()} == set(range(10))
    limbs = Limbs.of(largest_sum(parts), 53)
    first: Sums = {}
    second: Sums = {}
    dense.by_matrix(own, inputs, parts, Form(1, 1.0, 3), limbs, first)
    dense.by_matrix(own, inputs, whole, Form(1, 1.0, 3), limbs, second)
    assert _residues(own, first, 1) == _residues(own, second, 1)


@pytest.mark.parametrize("way", [pytest.param("matrix", marks=needs_view), "scalar"])
def test_terms_may_cancel_out_on_the_way(way: str) -> None:
    own = ring(RINGS[1])
    first, last = _ciphertexts(own, np.random.default_rng(4), 2)
    weights = blocks(Affine(np.array([[3.0, -3.0, 1.0]]), np.zeros(1)), np.ones(3))
    inputs = [first, first, last]
    sums: Sums = {}
    if way == "matrix":
        dense.by_matrix(own, inputs, weights, Form(1, 1.0), Limbs.of(7, 53), sums)
    else:
        dense.by_scalar(own, inputs, weights, Form(1, 1.0), sums)
    assert _residues(own, sums, 1) == _residues(own, {0: last}, 1)


def test_maps_of_a_convolution_share_a_block() -> None:
    patch = np.array([0, 1, 4, 5])
    rows, columns = np.repeat(np.arange(3), 4), np.tile(patch, 3)
    sparse = SparseAffine(features=8, rows=rows, columns=columns, values=np.arange(1.0, 13.0), bias=np.zeros(3))
    (block,) = blocks(sparse, np.ones(8))
    assert block.inputs.tolist() == patch.tolist()
    assert block.weights.shape == (3, 4)


@pytest.mark.parametrize("weight_bits", [1, 10, 20, 40])
def test_limbs_never_overflow_the_mantissa(weight_bits: int) -> None:
    block = Block(np.arange(2), np.arange(64), np.full((2, 64), 2.0**weight_bits))
    limbs = Limbs.of(largest_sum([block]), 59)
    assert limbs.bits * limbs.count >= 59
    assert 64 * 2**weight_bits * (2**limbs.bits - 1) < 2**53


@needs_view
@pytest.mark.parametrize("hidden", [(), (5,)])
def test_a_platform_without_the_view_answers_the_same_bytes(
    hidden: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    circuit = network([6, *hidden, 3], [2] * len(hidden))
    chosen = next(iter(column.candidates(circuit, circuits.rows(0, 50, 6), 2.0**-5, "open", 0.0)))
    twin = Twin.of(circuit, chosen)
    sealed = twin.keyring.seal(twin.manifest, chosen, circuits.rows(1, 20, 6))
    seen = twin.evaluate(sealed)
    monkeypatch.setattr("sealdrop_core.evaluation.dense.viewable", lambda: False)
    monkeypatch.setattr("sealdrop_core.seal.viewable", lambda: False)
    assert twin.evaluate(sealed) == seen
