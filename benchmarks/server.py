"""The server's half of one request, as the worker runs it: bytes in, bytes out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sealdrop.keyring import Keyring
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.evaluation import Program
from sealdrop_core.manifest import Feature, Manifest, Normalization, Output, Weights
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import Header, split


@dataclass(frozen=True)
class Request:
    """A sealed input and everything the server needs to answer it."""

    plan: Plan
    manifest: Manifest
    keyring: Keyring
    sealed: bytes
    keys: bytes
    answer: Callable[[], bytes]

    def open(self) -> Array:
        """Return the scores that the server's answer holds."""
        result = self.answer()
        input_sha256 = hashlib.sha256(self.sealed).hexdigest()
        known = {"model": self.manifest.reference, "manifest": self.manifest.digest, "plan": self.plan.id}
        key = self.keyring.key_id(self.plan) or "none"
        rows = str(Header.parse(self.sealed).rows)
        fields = known | {"key": key, "job": "b", "part": "0", "input": input_sha256, "rows": rows}
        file = Header("result", fields | {"bytes": str(len(result))}).render() + result
        return self.keyring.open(self.manifest, self.plan, file, job="b", part=0, input_sha256=input_sha256)


def request(circuit: Circuit, plan: Plan, X: Array) -> Request:
    """Seal rows X, shape (rows, features), and load what a warm worker holds."""
    weights = circuit.to_bytes()
    width = circuit.features
    manifest = Manifest(
        name="benchmark",
        version=1,
        source="benchmark",
        features=tuple(Feature(name=f"x{index}", low=-1.0, high=1.0) for index in range(width)),
        normalization=Normalization(center=(0.0,) * width, scale=(1.0,) * width),
        output=Output(kind="regression", flat=False),
        plans=(plan,),
        weights=Weights(sha256=hashlib.sha256(weights).hexdigest(), bytes=len(weights)),
    )
    keyring, program = Keyring.generate(plan), Program.load(weights, plan)
    enrolled = keyring.enrollment(plan) or b""
    keys = program.load_keys(split(enrolled, "keys")[1]) if enrolled else None
    sealed = keyring.seal(manifest, plan, X)

    def answer() -> bytes:
        header, body = split(sealed, "input")
        return program.answer(body, header.rows, keys)

    return Request(plan, manifest, keyring, sealed, enrolled, answer)


def largest_error(made: Request, circuit: Circuit, X: Array) -> float:
    """Return the largest absolute difference between opened and plaintext scores."""
    return float(np.abs(made.open() - circuit.evaluate(X)).max())
