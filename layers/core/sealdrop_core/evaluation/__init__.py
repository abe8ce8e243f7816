"""Evaluation on ciphertexts: the server's half of a plan. It holds public keys only and cannot open anything."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self

from sealdrop_core.circuit import Circuit
from sealdrop_core.errors import EvaluationFailed, InvalidRequest, MalformedSeal
from sealdrop_core.evaluation.coefficient import CoefficientExecutor
from sealdrop_core.evaluation.column import ColumnExecutor
from sealdrop_core.evaluation.keys import EvaluationKeys, load_keys
from sealdrop_core.evaluation.rotation import RotationExecutor
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ring, SealError, ring

__all__ = ["EvaluationKeys", "Program"]


class Executor(Protocol):
    """Evaluates one block by one packing."""

    def evaluate(self, block: memoryview, rows: int, keys: EvaluationKeys) -> bytes:
        """Return the bytes of the block's result."""


_EXECUTORS: Mapping[str, Callable[[Ring, Circuit, Plan, Any], Executor]] = {
    "coefficient": CoefficientExecutor,
    "column": ColumnExecutor,
    "rotation": RotationExecutor,
}


class Program:
    """A circuit compiled for a plan: weights encoded, ready for any number of blocks."""

    def __init__(self, circuit: Circuit, plan: Plan) -> None:
        if (circuit.features, circuit.outputs) != (plan.layout.features, plan.layout.outputs):
            raise InvalidRequest("the plan is made for a circuit of another shape", code="malformed_weights")
        self.plan = plan
        self.ring = ring(plan.parameters)
        try:
            self.executor = _EXECUTORS[plan.layout.packing](self.ring, circuit, plan, plan.layout)
        except (*SealError, ArithmeticError) as error:  # memory that ran out is no fault of the weights
            raise InvalidRequest("these weights do not fit the plan", code="malformed_weights") from error

    @classmethod
    def load(cls, weights: bytes, plan: Plan) -> Self:
        """Compile the weights artifact (npz) for a plan.

        Raises InvalidRequest (`malformed_weights`) when it is no circuit, or not this plan's.
        """
        return cls(Circuit.from_bytes(weights), plan)

    def load_keys(self, body: memoryview) -> EvaluationKeys:
        """Read the body of a sealed keys file.

        Raises MalformedSeal (`key_malformed`) unless it is exactly the keys the plan asks for.
        """
        return load_keys(self.ring, self.plan.keys, body)

    def evaluate(self, block: memoryview, rows: int, keys: EvaluationKeys | None = None) -> bytes:
        """Evaluate one block of `rows` rows: the block's ciphertexts in, `plan.block_result_bytes(rows)` bytes out.

        Raises MalformedSeal (`wrong_length`, `wrong_rows`, `residue_out_of_range`) and EvaluationFailed when SEAL
        refuses, as it does when ciphertexts were made to cancel out.
        """
        if not 1 <= rows <= self.plan.layout.rows_per_block:
            raise MalformedSeal("a block cannot hold this many rows", code="wrong_rows")
        if self.plan.keys.needed and keys is None:
            raise MalformedSeal("this plan needs enrolled keys", code="key_required")
        try:
            return self.executor.evaluate(block, rows, keys or EvaluationKeys())
        except SealError as error:
            raise EvaluationFailed(f"SEAL refused the computation: {error}") from error

    def answer(self, body: memoryview, rows: int, keys: EvaluationKeys | None = None) -> bytes:
        """Evaluate the body of a sealed input with `rows` rows, block by block; return the body of the result.

        Raises what `evaluate` raises.
        """
        plan = self.plan
        each = plan.layout.inputs * plan.ciphertext_bytes
        return b"".join(
            self.evaluate(body[block * each : (block + 1) * each], plan.rows_in(block, rows), keys)
            for block in range(plan.blocks(rows))
        )
