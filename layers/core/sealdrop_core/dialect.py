"""The dialect of a model's tables: how the text of a file becomes cells, and which cells hold no value.

CONTRACT.md, section 13, has the whole rule.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sealdrop_core.card import Card

# the words that pandas.read_csv takes for a missing value (pandas 3, parameter `na_values`)
MISSING = (
    "",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "-1.#IND",
    "-1.#QNAN",
    "-NaN",
    "-nan",
    "1.#IND",
    "1.#QNAN",
    "<NA>",
    "N/A",
    "NA",
    "NULL",
    "NaN",
    "None",
    "n/a",
    "nan",
    "null",
)

Separator = Annotated[str, Field(pattern=r"^[^\"\r\n\x000-9A-Za-z+\-]$")]


class Dialect(Card):
    """Separator of cells, decimal mark of numbers, and the words that stand for a missing value."""

    separator: Separator = ","
    decimal: Literal[".", ","] = "."
    missing: tuple[Annotated[str, Field(max_length=256)], ...] = Field(default=MISSING, max_length=1000)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.separator == self.decimal:
            raise ValueError("the separator of cells is the decimal mark of numbers")
        if len(set(self.missing)) != len(self.missing):
            raise ValueError("a missing word stands twice")
        return self
