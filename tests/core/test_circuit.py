"""Circuits: the plaintext twin, and files that are refused."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealdrop_core.circuit import Affine, Circuit, Polynomial, SparseAffine
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.lifting import lifted, monomials

RANDOM = np.random.default_rng(3)


def _network() -> Circuit:
    sparse = SparseAffine(
        features=4,
        rows=np.array([0, 1, 1]),
        columns=np.array([0, 2, 3]),
        values=np.array([1.0, 2.0, -3.0]),
        bias=np.ones(2),
    )
    return Circuit([sparse, Polynomial(np.array([[1.0, 0, 2], [0, 1, 0]])), Affine(np.eye(2), np.zeros(2))])


def test_a_sparse_layer_computes_what_the_dense_one_does() -> None:
    sparse = _network().affines[0]
    X = RANDOM.normal(size=(5, 4))
    assert np.allclose(sparse(X), X @ sparse.dense().T + sparse.bias)


def test_weights_survive_the_round_trip_and_are_reproducible() -> None:
    circuit = _network()
    again = Circuit.from_bytes(circuit.to_bytes())
    X = RANDOM.normal(size=(6, 4))
    assert np.array_equal(again.evaluate(X), circuit.evaluate(X))
    assert again.to_bytes() == circuit.to_bytes()


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 5), st.integers(1, 3))
def test_a_lifted_circuit_is_the_same_function(seed: int, features: int, hidden: int, outputs: int) -> None:
    random = np.random.default_rng(seed)
    first = random.normal(size=(hidden, features)) * (random.random((hidden, features)) < 0.7)
    powers = random.normal(size=(hidden, 3))
    second = Affine(random.normal(size=(outputs, hidden)), random.normal(size=outputs))
    circuit = Circuit([Affine(first, random.normal(size=hidden)), Polynomial(powers), second])
    pairs = monomials(circuit)
    X = random.normal(size=(4, features))
    columns = [X[:, i] * X[:, j] for i, j in pairs]
    assert np.allclose(lifted(circuit, pairs)(np.column_stack([X, *columns])), circuit.evaluate(X))


def _npz(**arrays: np.ndarray) -> bytes:
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()


def _pickled() -> bytes:
    target = io.BytesIO()
    np.savez(target, **{"0.Affine.weight": np.array([{}], dtype=object)})
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x05\x06" + bytes(18),
        b"not an archive",
        _pickled(),
        _npz(weight=np.ones((2, 2))),
        _npz(**{"0.Affine.weight": np.ones((2, 2))}),
        _npz(**{"0.Affine.weight": np.ones((2, 2)), "0.Affine.bias": np.ones(3)}),
        _npz(**{"0.Affine.weight": np.full((2, 2), np.nan), "0.Affine.bias": np.ones(2)}),
        _npz(**{"0.Affine.weight": np.ones((2, 2)), "0.Affine.bias": np.ones(2), "0.Affine.more": np.ones(1)}),
        _npz(**{"0.Polynomial.coefficients": np.ones(3)}),
        _npz(**{"0.Affine.weight": np.array([["a"]]), "0.Affine.bias": np.ones(1)}),
        _npz(
            **{
                "0.SparseAffine.features": np.array(2),
                "0.SparseAffine.rows": np.array([0]),
                "0.SparseAffine.columns": np.array([5]),
                "0.SparseAffine.values": np.ones(1),
                "0.SparseAffine.bias": np.ones(1),
            }
        ),
    ],
)
def test_a_file_that_is_no_circuit_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        Circuit.from_bytes(data)
    assert refusal.value.code == "malformed_weights"


def test_a_truncated_archive_is_refused() -> None:
    data = _network().to_bytes()
    for end in range(0, len(data), 37):
        with pytest.raises((InvalidRequest, zipfile.BadZipFile)) as refusal:
            Circuit.from_bytes(data[:end])
        assert isinstance(refusal.value, InvalidRequest)


def test_layers_must_alternate_and_agree() -> None:
    with pytest.raises(InvalidRequest):
        Circuit([Affine(np.eye(2), np.zeros(2)), Affine(np.eye(2), np.zeros(2))])
    with pytest.raises(InvalidRequest):
        Circuit([Affine(np.eye(2), np.zeros(2)), Polynomial(np.ones(3)), Affine(np.eye(3), np.zeros(3))])
