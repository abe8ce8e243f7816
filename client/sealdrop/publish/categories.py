"""Which of a table's columns hold categories: those an encoder reads as they are, and those that nothing reads."""

from collections.abc import Sequence

from sealdrop_core.steps import Bins, Branches, Impute, OneHot, Ordinal, Step

Sources = list[int | None]


def categorical(steps: Sequence[Step], columns: int) -> frozenset[int]:
    """Return the positions of the columns that need not hold numbers."""
    found: set[int] = set()
    _follow(steps, list(range(columns)), found)
    if steps and isinstance(steps[0], Branches):
        found |= set(range(columns)) - {index for branch in steps[0].branches for index in branch.columns}
    return frozenset(found)


def _follow(steps: Sequence[Step], sources: Sources, found: set[int]) -> Sources:
    """Return which column each column after the steps is a copy of, None for numbers that were made."""
    for step in steps:
        sources = _after(step, sources, found)
    return sources


def _after(step: Step, sources: Sources, found: set[int]) -> Sources:
    if isinstance(step, Branches):
        made = [_follow(branch.steps, [sources[index] for index in branch.columns], found) for branch in step.branches]
        return [source for branch in made for source in branch]
    if isinstance(step, Impute):
        filled = list(zip(sources, step.fills, strict=True))
        found |= {source for source, fill in filled if isinstance(fill, str) and source is not None}
        kept = [source for source, fill in filled if fill is not None]
        return [*kept, *([None] * len(step.indicators))]
    if isinstance(step, Ordinal | OneHot):
        found |= {source for source in sources if source is not None}
    assert isinstance(step, Ordinal | OneHot | Bins)
    return [None] * step.outputs
