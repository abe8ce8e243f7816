"""The refusal of a table for what stands in one of its rows."""

from sealdrop.errors import RefusedInput


class RefusedRow(RefusedInput):
    """Rows refused because of `row`, counted from 0, and its value in `column`, a name."""

    def __init__(self, message: str, *, row: int, column: str, code: str, remedy: str) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.row, self.column = row, column
