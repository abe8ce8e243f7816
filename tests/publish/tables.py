"""Tables with text and missing values, and transformers over them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, OrdinalEncoder, StandardScaler

from sealdrop.preprocessing.columns import Column, typed
from sealdrop_core.manifest import Feature

ROWS = 240
NUMBERS, WORDS = ["age", "income"], ["city", "plan"]


def _table(seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": draw.normal(40, 10, ROWS),
            "city": draw.choice(["Bern", "Genf", "Zug", "Chur"], ROWS, p=[0.5, 0.3, 0.18, 0.02]).astype(object),
            "income": draw.gamma(2, 30, ROWS),
            "plan": draw.choice([1, 2, 5], ROWS).astype(object),
            "member": draw.choice([True, False], ROWS),
        }
    )
    for column in ("age", "income", "city"):
        table.loc[draw.random(ROWS) < 0.1, column] = np.nan
    return table


TABLE, UNSEEN = _table(1), _table(2)
TARGET = (TABLE["income"].fillna(60) + 20 * (TABLE["city"] == "Bern") > 70).astype(int)
STRANGE = UNSEEN.assign(city=UNSEEN["city"].where(UNSEEN.index % 7 != 0, "Basel"))

filled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
TRANSFORMERS: dict[str, tuple[Any, pd.DataFrame]] = {
    "mean": (make_column_transformer((SimpleImputer(), NUMBERS)), UNSEEN),
    "indicator": (make_column_transformer((SimpleImputer(add_indicator=True), NUMBERS)), UNSEEN),
    "constant": (make_column_transformer((SimpleImputer(strategy="constant", fill_value=-1), NUMBERS)), UNSEEN),
    "one-hot": (make_column_transformer((OneHotEncoder(handle_unknown="ignore"), WORDS)), STRANGE),
    "one-hot-drop": (make_column_transformer((OneHotEncoder(drop="first"), WORDS)), UNSEEN),
    "one-hot-drop-binary": (make_column_transformer((OneHotEncoder(drop="if_binary"), ["member", "plan"])), UNSEEN),
    "one-hot-infrequent": (
        make_column_transformer((OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20), WORDS)),
        STRANGE,
    ),
    "one-hot-infrequent-drop": (
        make_column_transformer(
            (OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=3, drop="first"), ["city"])
        ),
        STRANGE,
    ),
    "filled-words": (
        make_column_transformer(
            (
                make_pipeline(
                    SimpleImputer(strategy="constant", fill_value="nowhere"), OneHotEncoder(handle_unknown="ignore")
                ),
                ["city"],
            )
        ),
        STRANGE,
    ),
    "most-frequent": (
        make_column_transformer((make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["city"])),
        UNSEEN,
    ),
    "ordinal": (
        make_column_transformer(
            (
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2),
                WORDS,
            )
        ),
        STRANGE,
    ),
    "ordinal-filled": (make_column_transformer((make_pipeline(OrdinalEncoder(), SimpleImputer()), ["city"])), UNSEEN),
    "ordinal-grouped": (
        make_column_transformer((OrdinalEncoder(min_frequency=20, encoded_missing_value=9), ["city"])),
        UNSEEN,
    ),
    "bins": (
        make_column_transformer(
            (make_pipeline(SimpleImputer(), KBinsDiscretizer(4, encode="onehot-dense")), NUMBERS), ("drop", ["plan"])
        ),
        UNSEEN,
    ),
    "bins-ordinal": (
        make_column_transformer(
            (make_pipeline(SimpleImputer(), KBinsDiscretizer(3, encode="ordinal", strategy="uniform")), NUMBERS)
        ),
        UNSEEN,
    ),
    "everything": (
        ColumnTransformer(
            [
                ("numbers", filled, NUMBERS),
                ("words", OneHotEncoder(handle_unknown="ignore"), WORDS),
                ("nothing", "drop", []),
            ],
            remainder="passthrough",
        ),
        STRANGE,
    ),
    "by-position": (make_column_transformer((filled, [0, 2]), (OneHotEncoder(), slice(3, 5))), UNSEEN),
}
# the columns whose encoders ignore unknown categories, and whose owner allows that
LENIENT = {
    "one-hot": WORDS,
    "one-hot-infrequent": WORDS,
    "one-hot-infrequent-drop": ["city"],
    "filled-words": ["city"],
    "ordinal": WORDS,
    "everything": WORDS,
}


def columns(table: pd.DataFrame, features: Sequence[Feature]) -> list[Column]:
    """Return a table's columns as the client reads them: numbers as numbers, the rest as it is."""
    return [
        typed(feature.name, table[name].to_numpy(dtype=object), feature.kind)
        for name, feature in zip(table.columns, features, strict=True)
    ]
