"""The refusal of a table for what stands in some of its rows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sealdrop.errors import RefusedInput


class Refused(NamedTuple):
    """A row that is not answered, counted from 0: the column at fault and the code of the refusal."""

    row: int
    column: str
    code: str


class RefusedRow(RefusedInput):
    """Rows refused for one reason: the first of them is `row`, counted from 0, for its value in `column`, a name.

    `rows` are all of them, and `columns` the column at fault in each.
    """

    def __init__(self, message: str, *, rows: ArrayLike, columns: Sequence[str] | str, code: str, remedy: str) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.rows = np.atleast_1d(np.asarray(rows, dtype=np.intp))
        self.columns = [columns] * len(self.rows) if isinstance(columns, str) else list(columns)
        self.row, self.column = int(self.rows[0]), self.columns[0]
