"""Every refusal the server side can raise, found by reading its code."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evaluate import process
from sealdrop_core import errors
from sealdrop_core.errors import SealdropError

ROOT = Path(__file__).parents[3]
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")  # what a text chosen at run time looks like if it is a code
SOURCES = ("functions", "layers/core/sealdrop_core")
CLASSES: Mapping[str, type[SealdropError]] = {
    name: kind
    for module in (errors, process)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, SealdropError)
}


@dataclass(frozen=True)
class Refusal:
    """One place that raises a code; `remedy` is the code's own, or its class's."""

    code: str
    status: int
    retryable: bool
    remedy: str
    module: str


@cache
def refusals() -> tuple[Refusal, ...]:
    """Return what every place raises."""
    return tuple(_refusals())


def _refusals() -> Iterator[Refusal]:
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            module = str(file.relative_to(ROOT / folder).with_suffix("")).replace("/", ".")
            for scope in _scopes(ast.parse(file.read_text())):
                for node in ast.walk(scope):
                    if isinstance(node, ast.Call) and _name(node.func) in CLASSES:
                        yield from _of(node, CLASSES[_name(node.func)], module, scope)


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield functions and methods."""
    bodies = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    return (node for body in bodies for node in body.body if isinstance(node, ast.FunctionDef))


def _of(call: ast.Call, kind: type[SealdropError], module: str, scope: ast.AST) -> Iterator[Refusal]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    remedies = _texts(given["remedy"], scope) if "remedy" in given else []
    codes = filter(_CODE.fullmatch, _texts(given["code"], scope)) if "code" in given else [kind.code]
    for code in codes:
        yield Refusal(code, kind.status, kind.retryable, remedies[0] if remedies else kind.remedy, module)


def _texts(value: ast.expr, scope: ast.AST) -> list[str]:
    """Return the texts a value is chosen from; of a variable, those of its assignments, or else all in its scope."""
    if isinstance(value, ast.Name):
        assigned = [
            node.value
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and any(_name(target) == value.id for target in node.targets)
        ]
        return [text for node in assigned or [scope] for text in _constants(node)]
    return _constants(value)


def _constants(node: ast.AST) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
