"""One classifier against the rest, or for each pair of classes, side by side in one network."""

from typing import Any

from sealdrop.publish.compiled import Compiled, labels
from sealdrop.publish.network import stack
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import compile_estimator, predicts
from sealdrop_core.manifest import Output


def _parts(estimator: Any) -> list[Compiled]:
    parts = [compile_estimator(part) for part in estimator.estimators_]
    if any(part.output.kind not in ("binary", "margin") for part in parts) or len({p.output.kind for p in parts}) > 1:
        raise UnsupportedModel(
            "the parts of the ensemble are no binary classifiers of one kind",
            remedy="Use classifiers with one score for two classes, such as LogisticRegression or LinearSVC.",
        )
    return parts


@predicts("multiclass.OneVsRestClassifier", fitted="estimators_")
def one_vs_rest(estimator: Any) -> Compiled:
    """One score for each class, or for each of many labels."""
    parts = _parts(estimator)
    probable = parts[0].output.kind == "binary"
    network = stack(part.network for part in parts)
    if estimator.multilabel_:
        link = "logistic" if probable else "identity"
        return Compiled(network, Output(kind="multilabel", link=link, flat=False))
    if len(parts) == 1:
        return Compiled(network, Output(kind=parts[0].output.kind, classes=labels(estimator.classes_)))
    return Compiled(network, Output(kind="ovr" if probable else "classes", classes=labels(estimator.classes_)))


@predicts("multiclass.OneVsOneClassifier", fitted="estimators_")
def one_vs_one(estimator: Any) -> Compiled:
    """One score for each pair of classes; votes, and confidences where votes tie, are counted by the client."""
    if not all(hasattr(part, "decision_function") for part in estimator.estimators_):
        raise UnsupportedModel(
            "OneVsOneClassifier weighs votes by probabilities of estimators without a decision function",
            remedy="Use estimators with a decision_function, or publish the estimator itself: it knows many classes.",
        )
    parts = _parts(estimator)
    network = stack(part.network for part in parts)
    return Compiled(network, Output(kind="pairs", classes=labels(estimator.classes_), ties="confidence"))
