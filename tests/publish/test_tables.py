"""Tables on their way into a model with steps: calibrated, described, admitted, encrypted, refused."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from tests.publish.tables import NUMBERS, ROWS, STRANGE, TABLE, TARGET, TRANSFORMERS, UNSEEN, WORDS, columns

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.columns import Column
from sealdrop.preprocessing.rows import admit
from sealdrop.preprocessing.steps import run
from sealdrop.publish import UnsupportedCalibration, UnsupportedModel
from sealdrop.publish.agreement import encrypted_scores
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.conventions import Conventions
from sealdrop.publish.drafting import draft
from sealdrop.publish.sklearn import compile_estimator
from sealdrop.publish.sklearn.registry import compile_transformer
from sealdrop.publish.unknown import UnknownRefused
from sealdrop_core.manifest import Manifest

LENIENT, CITY = Conventions(allow_unknown=WORDS), Conventions(allow_unknown=["city"])


def _model() -> Any:
    everything, _ = TRANSFORMERS["everything"]
    return make_pipeline(everything, LogisticRegression(max_iter=1000)).fit(TABLE, TARGET)


def test_steps_travel_in_the_manifest_as_json() -> None:
    model = _model()
    manifest = draft(model, TABLE, name="table", rows=(1,), conventions=LENIENT).manifest
    again = Manifest.model_validate_json(json.dumps(manifest.model_dump(mode="json")))
    assert again == manifest
    assert [feature.kind for feature in again.features] == ["number", "text", "number", "integer", "number"]
    assert [feature.name for feature in again.features] == list(TABLE.columns)
    assert again.features[1].low is None
    compiled = compile_estimator(model)
    found = compiled.network.evaluate(run(again.steps, columns(STRANGE, again.features)))
    np.testing.assert_allclose(found[:, 0], model.decision_function(STRANGE), atol=1e-9)


def test_text_in_a_column_of_numbers_is_read_and_among_categories_of_numbers_it_is_unknown() -> None:
    compiled = compile_estimator(_model())
    features = Calibration.read(TABLE, compiled, LENIENT).features
    text = UNSEEN.map(lambda value: None if value is None or value != value else str(value))
    text[["member", "plan"]] = UNSEEN[["member", "plan"]]
    one, other = (run(compiled.steps, columns(table, features)) for table in (UNSEEN, text))
    np.testing.assert_array_equal(one, other)
    with pytest.warns(UnknownRefused):
        manifest = draft(_model(), TABLE, name="t", rows=(1,), conventions=CITY).manifest
    with pytest.raises(RefusedInput, match="column 'plan' holds no known category"):
        admit(UNSEEN.assign(plan=UNSEEN["plan"].astype(str)), manifest)


@pytest.mark.parametrize(
    ("transformer", "table", "code"),
    [
        (OneHotEncoder(), STRANGE[["city"]], "unknown_category"),
        (OrdinalEncoder(), STRANGE[["city"]], "unknown_category"),
        (OrdinalEncoder(), UNSEEN[["city"]], "not_finite"),
        (SimpleImputer(), pd.DataFrame({"city": [1.0, "many"]}), "not_numeric"),
    ],
)
def test_rows_the_steps_cannot_take_are_refused(transformer: Any, table: pd.DataFrame, code: str) -> None:
    fitted = transformer.fit(TABLE[["income"]] if isinstance(transformer, SimpleImputer) else TABLE[["city"]])
    steps = compile_transformer(fitted).steps
    with pytest.raises(RefusedInput) as refusal:
        run(steps, [Column("city", table["city"].to_numpy(dtype=object))])
    assert refusal.value.code == code
    assert "'city'" in refusal.value.message
    assert "Basel" not in refusal.value.message
    assert "many" not in refusal.value.message


def test_client_steps_come_before_encrypted_ones() -> None:
    late = make_pipeline(StandardScaler(), SimpleImputer(), Ridge()).fit(TABLE[NUMBERS], TARGET)
    with pytest.raises(UnsupportedModel, match="'impute' comes after"):
        compile_estimator(late)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (STRANGE, None),
        (TABLE.assign(age="old"), "calibration_not_numeric"),
        (TABLE[["age"]], "wrong_calibration_columns"),
    ],
)
def test_calibration_tables_are_taken_or_refused(table: pd.DataFrame, code: str | None) -> None:
    compiled = compile_estimator(_model())
    if code is None:
        assert len(Calibration.read(table, compiled, LENIENT).rows) == ROWS
        return
    with pytest.raises(UnsupportedCalibration) as refusal:
        Calibration.read(table, compiled, LENIENT)
    assert refusal.value.code == code


def test_lifting_follows_steps() -> None:
    model = make_pipeline(
        make_column_transformer((make_pipeline(SimpleImputer(), MinMaxScaler()), NUMBERS), (OneHotEncoder(), WORDS)),
        PolynomialFeatures(2, interaction_only=True),
        Ridge(),
    ).fit(TABLE, TARGET)
    compiled = compile_estimator(model)
    features = Calibration.read(TABLE, compiled).features
    found = compiled.network.evaluate(run(compiled.steps, columns(UNSEEN, features)))
    np.testing.assert_allclose(found[:, 0], model.predict(UNSEEN), atol=1e-9)


def test_tables_are_admitted_stepped_and_encrypted() -> None:
    model = _model()
    drafted = draft(model, TABLE, name="table", rows=(1000,), conventions=LENIENT)
    manifest = drafted.manifest.model_copy(update={"leeway": 0.0})
    shuffled = STRANGE[["plan", "member", "city", "age", "income"]]
    rows = admit(shuffled, manifest, "clip").rows
    assert rows.shape == (ROWS, manifest.plans[0].layout.features)
    within = STRANGE.assign(
        **{name: STRANGE[name].clip(TABLE[name].min(), TABLE[name].max()) for name in NUMBERS}  # NaN stays
    )
    scores = encrypted_scores(manifest, manifest.plans[0], drafted.weights, rows)
    np.testing.assert_allclose(scores[:, 0], model.decision_function(within), rtol=0, atol=2.0**-10)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"age": 1e6}, "out_of_range"),
        ({"age": np.inf}, "not_finite"),
        ({"income": "much"}, "not_numeric"),
        ({"plan": 3}, None),
        ({"plan": [{}] * ROWS}, "unknown_category"),
        ({"member": None}, "not_finite"),
        ({"other": 1}, None),
    ],
)
def test_tables_are_refused_before_they_are_sealed(change: dict[str, Any], code: str | None) -> None:
    manifest = draft(_model(), TABLE, name="table", rows=(1,), conventions=LENIENT).manifest
    table = TABLE.assign(**change)
    if code is None:  # an unknown category where they are allowed, or a column that is not used
        assert len(admit(table, manifest).rows) == ROWS
        return
    with pytest.raises(RefusedInput) as refusal:
        admit(table, manifest)
    assert refusal.value.code == code
