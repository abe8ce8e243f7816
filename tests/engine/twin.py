"""The one comparison every plan is held to: sealed, evaluated and opened equals the plaintext twin."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sealdrop.keyring import Keyring
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.evaluation import EvaluationKeys, Program
from sealdrop_core.manifest import Feature, Manifest, Normalization, Output, Weights
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import Header, split


@dataclass(frozen=True)
class Twin:
    """A circuit and one of its plans, with a data owner's keyring and a server's program."""

    circuit: Circuit
    plan: Plan
    manifest: Manifest
    keyring: Keyring
    program: Program
    keys: EvaluationKeys | None

    @classmethod
    def of(cls, circuit: Circuit, plan: Plan) -> "Twin":
        """Generate keys, load them as the server does, and compile the circuit."""
        keyring, program = Keyring.generate(plan), Program.load(circuit.to_bytes(), plan)
        enrolled = keyring.enrollment(plan)
        keys = program.load_keys(split(enrolled, "keys")[1]) if enrolled else None
        return cls(circuit, plan, manifest_of(circuit, (plan,)), keyring, program, keys)

    def seal(self, X: Array) -> bytes:
        """Return the sealed input of rows X, shape (rows, features)."""
        return self.keyring.seal(self.manifest, self.plan, X)

    def evaluate(self, sealed: bytes) -> bytes:
        """Evaluate a sealed input as the server does, block by block; return the sealed result."""
        header, body = split(sealed, "input")
        results = self.program.answer(body, header.rows, self.keys)
        assert len(results) == self.plan.result_bytes(header.rows)
        fields = {name: header.fields[name] for name in ("model", "manifest", "plan", "key", "rows")}
        fields |= {"job": "j0", "part": "0", "input": hashlib.sha256(sealed).hexdigest(), "bytes": str(len(results))}
        return Header("result", fields).render() + results

    def open(self, sealed: bytes, result: bytes) -> Array:
        """Return the scores in the sealed result of a sealed input."""
        input_sha256 = hashlib.sha256(sealed).hexdigest()
        return self.keyring.open(self.manifest, self.plan, result, job="j0", part=0, input_sha256=input_sha256)

    def scores(self, X: Array) -> Array:
        """Return the scores of rows X, shape (rows, features), by way of ciphertexts."""
        sealed = self.seal(X)
        return self.open(sealed, self.evaluate(sealed))

    def largest_error(self, X: Array) -> float:
        """Return the largest absolute difference between encrypted and plaintext scores."""
        return float(np.abs(self.scores(X) - self.circuit.evaluate(X)).max())


def manifest_of(circuit: Circuit, plans: Sequence[Plan], name: str = "twin") -> Manifest:
    """Return a manifest whose rows are already normalised."""
    width, weights = circuit.features, circuit.to_bytes()
    return Manifest(
        name=name,
        version=1,
        source="test",
        features=tuple(Feature(name=f"x{index}", low=-1.0, high=1.0) for index in range(width)),
        normalization=Normalization(center=(0.0,) * width, scale=(1.0,) * width),
        output=Output(kind="regression", flat=False),
        plans=tuple(plans),
        weights=Weights(sha256=hashlib.sha256(weights).hexdigest(), bytes=len(weights)),
    )
