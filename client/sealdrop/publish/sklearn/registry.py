"""Which function compiles which estimator: looked up by the class's public name, so nothing need be imported."""

from collections.abc import Callable
from itertools import takewhile
from typing import Any, NamedTuple

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.nearest import nearest, within

Compiler = Callable[[Any], Compiled]
_PREDICTORS: dict[str, "Entry"] = {}  # what `predict` computes, at the end of a pipeline
_TRANSFORMERS: dict[str, "Entry"] = {}  # what `transform` computes, in its middle, or alone


class Entry(NamedTuple):
    """A compiler, the attribute that a fitted estimator has, and whether the estimator makes a model alone."""

    compiler: Compiler
    fitted: str
    alone: bool = True


def predicts(*names: str, fitted: str) -> Callable[[Compiler], Compiler]:
    """Register what compiles `predict` of classes named like `sklearn.linear_model.Ridge`; `fitted` is an attribute."""
    return _register(_PREDICTORS, names, fitted)


def transforms(*names: str, fitted: str, alone: bool = True) -> Callable[[Compiler], Compiler]:
    """Register what compiles `transform` of classes; without `alone`, for the middle of a pipeline only."""
    return _register(_TRANSFORMERS, names, fitted, alone)


def _register(
    table: dict[str, Entry], names: tuple[str, ...], fitted: str, alone: bool = True
) -> Callable[[Compiler], Compiler]:
    def register(compiler: Compiler) -> Compiler:
        table.update({f"sklearn.{name}": Entry(compiler, fitted, alone) for name in names})
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
    """Compile a fitted estimator or pipeline by what its `predict` computes, or its `transform` if it does not predict.

    Raises UnsupportedModel: `unsupported_model`, `not_fitted`.
    """
    name = public_name(estimator)
    entry = _PREDICTORS.get(name)
    if entry is None and not hasattr(estimator, "predict"):
        transformer = _TRANSFORMERS.get(name)
        entry = transformer if transformer and transformer.alone else None
    if entry is None:
        raise UnsupportedModel(f"sealdrop does not read {name}", remedy=nearest(name))
    return _compiled(estimator, name, entry)


def compile_transformer(estimator: Any) -> Compiled:
    """Compile a fitted step from the middle of a pipeline by what its `transform` computes.

    Raises UnsupportedModel: `unsupported_model`, `not_fitted`.
    """
    name = public_name(estimator)
    if name in _TRANSFORMERS:
        return _compiled(estimator, name, _TRANSFORMERS[name])
    if name in _PREDICTORS:
        raise UnsupportedModel(
            f"sealdrop does not read {name} in the middle of a pipeline, where its transform counts",
            remedy=within(name),
        )
    raise UnsupportedModel(f"sealdrop does not read {name}", remedy=nearest(name))


def _compiled(estimator: Any, name: str, entry: Entry) -> Compiled:
    if getattr(estimator, entry.fitted, None) is None:
        raise UnsupportedModel(f"this {name} is not fitted", code="not_fitted", remedy="Call fit first.")
    return entry.compiler(estimator).named(tuple(str(name) for name in getattr(estimator, "feature_names_in_", ())))
