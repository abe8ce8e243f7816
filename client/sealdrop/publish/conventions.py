"""Conventions: what a model's owner says of the tables that the model takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sealdrop.tables.names import Matching
from sealdrop_core.dialect import MISSING, Dialect
from sealdrop_core.errors import InvalidRequest

Range = tuple[float, float]


@dataclass(frozen=True)
class Conventions:
    """How the owner's files are read, how columns are matched, and what is known of them beyond the calibration rows.

    `drop` are columns of a calibration file that are no features. `ranges` are the ends of a column's range, by its
    name, or of every column's. In the columns `allow_unknown`, an encoder may ignore categories that it does not know.
    """

    dialect: Dialect = field(default_factory=Dialect)
    columns: Matching = "name"
    drop: Sequence[str] = ()
    ranges: Mapping[str, Range] | Range | None = None
    allow_unknown: Sequence[str] = ()

    def range_of(self, column: str) -> Range | None:
        """Return the range that the owner gave a column, if any."""
        if self.ranges is None:
            return None
        return self.ranges.get(column) if isinstance(self.ranges, Mapping) else self.ranges

    @property
    def named_ranges(self) -> Sequence[str]:
        """The columns that the owner gave ranges of their own."""
        return list(self.ranges) if isinstance(self.ranges, Mapping) else ()


USUAL = Conventions()


def dialect(sep: str, decimal: str, na_values: Sequence[Any], keep_default_na: bool) -> Dialect:
    """Return the dialect of files that `pandas.read_csv` reads with these arguments.

    Raises InvalidRequest (`bad_dialect`).
    """
    given = [na_values] if isinstance(na_values, str) else na_values
    words = dict.fromkeys([*(MISSING if keep_default_na else ()), *map(str, given)])
    try:
        return Dialect(separator=sep, decimal=decimal, missing=tuple(words))
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, wrong["loc"])) or "dialect"
        raise InvalidRequest(
            f"the dialect of the tables is none: {where}: {wrong['msg']}",
            code="bad_dialect",
            remedy="Give one character as the separator, '.' or ',' as the decimal mark, and words for missing values.",
        ) from None
