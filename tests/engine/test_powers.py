"""Polynomial layers as powers: the same circuit, and powers that can be multiplied in order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sealdrop_core.circuit import Circuit
from sealdrop_core.powers import expand, exponents, factors, products
from tests.engine import circuits
from tests.engine.networks import networks


@settings(max_examples=50, deadline=None)
@given(circuit=networks(max_width=6, max_hidden=3), seed=st.integers(0, 999))
def test_powers_with_widened_layers_are_the_circuit(circuit: Circuit, seed: int) -> None:
    X = circuits.rows(seed, 10, circuit.features)
    values, affines = X, expand(circuit)
    for affine, polynomial in zip(affines, circuit.polynomials, strict=False):
        total = affine(values)
        values = np.concatenate([total**power for power in exponents(polynomial)], axis=1)
    found, wanted = affines[-1](values), circuit.evaluate(X)
    assert np.abs(found - wanted).max() <= 1e-9 * (1 + np.abs(wanted).max())


@given(wanted=st.sets(st.integers(1, 40), min_size=1))
def test_every_power_is_a_product_of_powers_before_it(wanted: set[int]) -> None:
    found = products(wanted)
    for index, exponent in enumerate(found):
        first, second = factors(exponent)
        assert first + second == exponent
        assert {first, second} <= {1, *found[:index]}
        assert (exponent - 1).bit_length() == 1 + max((first - 1).bit_length(), (second - 1).bit_length())
    assert {exponent for exponent in wanted if exponent > 1} <= set(found)
