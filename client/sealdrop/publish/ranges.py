"""Ranges: how far the numbers of each column go, before and after the client's steps."""

from collections.abc import Sequence

from sealdrop_core.steps import Bins, Branches, Impute, Ordinal, Step

Range = tuple[float, float]
BIT: Range = (0.0, 1.0)


def packed(steps: Sequence[Step], ranges: Sequence[Range | None]) -> list[Range | None]:
    """Return the range of each column that the steps make, given those of the table's columns.

    What steps make of categories and bins cannot leave its range, whatever the table holds. None is the range of a
    column that has none.
    """
    made = list(ranges)
    for step in steps:
        made = _after(step, made)
    return made


def _after(step: Step, ranges: list[Range | None]) -> list[Range | None]:
    if isinstance(step, Branches):
        branches = [packed(branch.steps, [ranges[index] for index in branch.columns]) for branch in step.branches]
        return [made for branch in branches for made in branch]
    if isinstance(step, Impute):
        filled = zip(ranges, step.fills, strict=True)
        return [_with(given, fill) for given, fill in filled if fill is not None] + [BIT] * len(step.indicators)
    if isinstance(step, Ordinal):
        return [_ends([*book.codes, None if book.refuse_unknown else book.unknown]) for book in step.columns]
    if isinstance(step, Bins) and not step.one_hot:
        return [(0.0, float(len(edges))) for edges in step.edges]
    return [BIT] * step.outputs


def _with(given: Range | None, fill: object) -> Range | None:
    """Return a range that holds an imputer's fill too."""
    if given is None or isinstance(fill, str):
        return given
    assert isinstance(fill, int | float)
    return min(given[0], fill), max(given[1], fill)


def _ends(codes: Sequence[float | None]) -> Range:
    known = [code for code in codes if code is not None]
    return (min(known), max(known)) if known else BIT
