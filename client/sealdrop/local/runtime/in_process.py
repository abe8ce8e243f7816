"""Functions imported into this process: quick to start, easy to debug.

Calls of one function share its modules, where Lambda gives each concurrent call modules of its own; a concurrency of
one is Lambda's way. Timeouts and memory are not enforced: nothing can end a thread.
"""

import importlib
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3

from sealdrop.local.aws.account import Account
from sealdrop.local.errors import FunctionFailed, RuntimeUnavailable, StackInUse
from sealdrop.local.runtime.context import LambdaContext
from sealdrop.local.runtime.environment import environment, function_variables
from sealdrop.local.runtime.invocation import from_payload, to_payload
from sealdrop.local.template.functions import Function

Handler = Callable[[Any, LambdaContext], Any]

_claimed = threading.Lock()  # os.environ and sys.modules exist once
_logger = logging.getLogger(__name__)


class InProcessRuntime:
    """Runs handlers in this process. A context manager: entering imports them, leaving restores the process."""

    def __init__(
        self,
        functions: Sequence[Function],
        layers: Sequence[Path],
        account: Account,
        connection: Mapping[str, str],
        concurrency: int,
    ) -> None:
        self.concurrency = concurrency
        self._functions = functions
        self._layers = layers
        self._account = account
        self._connection = connection
        self._handlers: dict[str, Handler] = {}
        self._slots = {function.name: threading.Semaphore(concurrency) for function in functions}
        self._exits = ExitStack()

    def invoke(self, function: Function, event: Any) -> Any:
        """Return the function's result, after the round trip through JSON that Lambda makes. Raises FunctionFailed."""
        payload = to_payload(function, event)
        with self._slots[function.name]:
            context = LambdaContext.of(function, self._account)
            try:
                result = self._handlers[function.name](json.loads(payload), context)
                answer = json.dumps(result).encode()
            except Exception as error:
                _logger.exception("%s raised", function.name)
                raise FunctionFailed(function.name, type(error).__name__, str(error)) from error
        return from_payload(function, answer)

    def __enter__(self) -> Self:
        if not _claimed.acquire(blocking=False):
            raise StackInUse("this process already runs a stack in-process")
        with ExitStack() as exits:
            exits.callback(_claimed.release)
            self._import_handlers(exits)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handlers.clear()
        self._exits.close()

    def _import_handlers(self, exits: ExitStack) -> None:
        folders = {function.code for function in self._functions}
        if len(folders) > 1:
            remedy = "Give all functions one CodeUri, or use runtime='rie'."
            raise RuntimeUnavailable("functions of several folders cannot share a process", remedy=remedy)
        shared: dict[str, str] = {}
        for function in self._functions:
            shared = {**function.environment, **shared}
        exits.enter_context(environment({**shared, **self._connection}, without="AWS_"))
        exits.enter_context(_fresh_session())
        exits.enter_context(_importable(sorted(folders), self._layers))
        for function in self._functions:
            # a cold start sees the function's own variables; afterwards only the shared ones remain
            with environment({**function_variables(function), **self._connection}):
                self._handlers[function.name] = _load(function)


def _load(function: Function) -> Handler:
    module, _, name = function.handler.rpartition(".")
    try:
        handler: Handler = getattr(importlib.import_module(module), name)
    except Exception as error:
        message = f"cannot import {function.handler}: {type(error).__name__}: {error}"
        raise RuntimeUnavailable(message, code="handler_not_importable", remedy="Fix the import.") from error
    return handler


@contextmanager
def _importable(folders: Sequence[Path], layers: Sequence[Path]) -> Iterator[None]:
    """Put folders on sys.path; their modules are imported afresh and forgotten afterwards."""
    own = {path.stem for folder in folders for path in folder.iterdir() if path.is_dir() or path.suffix == ".py"}
    aside = _take_modules(own)
    entries = [str(path) for path in (*folders, *layers)]
    sys.path[:0] = entries
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for entry in entries:
            with suppress(ValueError):
                sys.path.remove(entry)
        _take_modules(own)
        sys.modules.update(aside)


def _take_modules(names: set[str]) -> dict[str, Any]:
    taken = [name for name in sys.modules if name.partition(".")[0] in names]
    return {name: sys.modules.pop(name) for name in taken}


@contextmanager
def _fresh_session() -> Iterator[None]:
    """Let boto3's default session be made from the environment as it is now, and not outlive it."""
    before, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, None
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = before
