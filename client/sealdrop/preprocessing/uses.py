"""Uses: what a model's steps do with each column of a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sealdrop_core.manifest import Kind
from sealdrop_core.steps import Bins, Branches, Codebook, Impute, Step, Value

Sources = list[int | None]  # the table's column that each column is a copy of, None for numbers that a step made


@dataclass
class Use:
    """How one column is used.

    `categories` are those that encoders compare it with, None for a missing value; `fills` are the words that imputers
    put into it; `lenient` says whether an encoder ignores other categories, `computed` whether its numbers reach the
    encrypted model, and `binned` whether bins are made of them.
    """

    categories: list[Value | None] = field(default_factory=list)
    fills: list[Value] = field(default_factory=list)
    lenient: bool = False
    computed: bool = False
    binned: bool = False

    @property
    def kind(self) -> Kind:
        """The kind of values that the column has to hold, as a manifest names it."""
        values = [value for value in (*self.categories, *self.fills) if value is not None]
        if not (self.categories or self.fills or self.computed or self.binned):
            return "any"
        if any(isinstance(value, str) for value in values):
            return "text"
        if self.categories and all(isinstance(value, bool) for value in values):
            return "boolean"
        return "integer" if self.categories and all(isinstance(value, int) for value in values) else "number"


def uses(steps: Sequence[Step], columns: int) -> list[Use]:
    """Return how each of a table's columns is used."""
    made = [Use() for _ in range(columns)]
    for source in _follow(steps, list(range(columns)), made):
        if source is not None:
            made[source].computed = True
    return made


def _follow(steps: Sequence[Step], sources: Sources, made: list[Use]) -> Sources:
    for step in steps:
        sources = _after(step, sources, made)
    return sources


def _after(step: Step, sources: Sources, made: list[Use]) -> Sources:
    if isinstance(step, Branches):
        branches = [
            _follow(branch.steps, [sources[index] for index in branch.columns], made) for branch in step.branches
        ]
        return [source for branch in branches for source in branch]
    if isinstance(step, Impute):
        return _filled(step, sources, made)
    books: Sequence[Codebook | None] = [None] * step.inputs if isinstance(step, Bins) else step.columns
    for source, book in zip(sources, books, strict=True):
        if source is not None and book:
            made[source].categories += book.categories
            made[source].lenient |= not book.refuse_unknown
        elif source is not None:
            made[source].binned = True
    return [None] * step.outputs


def _filled(step: Impute, sources: Sources, made: list[Use]) -> Sources:
    for source, fill in zip(sources, step.fills, strict=True):
        if source is not None:
            made[source].fills += [value for value in (fill, step.missing) if value is not None]
    filled = [source for source, fill in zip(sources, step.fills, strict=True) if fill is not None]
    return [*filled, *([None] * len(step.indicators))]
