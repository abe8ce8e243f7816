"""Pipelines and unions: estimators one after the other, transformers side by side."""

from functools import reduce
from typing import Any

from sealdrop.publish.compiled import Compiled, transformer
from sealdrop.publish.joining import after, beside
from sealdrop.publish.linear import identity
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import compile_estimator, compile_transformer, compiles


@compiles("pipeline.Pipeline", fitted="steps")
def pipeline(estimator: Any) -> Compiled:
    """The steps in order; only the last one predicts."""
    *before, last = _steps(estimator)
    return reduce(after, [*map(compile_transformer, before), compile_estimator(last)])


@compiles("pipeline.Pipeline", fitted="steps", within=True)
def transforming_pipeline(estimator: Any) -> Compiled:
    """The steps in order, of which the last one transforms too."""
    return reduce(after, map(compile_transformer, _steps(estimator)))


def _steps(estimator: Any) -> list[Any]:
    steps = [step for _, step in estimator.steps if step is not None and not isinstance(step, str)]
    if not steps:
        raise UnsupportedModel("a pipeline without steps computes nothing", remedy="Publish its model alone.")
    return steps


@compiles("pipeline.FeatureUnion", fitted="transformer_list")
def feature_union(estimator: Any) -> Compiled:
    """The transformers side by side."""
    if estimator.transformer_weights:
        raise UnsupportedModel("FeatureUnion has transformer_weights", remedy="Fit it without; a scaler can follow.")
    width = estimator.n_features_in_
    parts = [_part(step, width) for _, step in estimator.transformer_list if step != "drop"]
    return beside([(range(width), part) for part in parts], width)


@compiles("compose.ColumnTransformer", fitted="transformers_")
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
    nothing = isinstance(step, str) or (type(step).__name__ == "FunctionTransformer" and step.func is None)
    own = identity(width)
    return transformer(own.weight, own.bias) if nothing else compile_transformer(step)
