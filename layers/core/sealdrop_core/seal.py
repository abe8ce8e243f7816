"""The only module of the core that imports TenSEAL's `sealapi`, Microsoft SEAL under its own names.

A `Ring` holds what SEAL derives from `Parameters` and turns wire parts (seeds, residues) into SEAL objects and back.
"""

import os
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
import tenseal.sealapi as sealapi
from numpy.typing import NDArray

from sealdrop_core import streams, view
from sealdrop_core.embedding import to_slots
from sealdrop_core.parameters import Parameters
from sealdrop_core.residues import Words
from sealdrop_core.streams import CiphertextForm, ParmsId

Ciphertext = sealapi.Ciphertext
Plaintext = sealapi.Plaintext
PublicKey = sealapi.PublicKey
RelinKeys = sealapi.RelinKeys
GaloisKeys = sealapi.GaloisKeys
Encryptor = sealapi.Encryptor
SealError = (RuntimeError, ValueError, IndexError)  # what SEAL's C++ exceptions arrive as


class _Channel:
    """A file in memory: `sealapi` saves to and loads from paths only."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        try:
            self.descriptor = os.memfd_create("seal", os.MFD_CLOEXEC)
            self.path = f"/proc/self/fd/{self.descriptor}"
        except (AttributeError, OSError):
            self.descriptor, self.path = tempfile.mkstemp(prefix="seal-")
        weakref.finalize(self, os.close, self.descriptor)  # threads come and go

    def save(self, obj: Any) -> bytes:
        obj.save(self.path)
        return os.pread(self.descriptor, os.fstat(self.descriptor).st_size, 0)

    def put(self, pieces: Iterable[bytes]) -> str:
        """Write over what is there; SEAL reads no further than the stream says."""
        end = 0
        for piece in pieces:
            written = 0
            while written < len(piece):
                written += os.pwrite(self.descriptor, memoryview(piece)[written:], end + written)
            end += written
        return self.path

    def clear(self) -> None:
        """Give the memory back."""
        os.ftruncate(self.descriptor, 0)


_own = threading.local()


def channel() -> _Channel:
    """Return this thread's channel; a forked child gets its own."""
    current: _Channel | None = getattr(_own, "channel", None)
    if current is None or current.pid != os.getpid():
        current = _own.channel = _Channel()
    return current


@cache
def viewable() -> bool:
    """Whether residues can be read in place on this interpreter."""
    return view.available(Plaintext("3x^3 + 5x^2 + 7x^1 + B"))


class Ring:
    """SEAL's derived parameters, evaluator and encoder. A level is the number of data primes a ciphertext has left."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.degree = parameters.poly_modulus_degree
        scheme = getattr(sealapi.SCHEME_TYPE, parameters.scheme.upper())
        native = sealapi.EncryptionParameters(scheme)
        native.set_poly_modulus_degree(self.degree)
        native.set_coeff_modulus([sealapi.Modulus(prime) for prime in parameters.coeff_modulus])
        if parameters.plain_modulus:
            native.set_plain_modulus(parameters.plain_modulus)
        self.native = sealapi.SEALContext(native, True, sealapi.SEC_LEVEL_TYPE.TC128)
        if not self.native.parameters_set():
            raise ValueError(f"SEAL refuses {parameters.name}: {self.native.parameters_error_name()}")
        self.evaluator = sealapi.Evaluator(self.native)
        self.primes = parameters.data_primes

    @cached_property
    def parms_ids(self) -> list[ParmsId]:
        """SEAL's id of each level; index 0 is level 1."""
        found, data = [], self.native.first_context_data()
        while data is not None:
            found.append(tuple(data.parms_id()))
            data = data.next_context_data()
        return found[::-1]

    def parms_id(self, level: int) -> ParmsId:
        """Return SEAL's id of a level."""
        return self.parms_ids[level - 1]

    @cached_property
    def encoder(self) -> Any:
        """The encoder of the scheme: CKKS slots, or BFV batches."""
        return (sealapi.CKKSEncoder if self.parameters.scheme == "ckks" else sealapi.BatchEncoder)(self.native)

    def form(self, level: int, scale: float, *, polynomials: int = 2, ntt: bool = True) -> CiphertextForm:
        """Return the form of a ciphertext at `level`."""
        return CiphertextForm(self.parms_id(level), self.degree, level, scale, polynomials, ntt)

    @cached_property
    def key_form(self) -> CiphertextForm:
        """The form of one digit of a key: all primes, NTT, scale 1."""
        key_id: ParmsId = tuple(self.native.key_parms_id())
        return CiphertextForm(key_id, self.degree, len(self.parameters.coeff_modulus), 1.0)

    def load(self, obj: Any, stream: bytes) -> Any:
        """Load a stream that this process wrote itself into a SEAL object; returns the object."""
        obj.load(self.native, channel().put([stream]))
        return obj

    def seeded(self, words: Words, seed: bytes, scale: float, into: Any = None) -> Any:
        """Return a fresh first-level ciphertext from c0's residues and the seed of c1."""
        form = self.form(len(self.primes), scale, ntt=self.parameters.scheme == "ckks")
        return self.load(into or Ciphertext(), form.seeded(words, seed))

    def ciphertext(self, words: Words, form: CiphertextForm) -> Any:
        """Return a ciphertext from all its residues."""
        return self.load(Ciphertext(), form.full(words))

    def plaintext(self, words: Words, level: int, scale: float) -> Any:
        """Return a CKKS plaintext from its residues in NTT form."""
        return self.load(Plaintext(), streams.plaintext(self.parms_id(level), words, scale))

    def encode(self, values: Any, level: int, scale: float) -> Any:
        """Return a CKKS plaintext of a scalar or of slot values (a list), at a level and a scale."""
        plain = Plaintext()
        self.encoder.encode(values, self.parms_id(level), scale, plain)
        return plain

    def polynomial(self, coefficients: NDArray[np.float64], level: int, scale: float) -> Any:
        """Return a plaintext with these integers, shape (degree,), for coefficients; a BFV plaintext has no scale."""
        modulus = self.parameters.plain_modulus
        if modulus is None:
            return self.encode((to_slots(coefficients) / scale).tolist(), level, scale)
        words = np.mod(coefficients, modulus).astype(np.uint64)
        return self.load(Plaintext(), streams.plaintext((0, 0, 0, 0), words, 1.0))

    def integer(self, value: int, level: int) -> Any:
        """Return a plaintext that multiplies every slot and every coefficient by an integer."""
        if self.parameters.plain_modulus:
            return Plaintext(f"{value % self.parameters.plain_modulus:x}")
        return self.encode(float(value), level, 1.0)

    def residues(self, obj: Any, form: CiphertextForm) -> Words:
        """Return a copy of all residues of a ciphertext of the given form: polynomial, prime, coefficient."""
        if viewable():
            return view.words(obj).copy()
        return form.split_full(channel().save(obj))

    def public_key(self, words: Words, seed: bytes) -> Any:
        """Return a public key from its seeded wire parts: an encryption of zero at key level."""
        return self.load(PublicKey(), self.key_form.seeded(words, seed))

    def switching_keys(self, obj: Any, keys: Mapping[int, Sequence[tuple[Words, bytes]]]) -> Any:
        """Load relinearization keys (index 0) or Galois keys (index (g-1)/2) from seeded digits into `obj`."""
        obj.load(self.native, channel().put(streams.switching_keys(self.key_form, keys)))
        channel().clear()  # keys are large, and a file in memory is memory
        return obj


@lru_cache(maxsize=16)
def ring(parameters: Parameters) -> Ring:
    """Return the ring of these parameters, made once."""
    return Ring(parameters)
