"""Pipelines and unions: estimators one after the other, transformers side by side."""

from functools import reduce
from typing import Any

from sealdrop.publish.compiled import Compiled, transformer
from sealdrop.publish.joining import after, beside
from sealdrop.publish.linear import identity
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import compile_estimator, compile_transformer, predicts, transforms


@predicts("pipeline.Pipeline", fitted="steps")
def pipeline(estimator: Any) -> Compiled:
    """The steps in order; only the last one predicts."""
    *before, last = _steps(estimator)
    return reduce(after, [*map(compile_transformer, before), compile_estimator(last)])


@transforms("pipeline.Pipeline", fitted="steps")
def transforming_pipeline(estimator: Any) -> Compiled:
    """The steps in order, of which the last one transforms too."""
    return reduce(after, map(compile_transformer, _steps(estimator)))


def _steps(estimator: Any) -> list[Any]:
    steps = [step for _, step in estimator.steps if step is not None and not isinstance(step, str)]
    if not steps:
        raise UnsupportedModel("a pipeline without steps computes nothing", remedy="Publish its model alone.")
    return steps


@transforms("pipeline.FeatureUnion", fitted="transformer_list")
def feature_union(estimator: Any) -> Compiled:
    """The transformers side by side."""
    if estimator.transformer_weights:
        raise UnsupportedModel("FeatureUnion has transformer_weights", remedy="Fit it without; a scaler can follow.")
    width = estimator.n_features_in_
    parts = [_part(step, width) for _, step in estimator.transformer_list if step != "drop"]
    return beside([(range(width), part) for part in parts], width)


@transforms("compose.ColumnTransformer", fitted="transformers_")
def column_transformer(estimator: Any) -> Compiled:
    """Each transformer over its own columns; the remainder is one of them."""
    if estimator.transformer_weights:
        raise UnsupportedModel("ColumnTransformer has transformer_weights", remedy="Fit it without them.")
    chosen = estimator._transformer_to_input_indices
    parts = [
        (chosen[name], _part(step, len(chosen[name])))
        for name, step, _ in estimator.transformers_
        if len(chosen[name]) and not (isinstance(step, str) and step == "drop")
    ]
    return beside(parts, estimator.n_features_in_)


def _part(step: Any, width: int) -> Compiled:
    if not isinstance(step, str):
        return compile_transformer(step)
    unchanged = identity(width)
    return transformer(unchanged.weight, unchanged.bias)


@transforms("preprocessing.FunctionTransformer", fitted="n_features_in_", alone=False)
def function_transformer(estimator: Any) -> Compiled:
    """The identity; a function of the owner's own is code, and code does not travel."""
    if estimator.func is not None:
        name = getattr(estimator.func, "__name__", "a function")
        raise UnsupportedModel(
            f"FunctionTransformer applies {name}, and sealdrop does not read functions yet",
            remedy="Apply the function to rows before they are published and predicted.",
        )
    return _part("passthrough", estimator.n_features_in_)
