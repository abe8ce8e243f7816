"""Parameters are at least 128-bit secure, or they are not made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sealdrop_core.errors import Infeasible
from sealdrop_core.parameters import GUIDELINE_BITS, SEAL_BITS, SECURITY_BITS, Parameters, ntt_primes, smallest_prime


def _parameters(degree: int, bits: tuple[int, ...]) -> Parameters:
    return Parameters(scheme="ckks", poly_modulus_degree=degree, coeff_modulus=ntt_primes(degree, bits))


def test_the_bound_is_the_smaller_of_both_tables() -> None:
    assert dict(SECURITY_BITS) == {1024: 26, 2048: 53, 4096: 106, 8192: 214, 16384: 430, 32768: 868}
    assert all(SECURITY_BITS[degree] == min(SEAL_BITS[degree], GUIDELINE_BITS[degree]) for degree in SECURITY_BITS)


@pytest.mark.parametrize(("degree", "bits"), [(1024, (27,)), (2048, (54,)), (4096, (54, 53)), (8192, (60, 60, 60, 35))])
def test_more_bits_than_the_bound_are_refused(degree: int, bits: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="not 128-bit secure"):
        _parameters(degree, bits)


def test_parameters_survive_json_with_60_bit_primes() -> None:
    parameters = _parameters(8192, (60, 30, 30, 60))
    assert parameters.name == "ckks_n8192_q60_30_30_60"
    assert Parameters.model_validate_json(parameters.model_dump_json()) == parameters
    assert len(parameters.data_primes) == 3


@given(degree=st.sampled_from([1024, 4096, 32768]), bits=st.lists(st.integers(25, 60), min_size=1, max_size=4))
def test_primes_are_prime_distinct_and_support_the_ntt(degree: int, bits: list[int]) -> None:
    primes = ntt_primes(degree, tuple(bits))
    assert [prime.bit_length() for prime in primes] == bits
    assert len(set(primes)) == len(primes)
    assert all(prime % (2 * degree) == 1 and pow(3, prime - 1, prime) == 1 for prime in primes)


def test_a_size_without_primes_says_so() -> None:
    with pytest.raises(Infeasible) as refusal:
        ntt_primes(32768, (16,))
    assert refusal.value.code == "no_primes"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("poly_modulus_degree", 2000),
        ("coeff_modulus", (2**52 - 1,)),
        ("coeff_modulus", (9007199254614017, 9007199254614017)),
        ("plain_modulus", 65537),
    ],
)
def test_a_lie_about_parameters_is_refused(field: str, value: object) -> None:
    good = {"scheme": "ckks", "poly_modulus_degree": 2048, "coeff_modulus": ntt_primes(2048, (53,))}
    with pytest.raises(ValidationError):
        Parameters.model_validate(good | {field: value})


def test_a_plain_modulus_that_is_a_prime_of_the_modulus_is_refused() -> None:
    primes = ntt_primes(2048, (30,))
    with pytest.raises(ValidationError, match="plain modulus"):
        Parameters(scheme="bfv", poly_modulus_degree=2048, coeff_modulus=primes, plain_modulus=primes[0])


@pytest.mark.parametrize("degree", [2048, 8192, 32768])
def test_the_smallest_prime_skips_what_is_taken(degree: int) -> None:
    first = smallest_prime(degree, 2 * degree)
    second = smallest_prime(degree, 2 * degree, (first,))
    assert 2 * degree < first < second
    assert all(prime % (2 * degree) == 1 for prime in (first, second))
    assert smallest_prime(degree, second) == second
    with pytest.raises(Infeasible):
        smallest_prime(degree, 1 << 60)
