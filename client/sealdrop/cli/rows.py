"""The rows of a file, read as the model's owner reads theirs."""

from collections.abc import Sequence
from pathlib import Path

from sealdrop.errors import RefusedInput
from sealdrop.tables.cells import reader
from sealdrop.tables.names import Matching, match
from sealdrop.tables.table import Choice, Table, read
from sealdrop_core.dialect import Dialect
from sealdrop_core.manifest import Manifest

HEADER = "Give the file a header row with the model's column names; `sealdrop describe` lists them."


def read_rows(
    path: Path,
    manifest: Manifest,
    *,
    id_column: str | None = None,
    columns: Matching = "name",
    sep: str | None = None,
    decimal: str | None = None,
) -> Table:
    """Read a model's columns from a CSV file, or from standard input if the path is `-`.

    `id_column` is kept beside them, and is no feature by position. `sep` and `decimal` are given where the file has
    others than the model's files. Raises RefusedInput.
    """
    own = {"separator": sep, "decimal": decimal}
    dialect = Dialect.model_validate(
        manifest.dialect.model_dump() | {name: mark for name, mark in own.items() if mark is not None}
    )
    names = [feature.name for feature in manifest.features]

    def choose(header: list[str]) -> Sequence[Choice]:
        places = [place for place, name in enumerate(header) if columns == "name" or name != id_column or name in names]
        try:
            matched = match([header[place] for place in places], names, columns)
        except RefusedInput:
            if all(isinstance(reader(dialect).value(name), float) for name in header):
                raise RefusedInput("the file has no header row", code="no_header", remedy=HEADER) from None
            raise
        return [
            Choice(places[place], feature.name, feature.kind)
            for place, feature in zip(matched, manifest.features, strict=True)
        ]

    return read(path, dialect, choose, id_column=id_column, known=names)
