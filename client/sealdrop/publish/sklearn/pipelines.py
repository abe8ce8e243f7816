"""Pipelines: one network after the other, neighbouring affine maps made one."""

from functools import reduce
from typing import Any

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.network import chain, stack
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import compile_estimator, compile_transformer, compiles
from sealdrop_core.manifest import Output


@compiles("pipeline.Pipeline", fitted="steps")
def pipeline(estimator: Any) -> Compiled:
    """The steps in order; only the last one predicts."""
    *before, last = [step for _, step in estimator.steps if step not in (None, "passthrough")]
    return reduce(_join, [*map(compile_transformer, before), compile_estimator(last)])


def _join(first: Compiled, then: Compiled) -> Compiled:
    if first.network.outputs != then.network.features:
        raise UnsupportedModel("two steps of the pipeline disagree on the number of columns", remedy="Fit it again.")
    network = chain(first.network.features, [*first.network.layers, *then.network.layers])
    return Compiled(network, then.output, first.names)


@compiles("pipeline.FeatureUnion", fitted="transformer_list")
def feature_union(estimator: Any) -> Compiled:
    """The transformers side by side; weights, if any, are part of their maps."""
    parts = []
    for name, step in estimator.transformer_list:
        weight = (estimator.transformer_weights or {}).get(name, 1.0)
        if step == "drop":
            continue
        if step == "passthrough" or weight != 1.0:
            raise UnsupportedModel(f"FeatureUnion's '{name}' is weighted or passes through", remedy="Use transformers.")
        parts.append(compile_transformer(step))
    network = stack(part.network for part in parts)
    return Compiled(network, Output(kind="transform", flat=False), parts[0].names)
