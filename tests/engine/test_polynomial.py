"""Elementwise polynomials on ciphertexts against numpy, at the promised level and scale."""

from collections.abc import Callable

import numpy as np
import pytest
import tenseal.sealapi as sealapi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealdrop_core.circuit import Array
from sealdrop_core.evaluation.completed import CompletedPolynomial
from sealdrop_core.evaluation.polynomial import ElementwisePolynomial
from sealdrop_core.parameters import Parameters, ntt_primes
from sealdrop_core.scales import CompletedScales, PolynomialScales
from sealdrop_core.seal import Ciphertext, Plaintext, Ring, channel

DEGREE = 8192
SCALE = 2.0**30
PARAMETERS = Parameters(
    scheme="ckks", poly_modulus_degree=DEGREE, coeff_modulus=ntt_primes(DEGREE, (45, 30, 30, 30, 45))
)
SLOTS = DEGREE // 2


class Owner:
    """A data owner and a server in one: encrypts slots, opens slots, has relinearization keys."""

    def __init__(self) -> None:
        self.ring = Ring(PARAMETERS)
        generator = sealapi.KeyGenerator(self.ring.native)
        secret = generator.secret_key()
        self.encryptor = sealapi.Encryptor(self.ring.native, secret)
        self.opener = sealapi.Decryptor(self.ring.native, secret)
        stream = channel().save(generator.create_relin_keys())
        self.relinearization = self.ring.load(sealapi.RelinKeys(), stream)

    def seal(self, values: Array, level: int, scale: float) -> Ciphertext:
        fresh = self.encryptor.encrypt_symmetric(self.ring.encode(values.tolist(), level, scale))
        return self.ring.load(Ciphertext(), channel().save(fresh))

    def open(self, ciphertext: Ciphertext) -> Array:
        plain = Plaintext()
        self.opener.decrypt(ciphertext, plain)
        return np.array(self.ring.encoder.decode_double(plain))


@pytest.fixture(scope="module")
def owner() -> Owner:
    return Owner()


def _evaluated(owner: Owner, coefficients: Array, values: Array, scale: float, target: float) -> tuple[Array, int]:
    """Return p(values) by way of a ciphertext; coefficients have shape (powers,) or (powers, slots)."""
    degree = int(np.flatnonzero(coefficients.reshape(len(coefficients), -1).any(axis=1))[-1])
    level = len(owner.ring.primes)
    scales = PolynomialScales(degree, level, scale, target, owner.ring.primes)
    polynomial = ElementwisePolynomial(owner.ring, coefficients.tolist(), scales)
    result = polynomial(owner.seal(values, level, scale), owner.relinearization)
    assert (result.size(), result.scale) == (2, target)
    return owner.open(result), level - result.coeff_modulus_size()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    degree=st.integers(2, 7),
    kept=st.integers(0, 255),
    each=st.booleans(),
    reach=st.sampled_from([0.1, 1.0, 8.0]),
    drift=st.floats(-1, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_polynomial_equals_its_plaintext(
    owner: Owner, degree: int, kept: int, each: bool, reach: float, drift: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    coefficients = random.uniform(-1, 1, size=(degree + 1, SLOTS) if each else degree + 1)
    for power in range(degree):
        if not kept >> power & 1:
            coefficients[power] = 0.0
    # |x| <= reach, and every power weighs the same: what a planner makes of any layer by its scales
    values = random.uniform(-reach, reach, SLOTS)
    weights = (coefficients.T * reach ** -np.arange(degree + 1.0)).T
    expected = sum(weight * values**power for power, weight in enumerate(weights))
    found, levels = _evaluated(owner, weights, values, SCALE / reach, SCALE * 2**drift)
    assert levels == (2 if degree <= 3 else 3)
    assert np.abs(found - expected).max() < 2e-3


def _vanishing() -> Array:
    return np.array([0.5, 1e-14, 1e-14])


def _lonely(power: int) -> Callable[[], Array]:
    return lambda: np.eye(8)[power]


@pytest.mark.parametrize("make", [_vanishing, *map(_lonely, range(2, 8))])
def test_coefficients_that_round_to_zero_leave_a_ciphertext(owner: Owner, make: Callable[[], Array]) -> None:
    coefficients = make()
    values = np.linspace(-1, 1, SLOTS)
    found, _ = _evaluated(owner, coefficients, values, SCALE, SCALE)
    assert np.abs(found - np.polynomial.Polynomial(coefficients)(values)).max() < 2e-3


@pytest.mark.parametrize(("degree", "level"), [(1, 4), (8, 4), (2, 2), (4, 3)])
def test_degrees_and_levels_that_do_not_fit_are_refused(degree: int, level: int) -> None:
    with pytest.raises(ValueError, match="cannot be evaluated"):
        PolynomialScales(degree, level, SCALE, SCALE, PARAMETERS.data_primes)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    way=st.sampled_from([(2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]),
    each=st.booleans(),
    linear=st.sampled_from([0.0, -1.5, 8.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_bare_square_or_cube_equals_its_plaintext_however_late_it_is_rescaled(
    owner: Owner, way: tuple[int, int], each: bool, linear: float, seed: int
) -> None:
    (degree, depth), random, level = way, np.random.default_rng(seed), len(owner.ring.primes)
    values = random.uniform(-1, 1, SLOTS)
    c = linear * (random.uniform(-1, 1, SLOTS) if each else np.ones(SLOTS))
    scales = CompletedScales(degree, level, SCALE, depth, owner.ring.primes)
    bare = CompletedPolynomial(owner.ring, c.tolist() if each else linear, scales)
    z = owner.seal(values, level, SCALE)
    result = bare(z, owner.relinearization)
    assert (result.size(), result.scale, result.coeff_modulus_size()) == (2, scales.target, level - depth)
    expected = values**2 if degree == 2 else values**3 + c * values
    assert np.abs(owner.open(result) - expected).max() < 1e-3
    assert np.abs(owner.open(z) - values).max() < 1e-4


@pytest.mark.parametrize(("degree", "depth", "level"), [(2, 2, 4), (3, 3, 4), (4, 2, 4), (2, -1, 4), (3, 2, 2)])
def test_a_bare_power_that_takes_too_many_levels_is_refused(degree: int, depth: int, level: int) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        CompletedScales(degree, level, SCALE, depth, PARAMETERS.data_primes)
