"""Columns that a few rows rule: named in a warning, and in a refusal whose cause they may be."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sealdrop.publish import ExtremeCalibrationRow, UnsupportedModel, publish
from sealdrop.publish.agreement import encrypted_scores
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.drafting import draft
from sealdrop.publish.extremes import extremes
from sealdrop.publish.reading import read
from sealdrop_core.circuit import Array
from sealdrop_core.errors import Infeasible

random = np.random.default_rng(0)
HOUSES = pd.DataFrame({"area": random.uniform(20, 200, 600), "rooms": random.integers(1, 6, 600).astype(float)})
PRICE = LinearRegression().fit(HOUSES, 3000 * HOUSES["area"] + 5000 * HOUSES["rooms"])


def _wild(value: float, row: int = 7) -> pd.DataFrame:
    rows = HOUSES.copy()
    rows.loc[row, "area"] = value
    return rows


def _extremes(table: object, model: object = PRICE) -> list[tuple[str, int]]:
    return [(one.column, one.row) for one in extremes(Calibration.read(table, read(model).compiled))]


def test_ordinary_columns_are_none() -> None:
    assert _extremes(HOUSES) == []


@pytest.mark.parametrize("value", [1e5, -1e9, 1e300])
def test_the_column_and_the_row_are_named(value: float) -> None:
    assert _extremes(_wild(value, row=41)) == [("area", 41)]


def test_heavy_tails_rare_flags_and_sentinels_are_none() -> None:
    rows = 1000
    table = np.column_stack(
        [
            random.lognormal(7, 2, rows),
            np.arange(rows) == 3,
            np.where(np.arange(rows) % 5, random.normal(-9000, 3000, rows), 365243),
            np.full(rows, 4.0),
        ]
    )
    assert _extremes(table, LinearRegression().fit(table, table[:, 0])) == []


def test_columns_before_encoders_and_imputers_are_looked_at() -> None:
    table = pd.DataFrame({"town": ["a", "b", None, "c"] * 100, "income": random.normal(50, 10, 400)})
    table.loc[5, "income"] = np.nan
    steps = make_column_transformer(
        (OneHotEncoder(), ["town"]), (make_pipeline(SimpleImputer(), StandardScaler()), ["income"])
    )
    model = make_pipeline(steps, LogisticRegression()).fit(table, np.arange(400) % 2)
    assert _extremes(table, model) == []
    table.loc[9, "income"] = 1e6
    assert _extremes(table, model) == [("income", 9)]


def test_ranges_that_few_rows_rule_are_warned_of_with_a_remedy() -> None:
    with pytest.warns(ExtremeCalibrationRow, match=r"row 7 stretches the range of column 'area' 56[0-9] times") as seen:
        publish(PRICE, _wild(1e5), name="price", rows=(1,), dry_run=True)
    assert "ranges={column: (low, high)}" in str(seen[0].message)


def test_a_wild_row_costs_others_no_more_than_fits_them() -> None:
    with pytest.warns(ExtremeCalibrationRow):
        own = draft(PRICE, _wild(1e5), name="price", rows=(64,))
    rows = HOUSES.to_numpy()[100:200]
    found = encrypted_scores(own.manifest, own.manifest.plans[0], own.weights, rows)[:, 0]
    assert np.abs(found / PRICE.predict(HOUSES[100:200]) - 1).max() < 0.01


@pytest.mark.filterwarnings("ignore::sealdrop.publish.ExtremeCalibrationRow")
@pytest.mark.parametrize("row", [0, 7])
def test_a_row_that_leaves_others_no_precision_is_named_in_the_refusal(row: int) -> None:
    with pytest.raises(Infeasible, match=f"row {row} stretches the range of column 'area'") as refusal:
        draft(PRICE, _wild(1e9, row), name="price", rows=(64,))
    assert "ranges=" in refusal.value.remedy


@pytest.mark.filterwarnings("ignore::sealdrop.publish.ExtremeCalibrationRow")
def test_a_network_that_a_wild_row_spoils_is_refused_with_its_name() -> None:
    X = random.normal(size=(300, 3))
    network = MLPClassifier((8,), max_iter=200, random_state=0)
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        network.fit(X, X[:, 0] + X[:, 1] ** 2 > 1)
    wild = X.copy()
    wild[11, 2] = 1e7
    with pytest.raises(UnsupportedModel, match="row 11 stretches the range of column 'x2'") as refusal:
        draft(network, wild, name="model", rows=(64,))
    assert refusal.value.code == "agreement_too_low"
    assert "Drop the row" in refusal.value.remedy


def test_heavy_tailed_sums_keep_their_relative_error() -> None:
    sums: Array = np.column_stack([random.lognormal(7, 3, 1500), random.lognormal(5, 2.5, 1500)])
    model = LinearRegression().fit(sums, sums @ [0.03, 0.1])
    own = draft(model, sums[:1000], name="claims", rows=(64,))
    rows = sums[1000:][(sums[1000:] <= sums[:1000].max(axis=0)).all(axis=1)]
    found = encrypted_scores(own.manifest, own.manifest.plans[0], own.weights, rows)[:, 0]
    relative = np.abs(found / model.predict(rows) - 1)
    assert np.median(relative) < 1e-3
    assert np.quantile(relative, 0.95) < 0.05
