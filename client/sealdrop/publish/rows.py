"""The owner's calibration rows in a file: an array of NumPy's, or a CSV file that is read as a client reads it."""

from pathlib import Path
from typing import Any

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.uses import uses
from sealdrop.publish.compiled import Compiled
from sealdrop.publish.conventions import Conventions
from sealdrop.publish.refusal import UnsupportedCalibration
from sealdrop.tables.arrays import SUFFIXES, read_array
from sealdrop.tables.names import listed, match
from sealdrop.tables.table import Choice, read


def load(path: Path, compiled: Compiled, conventions: Conventions) -> Any:
    """Return the rows in a file: an array, or a DataFrame of the model's columns, each of the kind the model reads.

    Raises UnsupportedCalibration (`calibration_not_read`, `wrong_calibration_columns`).
    """
    try:
        if path.suffix in SUFFIXES:
            return read_array(path)
        return read(path, conventions.dialect, lambda header: _choose(header, compiled, conventions)).frame
    except RefusedInput as refusal:
        code = "wrong_calibration_columns" if refusal.code == "wrong_columns" else "calibration_not_read"
        raise UnsupportedCalibration(f"{path.name}: {refusal.message}", code=code, remedy=refusal.remedy) from refusal


def _choose(header: list[str], compiled: Compiled, conventions: Conventions) -> list[Choice]:
    """Return the model's columns, or if it has no names all columns but those to drop, with the kinds of its steps."""
    unknown = [name for name in conventions.drop if name not in header]
    if unknown:
        raise RefusedInput(
            f"the file has no column {listed(unknown)} to drop",
            code="wrong_columns",
            remedy="Name a column of the file.",
        )
    places = [place for place, name in enumerate(header) if name not in conventions.drop]
    names = list(compiled.names) or [header[place] for place in places]
    matched = match([header[place] for place in places], names, conventions.columns)
    if len(names) != compiled.width:
        raise RefusedInput(
            f"the model takes {compiled.width} columns and the file has {len(names)}",
            code="wrong_columns",
            remedy="Name the columns that are no features with --drop, the target among them.",
        )
    kinds = [use.kind for use in uses(compiled.steps, compiled.width)]
    return [Choice(places[place], name, kind) for place, name, kind in zip(matched, names, kinds, strict=True)]
