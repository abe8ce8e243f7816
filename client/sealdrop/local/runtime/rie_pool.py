"""The RIE runtime: execution environments that start when a call finds none idle."""

import logging
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from sealdrop.local.errors import FunctionFailed
from sealdrop.local.runtime.rie import ExecutionEnvironment, tail
from sealdrop.local.runtime.rie_binary import find_rie
from sealdrop.local.template.functions import Function

_logger = logging.getLogger(__name__)


class RieRuntime:
    """Runs each function in up to `concurrency` execution environments. A context manager.

    The functions' output goes to `<function>.log` in the folder `logs`, which goes with the runtime.
    Raises RuntimeUnavailable.
    """

    def __init__(
        self, functions: Sequence[Function], layers: Sequence[Path], connection: Mapping[str, str], concurrency: int
    ) -> None:
        self.concurrency = concurrency
        self._binary = find_rie()
        self._layers = layers
        self._connection = connection
        self._folder = tempfile.TemporaryDirectory(prefix="sealdrop-logs-")
        self.logs = Path(self._folder.name)
        self._slots = {function.name: threading.Semaphore(concurrency) for function in functions}
        self._started: list[ExecutionEnvironment] = []
        self._idle: dict[str, list[ExecutionEnvironment]] = {function.name: [] for function in functions}

    def invoke(self, function: Function, event: Any) -> Any:
        """Return the function's result, from an environment no other call uses. Raises FunctionFailed."""
        with self._slots[function.name], self._environment(function) as environment:
            try:
                return environment.invoke(event)
            except FunctionFailed:
                _logger.error("%s failed; its log ends with:\n%s", function.name, tail(self._log(function)))
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for environment in self._started:
            environment.close()
        self._folder.cleanup()

    @contextmanager
    def _environment(self, function: Function) -> Iterator[ExecutionEnvironment]:
        idle = self._idle[function.name]  # list.pop and list.append are atomic, the semaphore bounds the rest
        environment = idle.pop() if idle else self._start(function)
        try:
            yield environment
        except httpx.TransportError as error:
            environment.close()
            raise FunctionFailed(function.name, "Runtime.ExitError", "the emulator died") from error
        except FunctionFailed:
            idle.append(environment)
            raise
        idle.append(environment)

    def _start(self, function: Function) -> ExecutionEnvironment:
        log = self._log(function)
        environment = ExecutionEnvironment(self._binary, function, self._layers, self._connection, log)
        self._started.append(environment)
        return environment

    def _log(self, function: Function) -> Path:
        return self.logs / f"{function.name}.log"
