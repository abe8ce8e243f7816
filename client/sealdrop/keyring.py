"""The keyring: the secret half of a key configuration. It never leaves the machine it was made on.

CKKS is secure against eavesdroppers only (IND-CPA): an opened value, or word that something did not open, must not
travel back to the server. Li and Micciancio, "On the Security of Homomorphic Encryption on Approximate Numbers",
EUROCRYPT 2021.
"""

import hashlib
import io
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import tenseal.sealapi as sealapi
from numpy.typing import NDArray

from sealdrop import opening, sealing
from sealdrop.folders import write_private
from sealdrop.sealing.keys import seal_keys
from sealdrop_core import streams
from sealdrop_core.errors import Conflict, InvalidRequest
from sealdrop_core.manifest import Manifest
from sealdrop_core.parameters import Parameters
from sealdrop_core.plan import KeyRequirement, Plan, key_configuration
from sealdrop_core.residues import Words
from sealdrop_core.seal import Ring, channel, ring


class Keyring:
    """A secret key, and the public keys made from it, for every plan that shares a key configuration."""

    def __init__(self, parameters: Parameters, requirement: KeyRequirement, secret: Words, enrolled: bytes) -> None:
        self.parameters, self.requirement = parameters, requirement
        self._secret, self._enrolled = secret, enrolled

    def __repr__(self) -> str:
        return f"Keyring({self.parameters.name}, configuration={self.configuration[:12]}, secret=********)"

    @classmethod
    def generate(cls, plan: Plan) -> Self:
        """Make a new secret key, and exactly the public keys the plan asks for."""
        own = ring(plan.parameters)
        generator = sealapi.KeyGenerator(own.native)
        secret = generator.secret_key()
        enrolled = seal_keys(own, plan, generator) if plan.keys.needed else b""
        return cls(plan.parameters, plan.keys, _words(secret.data(), own), enrolled)

    @property
    def configuration(self) -> str:
        """Digest of the key configuration this keyring serves."""
        return key_configuration(self.parameters, self.requirement)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the secret key: it tells keyrings apart, also those that enroll nothing."""
        return hashlib.sha256(self._secret.tobytes()).hexdigest()

    def fits(self, plan: Plan) -> bool:
        """Whether this keyring serves the plan."""
        return plan.key_configuration == self.configuration

    def enrollment(self, plan: Plan) -> bytes | None:
        """Return the sealed keys file to enroll, or None when the plan needs no keys on the server."""
        self._require(plan)
        return self._enrolled or None

    def key_id(self, plan: Plan) -> str | None:
        """Return the id the enrolled keys have on the server: SHA-256 of the sealed keys file."""
        enrolled = self.enrollment(plan)
        return hashlib.sha256(enrolled).hexdigest() if enrolled else None

    def seal(self, manifest: Manifest, plan: Plan, X: NDArray[np.float64]) -> bytes:
        """Return a sealed input of rows X, shape (rows, features), in the model's own units."""
        self._require(plan)
        return sealing.seal(self._ring, self._encryptor, manifest, plan, X, key=self.key_id(plan))

    def open(
        self,
        manifest: Manifest,
        plan: Plan,
        sealed: bytes,
        *,
        job: str,
        part: int,
        input_sha256: str,
        rows: int | None = None,
    ) -> NDArray[np.float64]:
        """Return the scores in a sealed result, shape (rows, outputs).

        Raises MalformedSeal or Mismatch when the file is no result, or not the one for this job, part and input, or,
        if `rows` is given, when it holds another number of them.
        """
        self._require(plan)
        expected = {"job": job, "part": str(part), "input": input_sha256, "key": self.key_id(plan) or "none"}
        if rows is not None:
            expected["rows"] = str(rows)
        return opening.open_result(self._ring, self._opener, manifest, plan, sealed, expected)

    def save(self, path: Path) -> None:
        """Write the keyring to a file only its owner can read; a crash leaves the old file or the new one."""
        file = io.BytesIO()
        np.savez(
            file,
            parameters=np.frombuffer(self.parameters.model_dump_json().encode(), dtype=np.uint8),
            requirement=np.frombuffer(self.requirement.model_dump_json().encode(), dtype=np.uint8),
            secret=self._secret,
            enrolled=np.frombuffer(self._enrolled, dtype=np.uint8),
            digest=np.frombuffer(self._digest(), dtype=np.uint8),
        )
        write_private(path, file.getvalue())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; nothing is unpickled.

        Raises OSError, or InvalidRequest when the file is damaged (`malformed_keyring`) or others can read it
        (`exposed_keyring`).
        """
        if path.stat().st_mode & 0o077:
            raise InvalidRequest(
                f"keyring {path} can be read by others",
                code="exposed_keyring",
                remedy="Take the rights away (chmod 600); if no result is waiting for it, better delete it.",
            )
        content = path.read_bytes()
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                parts = {name: file[name] for name in ("parameters", "requirement", "secret", "enrolled", "digest")}
            keyring = cls(
                Parameters.model_validate_json(parts["parameters"].tobytes()),
                KeyRequirement.model_validate_json(parts["requirement"].tobytes()),
                parts["secret"].astype(np.uint64),
                parts["enrolled"].tobytes(),
            )
        except Exception as error:  # what zipfile, zlib and numpy make of damaged files is no one class's
            raise _damaged(path) from error
        if keyring._digest() != parts["digest"].tobytes():
            raise _damaged(path)
        return keyring

    def _digest(self) -> bytes:
        public = self.parameters.model_dump_json() + self.requirement.model_dump_json()
        return hashlib.sha256(public.encode() + self._secret.tobytes() + self._enrolled).digest()

    def _require(self, plan: Plan) -> None:
        if not self.fits(plan):
            raise Conflict(
                f"this keyring is for another key configuration than plan {plan.id}",
                code="wrong_keyring",
                remedy="Generate a keyring for this plan.",
            )

    @cached_property
    def _ring(self) -> Ring:
        return ring(self.parameters)

    @cached_property
    def _native(self) -> Any:
        stream = streams.plaintext(self._ring.key_form.parms_id, self._secret, 1.0)
        native = self._ring.load(sealapi.SecretKey(), stream)
        channel().clear()  # a secret lies about no longer than it must
        return native

    @cached_property
    def _encryptor(self) -> Any:
        return sealapi.Encryptor(self._ring.native, self._native)

    @cached_property
    def _opener(self) -> Any:
        return sealapi.Decryptor(self._ring.native, self._native)


def _words(plain: Any, own: Ring) -> Words:
    count = own.degree * len(own.parameters.coeff_modulus)
    body = streams.inflate(channel().save(plain), None)
    channel().clear()
    return np.frombuffer(body[-8 * count :], dtype="<u8").astype(np.uint64)


def _damaged(path: Path) -> InvalidRequest:
    return InvalidRequest(f"keyring {path} is damaged", code="malformed_keyring", remedy="Restore it, or delete it.")
