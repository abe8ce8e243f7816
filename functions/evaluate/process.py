"""One worker process, seen from outside: started, asked, and replaced when it dies or takes too long."""

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Timer
from time import monotonic
from typing import Any

from evaluate.shared import Shared
from evaluate.spans import Span
from sealdrop_core.errors import EvaluationFailed, MalformedSeal
from sealdrop_core.plan import Plan


class WorkerLost(EvaluationFailed):
    """A worker died or was stopped; another attempt may succeed."""

    code = "worker_died"
    retryable = True


class WorkerExhausted(WorkerLost):
    """A worker ran out of memory: by this work, or by what it did before."""


@dataclass(frozen=True)
class Work:
    """What evaluating a part takes besides its rows; a worker is sent only what it lacks."""

    plan: Plan
    program: str
    weights: bytes
    keys: str | None = None
    key_body: bytes | memoryview = b""

    def supplies(self, what: str) -> list[bytes | memoryview]:
        """Return the messages that answer a worker's need."""
        if what == "program":
            return [self.plan.model_dump_json().encode(), self.weights]
        return [self.key_body]


class Process:
    """A worker process. Not for two threads at once: the pool lends it."""

    def __init__(self, memory: int, cpu: int | None = None) -> None:
        self._memory, self._cpu = memory, cpu
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._shared: Shared | None = None

    @property
    def pid(self) -> int | None:
        """The process's id, if it was started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process and return at once; its imports run beside ours."""
        ours, theirs = socket.socketpair()
        self._shared = Shared()
        with ours, theirs:
            passed = [theirs.fileno(), self._shared.descriptor]
            command = [sys.executable, "-m", "evaluate.worker", *map(str, passed), str(self._memory)]
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                command, env=_environment(), pass_fds=passed, stdin=subprocess.DEVNULL
            )
            self._connection = Connection(ours.detach())
        if self._cpu is not None:
            with suppress(OSError):  # it died at once
                os.sched_setaffinity(self._process.pid, {self._cpu})

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        connection, process, shared = self._connection, self._process, self._shared
        self._connection = self._process = self._shared = None  # first: the pool may be closed meanwhile
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.wait()
        if shared is not None:
            shared.close()

    def evaluate(self, work: Work, body: memoryview, span: Span, deadline: float) -> bytes:
        """Return the result of one span; `deadline` is a time of `time.monotonic`.

        Raises what the worker refused, or WorkerLost (`worker_died`, `evaluation_timeout`).
        """
        try:
            return self._attempt(work, body, span, deadline)
        except WorkerExhausted:
            return self._attempt(work, body, span, deadline)  # a new process has all of its memory for this work

    def _attempt(self, work: Work, body: memoryview, span: Span, deadline: float) -> bytes:
        if monotonic() >= deadline:
            raise _late()
        try:
            connection, shared, process = self._ready()
        except OSError:
            raise WorkerLost("no worker could be started") from None
        # killing is the one way out of a send or a receive that never returns
        guard = Timer(deadline - monotonic(), process.kill)
        guard.start()
        try:
            return _converse(connection, shared, work, body[span.start : span.end], span)
        except WorkerExhausted:
            self._replace()
            raise
        except (EOFError, OSError, ValueError):
            self._replace()
            raise _late() if monotonic() >= deadline else WorkerLost("the worker died at its work") from None
        finally:
            guard.cancel()

    def _replace(self) -> None:
        self.stop()
        with suppress(OSError):  # no room for it now: the next task tries again
            self.start()

    def _ready(self) -> tuple[Connection, Shared, subprocess.Popen[bytes]]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self.start()
        assert self._connection is not None
        assert self._shared is not None
        assert self._process is not None
        return self._connection, self._shared, self._process


def _converse(connection: Connection, shared: Shared, work: Work, body: memoryview, span: Span) -> bytes:
    """Lay the body into shared memory, tell the task, supply what is asked for, and return what lies there then."""
    shared.view(max(len(body), span.result_bytes))[: len(body)] = body
    task = {"program": work.program, "keys": work.keys, "rows": span.rows, "bytes": len(body)}
    connection.send_bytes(json.dumps(task).encode())
    while True:
        reply = json.loads(connection.recv_bytes(1 << 16))
        if "needs" in reply:
            for message in work.supplies(reply["needs"]):
                connection.send_bytes(message)
        elif "refused" in reply:
            raise _refusal(reply["refused"])
        elif "exhausted" in reply:
            raise WorkerExhausted(
                "the model takes more memory than a worker has", remedy="Submit fewer rows in a part."
            )
        elif reply["bytes"] != span.result_bytes:
            raise EvaluationFailed("the result is not as long as the plan says")
        else:
            return bytes(shared.view(span.result_bytes))


def _late() -> WorkerLost:
    return WorkerLost(
        "the part takes longer than a function may run",
        code="evaluation_timeout",
        remedy="Submit fewer rows in a part.",
    )


def _refusal(refused: dict[str, Any]) -> MalformedSeal | EvaluationFailed:
    kind = MalformedSeal if refused["status"] < 500 else EvaluationFailed
    return kind(refused["message"], code=refused["code"], remedy=refused["remedy"])


def _environment() -> dict[str, str]:
    """Return what a worker needs to find its modules and libraries, and nothing else: no credentials."""
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        # every block takes as much memory as the last: to give it back and fault it in again costs a twelfth
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
    }
