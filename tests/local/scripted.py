"""A runtime whose functions are Python callables, and templates that are Python dictionaries."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sealdrop.local.errors import FunctionFailed
from sealdrop.local.template.document import Template
from sealdrop.local.template.functions import Function


class ScriptedRuntime:
    """Answers each invocation with `answer(event)` and remembers the events."""

    def __init__(self, answer: Callable[[Any], Any], concurrency: int = 1) -> None:
        self.concurrency = concurrency
        self.events: list[Any] = []
        self._answer = answer
        self._lock = threading.Lock()

    def invoke(self, function: Function, event: Any) -> Any:
        """Return the scripted answer; whatever it raises is the function's failure."""
        with self._lock:
            self.events.append(event)
        try:
            return self._answer(event)
        except Exception as error:
            raise FunctionFailed(function.name, type(error).__name__, str(error)) from error


def function(**members: Any) -> Function:
    """Return a function without code."""
    defaults = {"handler": "none.handler", "code": Path(), "timeout": 5, "memory": 128, "environment": {}}
    return Function(**{"name": "Fn", **defaults, **members})


def template(resources: Mapping[str, Any] | None = None, **sections: Any) -> Template:
    """Return a template of these sections."""
    names = ("parameters", "mappings", "conditions", "globals", "outputs")
    return Template(resources=resources or {}, **{name: sections.get(name, {}) for name in names})
