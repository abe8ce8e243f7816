"""Preprocessing as data: what a client does to a table's columns before there are numbers to encrypt.

A step maps columns to columns. Steps travel in the manifest as JSON; nothing in them is code, and everything in them,
the categories above all, is public.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sealdrop_core.card import Card

Value = str | int | float | bool


class Impute(Card):
    """Fill missing values of each column; a column without a fill is left out.

    What counts as missing is `missing`, or if that is None, no value and NaN. For each column in `indicators` a column
    follows that is 1 where it was missing and 0 elsewhere.
    """

    step: Literal["impute"] = "impute"
    fills: tuple[Value | None, ...] = Field(min_length=1)
    missing: Value | None = None
    indicators: tuple[Annotated[int, Field(ge=0)], ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if any(column >= len(self.fills) for column in self.indicators):
            raise ValueError("an indicator for a column that is not there")
        return self

    @property
    def inputs(self) -> int:
        """Columns the step takes: one for each fill."""
        return len(self.fills)

    @property
    def outputs(self) -> int:
        """Columns the step makes: the filled ones and the indicators."""
        return sum(fill is not None for fill in self.fills) + len(self.indicators)


class Codebook(Card):
    """The codes of one column's categories; the category None is a missing value.

    A value that is no category has the code `unknown`, or is refused if `refuse_unknown`.
    """

    categories: tuple[Value | None, ...] = Field(min_length=1)
    codes: tuple[float | None, ...]
    unknown: float | None = None
    refuse_unknown: bool = True

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.categories) != len(self.codes):
            raise ValueError("categories and codes differ in number")
        if len(set(self.categories)) != len(self.categories):
            raise ValueError("a category stands twice")
        return self


class Ordinal(Card):
    """Replace each column's categories by their codes; the code None is a missing value."""

    step: Literal["ordinal"] = "ordinal"
    columns: tuple[Codebook, ...] = Field(min_length=1)

    @property
    def inputs(self) -> int:
        """Columns the step takes: one for each codebook."""
        return len(self.columns)

    @property
    def outputs(self) -> int:
        """Columns the step makes: as many as it takes."""
        return len(self.columns)


class OneHot(Card):
    """Replace each column by `widths` columns of zeros with a 1 where the code points; the code None points nowhere."""

    step: Literal["one_hot"] = "one_hot"
    columns: tuple[Codebook, ...] = Field(min_length=1)
    widths: tuple[Annotated[int, Field(ge=0)], ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.widths) != len(self.columns):
            raise ValueError("widths and columns differ in number")
        for column, width in zip(self.columns, self.widths, strict=True):
            codes = [code for code in (*column.codes, column.unknown) if code is not None]
            if any(code != int(code) or not 0 <= code < width for code in codes):
                raise ValueError("a code points outside its columns")
        return self

    @property
    def inputs(self) -> int:
        """Columns the step takes: one for each codebook."""
        return len(self.columns)

    @property
    def outputs(self) -> int:
        """Columns the step makes: the sum of the widths."""
        return sum(self.widths)


class Bins(Card):
    """Replace each number by how many of its column's inner `edges` it reaches, as a number or as one-hot columns."""

    step: Literal["bins"] = "bins"
    edges: tuple[tuple[float, ...], ...] = Field(min_length=1)
    one_hot: bool

    @model_validator(mode="after")
    def _check(self) -> Self:
        if any(list(column) != sorted(column) for column in self.edges):
            raise ValueError("edges do not ascend")
        return self

    @property
    def inputs(self) -> int:
        """Columns the step takes: one for each tuple of edges."""
        return len(self.edges)

    @property
    def outputs(self) -> int:
        """Columns the step makes: one for each column, or for each bin."""
        return sum(len(column) + 1 for column in self.edges) if self.one_hot else len(self.edges)


class Branch(Card):
    """Some of the columns, and the steps for them."""

    columns: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)
    steps: tuple["Step", ...] = ()

    @property
    def outputs(self) -> int:
        """Columns the branch makes."""
        return outputs(self.steps, len(self.columns))


class Branches(Card):
    """Send columns through branches; what these make stands side by side, in order."""

    step: Literal["branches"] = "branches"
    branches: tuple[Branch, ...] = Field(min_length=1)

    @property
    def inputs(self) -> int:
        """Columns the step takes at least; those no branch takes are left out."""
        return max(max(branch.columns) for branch in self.branches) + 1

    @property
    def outputs(self) -> int:
        """Columns the step makes: those of all branches."""
        return sum(branch.outputs for branch in self.branches)


Step = Annotated[Impute | Ordinal | OneHot | Bins | Branches, Field(discriminator="step")]
Branch.model_rebuild()


def outputs(steps: tuple[Step, ...], columns: int) -> int:
    """Return how many columns the steps make of `columns`.

    Raises ValueError if they do not fit one another.
    """
    for step in steps:
        if step.inputs > columns or (step.inputs < columns and not isinstance(step, Branches)):
            raise ValueError(f"step '{step.step}' takes {step.inputs} columns and gets {columns}")
        columns = step.outputs
    return columns
