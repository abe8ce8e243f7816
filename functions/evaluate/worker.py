"""A worker process: the only place where a stranger's bytes meet native code.

It has no credentials, no network of its own and bounded memory, and whatever kills it kills nothing else. Sealed bytes
come and go in shared memory; over a socket it hears of a task, asks for what it lacks, and tells a result's length or a
refusal. Anything else is its death.
"""

import json
import resource
import sys
from contextlib import suppress
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from evaluate.shared import Shared
from sealdrop_core.errors import EvaluationFailed, SealdropError
from sealdrop_core.evaluation import EvaluationKeys, Program
from sealdrop_core.plan import Plan

# what stays loaded, as long as it takes less than half of the memory: programs and keys differ a hundredfold in size
PROGRAMS, KEYS = 16, 16


class Worker:
    """One end of the conversation, and what it remembers: compiled programs, loaded keys."""

    def __init__(self, connection: Connection, shared: Shared, memory: int) -> None:
        self._connection, self._shared, self._memory = connection, shared, memory
        self._program = lru_cache(maxsize=PROGRAMS)(self._load_program)
        self._keys = lru_cache(maxsize=KEYS)(self._load_keys)

    def serve(self) -> None:
        """Answer tasks until the pool closes the connection, or memory runs out."""
        with suppress(EOFError):
            while True:
                task = json.loads(self._connection.recv_bytes())
                try:
                    self._answer(task)
                except MemoryError:
                    # SEAL keeps what it frees for more of the same size: only a new process has all of the memory
                    return self._say(exhausted=True)

    def _answer(self, task: dict[str, Any]) -> None:
        try:
            program = self._program(task["program"])
            keys = self._keys(task["keys"], task["program"]) if task["keys"] else None
            result = program.answer(self._shared.view(task["bytes"]), task["rows"], keys)
        except SealdropError as refusal:
            self._say(refused=_described(refusal))
        else:
            self._shared.view(len(result))[:] = result
            self._say(bytes=len(result))

    def _is_full(self) -> bool:
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        return resident > self._memory // 2

    def _say(self, **words: Any) -> None:
        self._connection.send_bytes(json.dumps(words).encode())

    def _load_program(self, name: str) -> Program:
        if self._is_full():
            self._program.cache_clear()
            self._keys.cache_clear()
        self._say(needs="program")
        plan, weights = Plan.model_validate_json(self._connection.recv_bytes()), self._connection.recv_bytes()
        try:
            return Program.load(weights, plan)
        except SealdropError as error:  # whatever it says: the fault is not the data owner's
            raise EvaluationFailed(error.message, code=error.code, remedy="Ask the model owner.") from error

    def _load_keys(self, name: str, program: str) -> EvaluationKeys:
        if self._is_full():
            self._keys.cache_clear()
        self._say(needs="keys")
        return self._program(program).load_keys(memoryview(self._connection.recv_bytes()))


def _described(refusal: SealdropError) -> dict[str, Any]:
    return {"message": refusal.message, "code": refusal.code, "remedy": refusal.remedy, "status": refusal.status}


if __name__ == "__main__":
    socket, memory_file, memory = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    Worker(Connection(socket), Shared(memory_file), memory).serve()
