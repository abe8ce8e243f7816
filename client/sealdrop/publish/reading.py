"""Read the owner's model: a fitted estimator, or a file that holds one or a network."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sealdrop.prediction import offers
from sealdrop.publish.compiled import Compiled
from sealdrop.publish.original import answers
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn import compile_estimator, is_estimator
from sealdrop.publish.sklearn.nearest import of_package
from sealdrop.publish.sklearn.registry import public_name
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.manifest import Label, Output


class RunsOwnCode(UserWarning):
    """Reading a joblib file runs whatever code is in it: read only files you wrote yourself."""


class NotPublished(UserWarning):
    """The original has a method that the published model does not offer."""


@dataclass(frozen=True)
class Model:
    """A compiled model, what the model itself answers to rows, and what it was made with."""

    compiled: Compiled
    answers: Callable[[Any], NDArray[Any]]
    source: str

    def labelled(self, labels: Sequence[Label]) -> Self:
        """Return the model with other names for its classes; a network's raw scores become those of classes.

        Raises UnsupportedModel (`wrong_labels`) if they repeat, or their number is not that of the classes or scores.
        """
        output, own, names = self.compiled.output, self.answers, np.asarray(labels)
        scores = 2 if self.compiled.network.outputs == 1 else self.compiled.network.outputs
        if len(labels) != (len(output.classes) or scores):
            raise UnsupportedModel(
                f"{len(labels)} labels for {len(output.classes) or scores} classes",
                code="wrong_labels",
                remedy="Give one label for each class, in the order of classes_ or of the network's scores.",
            )
        if len(set(labels)) < len(labels):
            raise UnsupportedModel(
                "two classes have the same label", code="wrong_labels", remedy="Give every class its own."
            )
        kind = output.kind if output.classes else "multinomial" if self.compiled.network.outputs > 1 else "binary"
        changed = Output(kind=kind, classes=tuple(labels), ties=output.ties)
        return replace(
            self,
            compiled=replace(self.compiled, output=changed),
            answers=lambda X: names[_chosen(own(X), output.classes)],
        )


def _chosen(answers: NDArray[Any], classes: Sequence[Label]) -> NDArray[np.intp]:
    """Return the number of the class that each answer names, or as raw scores point to."""
    if classes:
        return np.asarray((answers[:, np.newaxis] == np.asarray(classes)).argmax(axis=1))
    scores = answers.reshape(len(answers), -1)
    return np.asarray(scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0).astype(np.intp))


def read(model: Any) -> Model:
    """Compile an estimator, or the estimator or network in a file.

    Raises UnsupportedModel: `unsupported_model`, `not_fitted`, `model_not_finite`, `unreadable_model`,
    `unsupported_node`.
    """
    if isinstance(model, str | Path) and not Path(model).is_file():
        raise UnsupportedModel(f"there is no file {model}", code="unreadable_model", remedy="Check the path.")
    if isinstance(model, str | Path) and Path(model).suffix == ".onnx":
        return _network(Path(model))
    if isinstance(model, str | Path):
        model = _load(Path(model))
    if not is_estimator(model):
        raise UnsupportedModel(
            f"an object of type {type(model).__name__} is no model",
            remedy=of_package(public_name(model))
            or "Give a fitted scikit-learn estimator, or the path of a .joblib or .onnx file.",
        )
    compiled = _compiled(model)
    _warn_of_methods(model, compiled.output)
    return Model(compiled, lambda X: answers(model, X, compiled.output), _source(model))


def _warn_of_methods(estimator: Any, output: Output) -> None:
    """Warn NotPublished of what the estimator predicts and the published model will not."""
    methods = [name for name in ("predict", "predict_proba", "decision_function") if hasattr(estimator, name)]
    lost = [name for name in methods if not offers(output, name)]
    if lost:
        warnings.warn(f"the published model has no {' and no '.join(lost)}", NotPublished, stacklevel=4)


def _compiled(estimator: Any) -> Compiled:
    try:
        return compile_estimator(estimator)
    except InvalidRequest as refusal:  # a circuit takes finite numbers only
        raise UnsupportedModel(
            "the model holds no weights, or some that are missing or infinite",
            code="model_not_finite",
            remedy="Fit it again: on scaled inputs, or with a smaller learning rate.",
        ) from refusal


def _network(path: Path) -> Model:
    from sealdrop.publish import onnx  # an extra that only owners of ONNX files need

    own = onnx.compile_graph(path)
    return Model(own.compiled, lambda X: onnx.answers(own, X), own.graph.producer[:200])


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
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("sklearn"):
            raise  # an extra that only owners of scikit-learn's estimators need
        raise UnsupportedModel(
            f"{path.name} holds something of the module {error.name}, which is not installed",
            code="unreadable_model",
            remedy="Publish an estimator of scikit-learn's own, or an ONNX file.",
        ) from error
    except Exception as error:  # a pickle can raise anything
        raise UnsupportedModel(
            f"{path.name} cannot be read: {type(error).__name__}",
            code="unreadable_model",
            remedy="Write it with joblib.dump, and read it with the same releases of scikit-learn and numpy.",
        ) from error
