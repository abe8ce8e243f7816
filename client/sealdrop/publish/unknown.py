"""Unknown categories: refused, unless the pipeline ignores them and its owner allows that for the column."""

import warnings
from collections.abc import Sequence

from sealdrop.preprocessing.uses import Sources, uses
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.tables.names import listed
from sealdrop_core.steps import Bins, Branches, Codebook, Impute, Step


class UnknownRefused(UserWarning):
    """An encoder ignores categories that it does not know, and clients refuse them."""


def confirm(steps: Sequence[Step], names: Sequence[str], allowed: Sequence[str]) -> tuple[Step, ...]:
    """Return the steps, refusing unknown categories in each column but the allowed ones.

    Warns UnknownRefused. Raises UnsupportedModel (`nothing_to_allow`) for an allowed column without such an encoder.
    """
    lenient = {index for index, use in enumerate(uses(steps, len(names))) if use.lenient}
    needless = [name for name in allowed if name not in names or names.index(name) not in lenient]
    if needless:
        raise UnsupportedModel(
            f"allow_unknown names {listed(needless)}, and no encoder of the model ignores unknown categories there",
            code="nothing_to_allow",
            remedy="Name columns whose encoder has handle_unknown='ignore' or the like.",
        )
    strict = {index for index in lenient if names[index] not in allowed}
    refusing = [names[index] for index in sorted(strict)]
    if refusing:
        warnings.warn(
            f"clients refuse unknown categories in {listed(refusing)}, although the model's encoder ignores them;"
            " name the columns in allow_unknown (--allow-unknown) to answer such rows",
            UnknownRefused,
            stacklevel=2,
        )
    return _confirm(steps, list(range(len(names))), strict)[0]


def _confirm(steps: Sequence[Step], sources: Sources, strict: set[int]) -> tuple[tuple[Step, ...], Sources]:
    confirmed: list[Step] = []
    for step in steps:
        if isinstance(step, Branches):
            step, sources = _confirm_branches(step, sources, strict)
        elif isinstance(step, Impute):
            filled = [source for source, fill in zip(sources, step.fills, strict=True) if fill is not None]
            sources = [*filled, *([None] * len(step.indicators))]
        else:
            if not isinstance(step, Bins):
                books = zip(step.columns, sources, strict=True)
                step = step.model_copy(update={"columns": tuple(_refusing(*book, strict) for book in books)})
            sources = [None] * step.outputs
        confirmed.append(step)
    return tuple(confirmed), sources


def _confirm_branches(step: Branches, sources: Sources, strict: set[int]) -> tuple[Branches, Sources]:
    branches, made = [], Sources()
    for branch in step.branches:
        steps, ends = _confirm(branch.steps, [sources[index] for index in branch.columns], strict)
        branches.append(branch.model_copy(update={"steps": steps}))
        made += ends
    return step.model_copy(update={"branches": tuple(branches)}), made


def _refusing(book: Codebook, source: int | None, strict: set[int]) -> Codebook:
    return book.model_copy(update={"refuse_unknown": True}) if source in strict else book
