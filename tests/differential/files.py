"""Files: a table as CSV in a random dialect, and what the owner's `pandas.read_csv` makes of it."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.differential.sources import Draw


@dataclass(frozen=True)
class FileDialect:
    """How an owner writes tables."""

    sep: str
    decimal: str
    missing: str
    line_end: str
    mark: bool  # a byte order mark
    quoted: bool

    @classmethod
    def drawn(cls, draw: Draw) -> "FileDialect":
        """Return a random dialect."""
        sep, decimal = [(",", "."), (";", ","), ("\t", "."), ("|", "."), (";", ".")][int(draw.integers(5))]
        missing = str(draw.choice(["", "NA", "?", "n/a", "missing"]))
        return cls(sep, decimal, missing, str(draw.choice(["\n", "\r\n"])), *(draw.random(2) < 0.3))

    @property
    def options(self) -> dict[str, Any]:
        """The owner's arguments of `pandas.read_csv`, and of `publish`."""
        return {"sep": self.sep, "decimal": self.decimal, "na_values": [self.missing]}

    def write(self, table: pd.DataFrame, path: Path) -> None:
        """Write a table."""
        quoting = csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL
        text = table.to_csv(
            index=False,
            sep=self.sep,
            decimal=self.decimal,
            na_rep=self.missing,
            quoting=quoting,
            lineterminator=self.line_end,
        )
        path.write_bytes((b"\xef\xbb\xbf" if self.mark else b"") + text.encode())

    def read(self, path: Path, text: list[str]) -> pd.DataFrame:
        """Return what the owner reads; the columns `text` are read as text unless they hold big integers."""
        table = pd.read_csv(path, **self.options)
        as_text = [name for name in text if table[name].max() < 2**40] if text else []
        return pd.read_csv(path, **self.options, dtype=dict.fromkeys(as_text, str)) if as_text else table


def disguised(table: pd.DataFrame, draw: Draw) -> pd.DataFrame:
    """Return the table under other dtypes that hold the same values."""
    made = table.copy()
    for name in made:
        kind = made[name].dtype.kind
        if draw.random() < 0.6:
            continue
        if kind in "iu" and made[name].max() < 2**40:
            made[name] = made[name].astype(str(draw.choice(["Int64", "float64", "int32"])))
        elif kind == "b":
            made[name] = made[name].astype(str(draw.choice(["boolean", "object"])))
        elif kind == "f":
            made[name] = made[name].astype("Float64" if not made[name].isna().any() else "float64")
        elif kind == "O" and not made[name].isna().any():
            made[name] = made[name].astype("category")
    return made if draw.random() < 0.8 else made.set_axis(np.arange(len(made)) * 7 + 3, axis=0)
