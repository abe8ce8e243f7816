"""A worker process: the only place where a stranger's bytes meet native code.

It has no credentials, no network of its own and bounded memory, and whatever kills it kills nothing else. It speaks
with the pool over a socket: a task and its bytes in; then it asks for what it lacks, and answers with a result or a
refusal. Anything else is its death.
"""

import json
import resource
import sys
from functools import lru_cache
from multiprocessing.connection import Connection
from typing import Any

from sealdrop_core.errors import EvaluationFailed, SealdropError
from sealdrop_core.evaluation import EvaluationKeys, Program
from sealdrop_core.plan import Plan

# what stays compiled; a plan's weights take up to 100 MB, a tenant's keys up to 40 MB
PROGRAMS, KEYS = 4, 4


class Worker:
    """One end of the conversation, and what it remembers: compiled programs, loaded keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._program = lru_cache(maxsize=PROGRAMS)(self._load_program)
        self._keys = lru_cache(maxsize=KEYS)(self._load_keys)

    def serve(self) -> None:
        """Answer tasks until the pool closes the connection."""
        while True:
            try:
                task, body = json.loads(self._connection.recv_bytes()), self._connection.recv_bytes()
            except EOFError:
                return
            self._answer(task, memoryview(body))

    def _answer(self, task: dict[str, Any], body: memoryview) -> None:
        try:
            program = self._program(task["program"])
            keys = self._keys(task["keys"], task["program"]) if task["keys"] else None
            result = _evaluate(program, body, task["rows"], keys)
        except SealdropError as refusal:
            self._say(refused=_described(refusal))
        else:
            self._say(done=True)
            self._connection.send_bytes(result)

    def _say(self, **words: Any) -> None:
        self._connection.send_bytes(json.dumps(words).encode())

    def _load_program(self, name: str) -> Program:
        self._say(needs="program")
        plan, weights = Plan.model_validate_json(self._connection.recv_bytes()), self._connection.recv_bytes()
        try:
            return Program.load(weights, plan)
        except SealdropError as error:  # whatever it says: the fault is not the data owner's
            raise EvaluationFailed(error.message, code=error.code, remedy="Ask the model owner.") from error

    def _load_keys(self, name: str, program: str) -> EvaluationKeys:
        self._say(needs="keys")
        return self._program(program).load_keys(memoryview(self._connection.recv_bytes()))


def _evaluate(program: Program, body: memoryview, rows: int, keys: EvaluationKeys | None) -> bytes:
    plan = program.plan
    each = plan.layout.inputs * plan.ciphertext_bytes
    return b"".join(
        program.evaluate(body[block * each : (block + 1) * each], plan.rows_in(block, rows), keys)
        for block in range(plan.blocks(rows))
    )


def _described(refusal: SealdropError) -> dict[str, Any]:
    return {"message": refusal.message, "code": refusal.code, "remedy": refusal.remedy, "status": refusal.status}


if __name__ == "__main__":
    descriptor, memory = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    Worker(Connection(descriptor)).serve()
