"""Join compiled models: one after the other, or side by side over chosen columns."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from sealdrop.publish.compiled import Compiled
from sealdrop.publish.network import Network, chain, stack
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.circuit import Affine
from sealdrop_core.manifest import Output
from sealdrop_core.steps import Branch, Branches

Columns = Sequence[int]


def after(first: Compiled, then: Compiled) -> Compiled:
    """Return the model that gives `then` what `first` makes.

    Steps run on the client and come before the network; a `then` with steps can only follow a `first` without one.
    """
    if first.network.outputs != then.width:
        raise UnsupportedModel("two steps of the pipeline disagree on the number of columns", remedy="Fit it again.")
    if not then.steps:
        network = chain(first.network.features, [*first.network.layers, *then.network.layers])
        return replace(first, network=network, output=then.output)
    if not _changes_nothing(first.network):
        raise UnsupportedModel(
            f"the client's step '{then.steps[0].step}' comes after a step that is evaluated encrypted",
            remedy="Put imputers, encoders and discretizers first, scalers and projections after them.",
        )
    return replace(then, names=first.names, steps=first.steps + then.steps, columns=first.width)


def beside(parts: Sequence[tuple[Columns, Compiled]], width: int) -> Compiled:
    """Return the transformer that sends some of `width` columns through each part and puts the outcomes in a row.

    It begins on the client if a part does, or if there are columns that no part reads: these are never encrypted.
    """
    output = Output(kind="transform", flat=False)
    used = {index for columns, _ in parts for index in columns}
    if len(used) == width and not any(part.steps for _, part in parts):
        return Compiled(_over([columns for columns, _ in parts], [part for _, part in parts], width), output)
    ends = list(accumulate(part.network.features for _, part in parts))
    spans = [range(end - part.network.features, end) for end, (_, part) in zip(ends, parts, strict=True)]
    branches = tuple(Branch(columns=tuple(columns), steps=part.steps) for columns, part in parts)
    network = _over(spans, [part for _, part in parts], ends[-1])
    return Compiled(network, output, steps=(Branches(branches=branches),), columns=width)


def _over(columns: Sequence[Columns], parts: Sequence[Compiled], width: int) -> Network:
    """Return the parts' networks side by side, each reading its own of `width` features."""
    chosen = [Affine(np.eye(width)[list(own)], np.zeros(len(own))) for own in columns]
    return stack(chain(width, [choice, *part.network.layers]) for choice, part in zip(chosen, parts, strict=True))


def _changes_nothing(network: Network) -> bool:
    if len(network.layers) > 1 or network.features != network.outputs:
        return False
    return bool(np.array_equal(network.evaluate(np.eye(network.features)), np.eye(network.features)))
