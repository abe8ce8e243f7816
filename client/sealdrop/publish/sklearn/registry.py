"""Which function compiles which estimator: looked up by the class's public name, so nothing need be imported."""

from collections.abc import Callable
from itertools import takewhile
from typing import Any

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.nearest import nearest

Compiler = Callable[[Any], Compiled]
_COMPILERS: dict[str, tuple[Compiler, str]] = {}
# estimators that predict at the end of a pipeline and transform in its middle
_TRANSFORMERS: dict[str, tuple[Compiler, str]] = {}


def compiles(*names: str, fitted: str, within: bool = False) -> Callable[[Compiler], Compiler]:
    """Register a compiler for classes named like `sklearn.linear_model.Ridge`, once they have the attribute `fitted`.

    `within` registers for the middle of a pipeline only.
    """

    def register(compiler: Compiler) -> Compiler:
        table = _TRANSFORMERS if within else _COMPILERS
        table.update({f"sklearn.{name}": (compiler, fitted) for name in names})
        return compiler

    return register


def public_name(estimator: Any) -> str:
    """Return the name users import a class by: private modules, and what is in them, are left out."""
    kind = type(estimator)
    parts = takewhile(lambda part: not part.startswith("_"), kind.__module__.split("."))
    return ".".join([*parts, kind.__qualname__])


def is_estimator(model: Any) -> bool:
    """Tell whether an object is of a class that scikit-learn defines, or of one derived from it."""
    return any(kind.__module__.split(".")[0] == "sklearn" for kind in type(model).__mro__)


def compile_estimator(estimator: Any) -> Compiled:
    """Compile a fitted estimator or pipeline.

    Raises UnsupportedModel: `unsupported_model`, `not_fitted`.
    """
    return _compile(estimator, _COMPILERS)


def compile_transformer(estimator: Any) -> Compiled:
    """Compile a fitted step from the middle of a pipeline, where `transform` is what counts.

    Raises UnsupportedModel: `unsupported_model`, `not_fitted`.
    """
    return _compile(estimator, _COMPILERS | _TRANSFORMERS)


def _compile(estimator: Any, table: dict[str, tuple[Compiler, str]]) -> Compiled:
    name = public_name(estimator)
    if name not in table:
        raise UnsupportedModel(f"{name} cannot be evaluated on ciphertexts", remedy=nearest(name))
    compiler, fitted = table[name]
    if getattr(estimator, fitted, None) is None:
        raise UnsupportedModel(f"this {name} is not fitted", code="not_fitted", remedy="Call fit first.")
    return compiler(estimator).named(tuple(str(name) for name in getattr(estimator, "feature_names_in_", ())))
