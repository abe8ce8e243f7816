"""Sources: tables like those that people train on, drawn anew for each pipeline."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets

Draw = np.random.Generator
ROWS = 360


@dataclass
class Source:
    """A table, what is to be predicted of it, and which columns are read as text whatever they look like."""

    name: str
    table: pd.DataFrame
    target: Any
    text: list[str] = field(default_factory=list)

    @property
    def classes(self) -> bool:
        """Whether the target is a class."""
        return np.asarray(self.target).dtype.kind not in "f"

    @property
    def words(self) -> list[str]:
        """The columns that encoders read."""
        return [name for name in self.table if self.table[name].dtype.kind not in "fiub" or name in self.text]

    @property
    def numbers(self) -> list[str]:
        """The columns that hold numbers or booleans."""
        return [name for name in self.table if name not in self.words]


def _toy(load: Callable[..., Any]) -> Callable[[Draw], Source]:
    def source(draw: Draw) -> Source:
        data = load(as_frame=True)
        count = int(draw.integers(3, min(len(data.data.columns), 12) + 1))
        table = data.data[sorted(draw.choice(data.data.columns, count, replace=False))]
        rows = draw.permutation(len(table))[: 2 * ROWS]
        target = data.target.iloc[rows]
        target = target.iloc[:, 0] if target.ndim == 2 else target
        return Source(load.__name__, table.iloc[rows].reset_index(drop=True), target.to_numpy())

    return source


def _adult(draw: Draw) -> Source:
    work = draw.choice([" Private", " Self-emp", " State-gov", " ?"], ROWS, p=[0.55, 0.2, 0.15, 0.1])
    table = pd.DataFrame({"age": draw.integers(18, 80, ROWS), "work": work, "sex": draw.choice([" M", " F"], ROWS)})
    score = (table.age - 45) / 15 + 2.0 * (work == " Self-emp") - (table.sex == " F")
    return Source("adult", table, _above(draw, score))


def _houses(draw: Draw) -> Source:
    table = pd.DataFrame(
        {
            "area": draw.integers(1300, 20000, ROWS).astype(float),
            "alley": draw.choice(np.array([np.nan, "Grvl", "Pave"], dtype=object), ROWS, p=[0.5, 0.25, 0.25]),
            "built": draw.integers(1900, 2010, ROWS),
        }
    )
    table.loc[draw.random(ROWS) < 0.1, "area"] = np.nan
    price = table.area.fillna(9000) / 100 + 30 * (table.alley == "Pave") + (table.built - 1950)
    return Source("houses", table, price.to_numpy() + draw.normal(0, 3, ROWS))


def _churn(draw: Draw) -> Source:
    table = pd.DataFrame(
        {"tenure": draw.integers(0, 72, ROWS), "paperless": draw.random(ROWS) < 0.6, "fee": draw.gamma(2, 20, ROWS)}
    )
    return Source("churn", table, _above(draw, -0.05 * (table.tenure - 30) + 2 * table.paperless))


def _accounts(draw: Draw) -> Source:
    ids = np.array([2**53 + 1, 2**53 + 3, 2**60 + 7, 12])
    table = pd.DataFrame({"account": draw.choice(ids, ROWS), "b": draw.normal(size=ROWS)})
    return Source("accounts", table, (5.0 * (table.account == ids[0]) + table.b).to_numpy(), text=["account"])


def _zips(draw: Draw) -> Source:
    table = pd.DataFrame({"zip": draw.choice(["02139", "10001", "07030"], ROWS), "b": draw.normal(size=ROWS)})
    return Source("zips", table, _above(draw, 3.0 * (table.zip == "02139") - 1 + table.b), text=["zip"])


def _above(draw: Draw, score: Any) -> Any:
    return (np.asarray(score, dtype=float) + draw.logistic(size=len(score)) > 0).astype(int)


SOURCES: tuple[Callable[[Draw], Source], ...] = (
    *map(_toy, (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes)),
    *map(_toy, (datasets.load_digits, datasets.load_linnerud)),
    *(_adult, _houses, _churn, _accounts, _zips),
)
