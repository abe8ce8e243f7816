"""What an owner says of the tables beyond the calibration rows: ranges, unknown categories, names."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from tests.publish.tables import STRANGE, TABLE, TARGET, TRANSFORMERS, WORDS

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.rows import admit
from sealdrop.publish import UnsupportedCalibration, UnsupportedModel, publish
from sealdrop.publish.agreement import encrypted_scores
from sealdrop.publish.conventions import Conventions
from sealdrop.publish.drafting import draft
from sealdrop.publish.unknown import UnknownRefused

X, Y = load_digits(return_X_y=True)
LINEAR = make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=300)).fit(X, Y)


def _draft(model: Any, table: Any, **conventions: Any) -> Any:
    return draft(model, table, name="known", rows=(1,), conventions=Conventions(**conventions))


def test_a_pixel_that_was_dark_in_every_row_may_be_bright() -> None:
    bright = X[:3].copy()
    bright[:, 0] = 16  # this corner is dark in all rows
    with pytest.raises(RefusedInput, match="column 'x0' leaves"):
        admit(bright, _draft(LINEAR, X).manifest)
    manifest = _draft(LINEAR, X, ranges=(0, 16)).manifest
    assert {(feature.low, feature.high) for feature in manifest.features} == {(0, 16)}
    np.testing.assert_array_equal(admit(bright, manifest).rows, bright)


def test_rows_in_a_range_that_no_calibration_row_reaches_are_answered_within_the_error() -> None:
    drafted = _draft(LINEAR, X, ranges=(0, 255))
    manifest = drafted.manifest
    rows = np.random.default_rng(0).uniform(0, 255, (8, 64))
    scores = encrypted_scores(manifest, manifest.plans[0], drafted.weights, admit(rows, manifest).rows)
    assert np.abs(scores - LINEAR.decision_function(rows)).max() <= manifest.plans[0].quote.error


def test_a_network_answers_rows_at_the_ends_of_given_ranges() -> None:
    network = make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=40, random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(X[:, 20:28], Y > 4)
    known = Conventions(ranges=(0, 32))
    drafted = draft(network, X[:, 20:28], name="known", rows=(1,), min_agreement=0.8, conventions=known)
    rows = X[:40, 20:28].copy()
    rows[np.arange(40), np.arange(40) % 8] = 32
    manifest = drafted.manifest
    scores = encrypted_scores(manifest, manifest.plans[0], drafted.weights, admit(rows, manifest).rows)
    assert np.abs(scores - drafted.scores(rows)).max() <= manifest.plans[0].quote.error


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({"age": (0, 30)}, "the range given for column 'age' does not hold the calibration rows"),
        ({"age": (120, 0)}, "the range given for column 'age' does not hold"),
        ({"age": (0, np.inf)}, "the range given for column 'age' does not hold"),
        ({"plan": (0, 9)}, "'plan', and the model computes with no such column"),
        ({"Age": (0, 120)}, "'Age', and the model computes with no such column"),
    ],
)
def test_a_range_that_cannot_be_is_refused(ranges: Any, message: str) -> None:
    model = make_pipeline(TRANSFORMERS["everything"][0], LogisticRegression(max_iter=1000)).fit(TABLE, TARGET)
    with pytest.raises(UnsupportedCalibration) as refusal:
        _draft(model, TABLE, ranges=ranges, allow_unknown=WORDS)
    assert refusal.value.code == "wrong_range"
    assert message in refusal.value.message


def test_some_columns_have_given_ranges_and_others_their_own() -> None:
    model = Ridge().fit(TABLE[["age", "income"]].fillna(40), TARGET)
    manifest = _draft(model, TABLE[["age", "income"]].fillna(40), ranges={"age": (0, 120)}).manifest
    age, income = manifest.features
    assert (age.low, age.high) == (0, 120)
    assert income.high == TABLE["income"].fillna(40).max()


def test_unknown_categories_are_refused_although_the_encoder_ignores_them() -> None:
    model = make_pipeline(TRANSFORMERS["everything"][0], LogisticRegression(max_iter=1000)).fit(TABLE, TARGET)
    with pytest.warns(UnknownRefused, match="clients refuse unknown categories in 'city', 'plan'"):
        manifest = _draft(model, TABLE).manifest
    with pytest.raises(RefusedInput) as refusal:
        admit(STRANGE, manifest)
    assert refusal.value.code == "unknown_category"
    assert "column 'city' holds no known category" in refusal.value.message
    with pytest.warns(UnknownRefused, match="in 'plan', although"):
        assert len(admit(STRANGE, _draft(model, TABLE, allow_unknown=["city"]).manifest).rows) == len(STRANGE)


@pytest.mark.parametrize("columns", [["member"], ["town"]])
def test_allowing_what_no_encoder_ignores_is_refused(columns: list[str]) -> None:
    encode = make_column_transformer((OneHotEncoder(), ["member"]), remainder="drop")
    model = make_pipeline(encode, LogisticRegression()).fit(TABLE, TARGET)
    with pytest.raises(UnsupportedModel) as refusal:
        _draft(model, TABLE, allow_unknown=columns)
    assert refusal.value.code == "nothing_to_allow"


def test_codes_that_no_calibration_row_has_stay_in_the_range() -> None:
    table = pd.DataFrame({"grade": ["a", "b", "c", "d", "e", "f"] * 10})
    model = make_pipeline(OrdinalEncoder(), Ridge()).fit(table, np.arange(60) % 6)
    drafted = _draft(model, table[table.grade.isin(["a", "b"])])
    manifest = drafted.manifest
    scores = encrypted_scores(manifest, manifest.plans[0], drafted.weights, admit(table, manifest).rows)
    np.testing.assert_allclose(scores[:, 0], model.predict(table), atol=manifest.plans[0].quote.error)
    assert manifest.normalization.scale == (2.5,)


def test_a_calibration_table_is_matched_by_name() -> None:
    table = TABLE[["age", "income"]].fillna(40)
    model = Ridge().fit(table, TARGET)
    shuffled = table[["income", "age"]].assign(other="x")
    assert _draft(model, shuffled).manifest.features == _draft(model, table).manifest.features
    other = table.rename(columns=str.upper)
    with pytest.raises(UnsupportedCalibration) as refusal:
        _draft(model, other)
    assert refusal.value.code == "wrong_calibration_columns"
    assert "AGE" not in refusal.value.message
    assert [feature.name for feature in _draft(model, other, columns="position").manifest.features] == ["age", "income"]


def test_a_dialect_that_is_none_is_refused() -> None:
    for wrong in ({"sep": ",", "decimal": ","}, {"sep": "ab"}, {"decimal": "x"}, {"sep": '"'}):
        with pytest.raises(Exception, match="the dialect of the tables is none") as refusal:
            publish(LINEAR, X, name="known", dry_run=True, **wrong)
        assert refusal.value.code == "bad_dialect"
