"""Which function answers a request: the most specific route wins."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from sealdrop.local.template.functions import Function, Route

DEFAULT = "$default"
_VARIABLE = re.compile(r"\\{(\w+)(\\\+)?\\}")


@dataclass(frozen=True)
class Target:
    """A route as the gateway holds it: its key, its pattern and its function."""

    key: str
    pattern: re.Pattern[str]
    route: Route
    function: Function

    @classmethod
    def of(cls, route: Route, function: Function) -> Self:
        """Compile a route's path; `{name}` takes one segment, `{name+}` all that follow."""
        escaped = re.escape(route.path)
        expression = _VARIABLE.sub(lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", escaped)
        key = DEFAULT if route.path == DEFAULT else f"{route.method} {route.path}"
        return cls(key, re.compile(".*" if route.path == DEFAULT else expression, re.DOTALL), route, function)

    @property
    def generality(self) -> tuple[bool, list[int], bool]:
        """Return what to sort by: literal segments before variables before greedy ones before $default."""
        kinds = [2 if part.endswith("+}") else int(part.startswith("{")) for part in self.route.path.split("/")]
        return self.route.path == DEFAULT, kinds, self.route.method == "ANY"


class Routes:
    """The routes of every function."""

    def __init__(self, functions: Iterable[Function]) -> None:
        targets = [Target.of(route, function) for function in functions for route in function.routes]
        self._targets = sorted(targets, key=lambda target: target.generality)

    def match(self, method: str, path: str) -> tuple[Target, dict[str, str]] | None:
        """Return the target of a request and its path parameters, or None."""
        for target in self._targets:
            found = target.pattern.fullmatch(path)
            if found and target.route.method in (method, "ANY"):
                return target, found.groupdict()
        return None
