"""Read the owner's model: a fitted estimator, or a file that holds one."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.original import answers
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn import compile_estimator, is_estimator
from sealdrop.publish.sklearn.registry import public_name


class RunsOwnCode(UserWarning):
    """Reading a joblib file runs whatever code is in it: read only files you wrote yourself."""


@dataclass(frozen=True)
class Model:
    """A compiled model, what the model itself answers to rows, and what it was made with."""

    compiled: Compiled
    answers: Callable[[Any], NDArray[Any]]
    source: str


def read(model: Any) -> Model:
    """Compile an estimator, or the estimator or network in a file.

    Raises UnsupportedModel: `unsupported_model`, `not_fitted`, `unreadable_model`.
    """
    if isinstance(model, str | Path):
        model = _load(Path(model))
    if not is_estimator(model):
        raise UnsupportedModel(
            f"an object of type {type(model).__name__} is no model",
            remedy="Give a fitted scikit-learn estimator, or the path of a .joblib file.",
        )
    compiled = compile_estimator(model)
    return Model(compiled, lambda X: answers(model, X, compiled.output), _source(model))


def _source(estimator: Any) -> str:
    """Return the class's name, a pipeline's steps in order, and the release of scikit-learn."""
    steps = [type(step).__name__ for _, step in getattr(estimator, "steps", ())]
    return f"{' | '.join(steps) or public_name(estimator)} (scikit-learn {metadata.version('scikit-learn')})"[:200]


def _load(path: Path) -> Any:
    if path.suffix not in (".joblib", ".pkl"):
        raise UnsupportedModel(
            f"{path.name} is of an unknown kind", code="unreadable_model", remedy="Give a .joblib or .onnx file."
        )
    import joblib  # an extra that only owners of joblib files need

    warnings.warn(f"reading {path.name} runs the code in it", RunsOwnCode, stacklevel=3)
    try:
        return joblib.load(path)
    except Exception as error:  # a pickle can raise anything
        raise UnsupportedModel(
            f"{path.name} cannot be read: {type(error).__name__}",
            code="unreadable_model",
            remedy="Write it with joblib.dump, and read it with the same releases of scikit-learn and numpy.",
        ) from error
