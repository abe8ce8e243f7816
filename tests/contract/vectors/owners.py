"""The data owners of the golden files: a secret key as a text of -, 0 and +, and a keyring made of it."""

import numpy as np

from sealdrop.keyring import Keyring
from sealdrop_core.parameters import Parameters
from sealdrop_core.plan import Plan
from tests.contract.second.arithmetic import inverse, ntt
from tests.contract.vectors.vector import FOLDER

Secret = tuple[int, ...]
_SIGNS = "0+-"


def secret_of(keyring: Keyring) -> Secret:
    """Return a keyring's secret as coefficients of -1, 0 and 1."""
    prime = keyring.parameters.coeff_modulus[0]
    form = keyring._secret[: keyring.parameters.poly_modulus_degree].tolist()
    return tuple((value + 1) % prime - 1 for value in inverse(form, prime))


def keyring_of(plan: Plan, secret: Secret, enrolled: bytes = b"") -> Keyring:
    """Return a keyring with a known secret."""
    words = [ntt(list(secret), prime) for prime in plan.parameters.coeff_modulus]
    return Keyring(plan.parameters, plan.keys, np.array(words, dtype=np.uint64).reshape(-1), enrolled)


def write_secret(parameters: Parameters, secret: Secret) -> None:
    """Keep the secret that all golden files of these parameters are sealed under."""
    file = FOLDER / "secrets" / f"{parameters.name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(_SIGNS[value] for value in secret) + "\n")


def read_secret(parameters: Parameters) -> Secret:
    """Return the secret of the golden files of these parameters."""
    text = (FOLDER / "secrets" / f"{parameters.name}.txt").read_text().strip()
    return tuple((0, 1, -1)[_SIGNS.index(sign)] for sign in text)
