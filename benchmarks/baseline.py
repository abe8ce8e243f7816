"""TenSEAL as its tutorials use it: N=8192, [60, 40, 40, 60], scale 2^40, Galois keys in the context.

A hidden layer needs one more prime than the tutorials' parameters have: [50, 35, 35, 35, 50] with scale 2^35 is the
widest that fits N=8192.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tenseal

from sealdrop_core.circuit import Array, Circuit, Polynomial


@dataclass(frozen=True)
class Baseline:
    """A request the TenSEAL way: `answer` loads, evaluates and saves; the context is loaded beforehand."""

    context: bytes
    sealed: bytes
    answer: Callable[[], bytes]
    open: Callable[[], Array]


def _context(circuit: Circuit, bits: Sequence[int] = ()) -> tenseal.Context:
    bits = bits or ([50, 35, 35, 35, 50] if circuit.polynomials else [60, 40, 40, 60])
    context = tenseal.context(tenseal.SCHEME_TYPE.CKKS, 8192, coeff_mod_bit_sizes=list(bits), n_threads=1)
    context.global_scale = 2.0 ** bits[1]
    context.generate_galois_keys()
    return context


def vector(circuit: Circuit, row: Array, bits: Sequence[int] = ()) -> Baseline:
    """Return one row, shape (features,), through `dot`, `mm`, `square` and `polyval`, as the tutorials do.

    `bits` are those of the primes, the tutorials' own if none are given.
    """
    secret = _context(circuit, bits)
    context = secret.serialize(save_secret_key=False)
    public = tenseal.context_from(context, n_threads=1)
    sealed = tenseal.ckks_vector(secret, row.tolist()).serialize()
    layers = [
        layer.coefficients.tolist()
        if isinstance(layer, Polynomial)
        else (layer.dense().T.tolist(), layer.bias.tolist())
        for layer in circuit.layers
    ]

    def answer() -> bytes:
        value = tenseal.ckks_vector_from(public, sealed)
        for layer in layers:
            value = _activation(value, layer) if isinstance(layer, list) else _affine(value, *layer)
        return bytes(value.serialize())

    def opened() -> Array:
        return np.array(tenseal.ckks_vector_from(secret, answer()).decrypt())

    return Baseline(context, sealed, answer, opened)


def tensor(circuit: Circuit, X: Array) -> Baseline:
    """Return rows X, shape (rows, features), batched: one ciphertext for each feature, through `mm` and `square`."""
    secret = _context(circuit)
    secret.generate_relin_keys()
    context = secret.serialize(save_secret_key=False)
    public = tenseal.context_from(context, n_threads=1)
    rows = tenseal.plain_tensor(X.reshape(len(X), 1, -1))
    sealed = tenseal.ckks_tensor(secret, rows, batch=True).serialize()
    layers = [
        layer if isinstance(layer, Polynomial) else (tenseal.plain_tensor(layer.dense().T), [layer.bias.tolist()])
        for layer in circuit.layers
    ]

    def answer() -> bytes:
        value = tenseal.ckks_tensor_from(public, sealed)
        for layer in layers:
            if isinstance(layer, Polynomial):
                assert layer.coefficients.tolist() == [0.0, 0.0, 1.0]
                value = value.square()
            else:
                value = value.mm(layer[0]) + tenseal.plain_tensor(layer[1])
        return bytes(value.serialize())

    def opened() -> Array:
        return np.array(tenseal.ckks_tensor_from(secret, answer()).decrypt().tolist()).reshape(len(X), -1)

    return Baseline(context, sealed, answer, opened)


def _affine(value: tenseal.CKKSVector, weight: list[list[float]], bias: list[float]) -> tenseal.CKKSVector:
    if len(bias) == 1:
        return value.dot([column[0] for column in weight]) + bias
    return value.mm(weight) + bias


def _activation(value: tenseal.CKKSVector, powers: list[float]) -> tenseal.CKKSVector:
    return value.square() if powers == [0.0, 0.0, 1.0] else value.polyval(powers)
