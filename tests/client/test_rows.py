"""Rows the model was not made for are refused before anything is sealed."""

import numpy as np
import pandas as pd
import pytest

from sealdrop import OutOfRange, RefusedInput
from sealdrop.preprocessing.columns import typed
from sealdrop.preprocessing.rows import admit


@pytest.fixture
def manifest(published):
    return published["breast-cancer@1"][0]


@pytest.fixture
def good(cancer):
    return cancer.X[:4].to_numpy().copy()


def refused(X, manifest, **options):
    with pytest.raises(RefusedInput) as refusal:
        admit(X, manifest, **options)
    return refusal.value


def test_missing_columns_are_named_and_others_counted(manifest, cancer):
    X = cancer.X.rename(columns={"mean radius": "radius"})
    refusal = refused(X, manifest)
    assert refusal.code == "wrong_columns"
    assert refusal.message == "the table lacks the model's column 'mean radius'; 1 of its 30 columns have other names"


def test_other_columns_are_not_used(manifest, cancer):
    X = cancer.X.assign(id=1)[["id", *cancer.X.columns[::-1]]]
    assert (admit(X, manifest).rows == cancer.X.to_numpy()).all()


def test_a_column_that_is_there_twice_is_refused(manifest, cancer):
    X = pd.concat([cancer.X, cancer.X[["mean radius"]]], axis=1)
    assert refused(X, manifest).message == "the table has the column 'mean radius' more than once"


@pytest.mark.parametrize(
    "names",
    [
        range(30),
        [f"lab_{index}" for index in range(30)],
        pd.MultiIndex.from_product([["lab"], range(30)]),
    ],
    ids=["integers", "others", "tuples"],
)
def test_columns_of_other_names_are_refused_unless_position_is_asked_for(manifest, cancer, names):
    X = cancer.X.set_axis(names, axis=1)
    refusal = refused(X, manifest)
    assert refusal.code == "wrong_columns"
    assert refusal.message == "none of the table's 30 column names is one of the model's 30"
    assert "lab" not in refusal.message + refusal.remedy
    assert (admit(X, manifest, columns="position").rows == cancer.X.to_numpy()).all()


def test_names_that_differ_in_capital_letters_only_are_told(manifest, cancer):
    refusal = refused(cancer.X.rename(columns=str.upper), manifest)
    assert "capital letters" in refusal.remedy


def test_the_models_names_in_another_order_are_no_positions(manifest, cancer):
    assert refused(cancer.X[cancer.X.columns[::-1]], manifest, columns="position").code == "wrong_columns"


def test_too_few_columns_are_counted(manifest, good):
    refusal = refused(good[:, :29], manifest)
    assert refusal.code == "wrong_columns"
    assert refusal.message == "the model takes 30 columns and the table has 29"


def test_too_many_columns_are_counted(manifest, good):
    assert "the table has 31" in refused(np.hstack([good, good[:, :1]]), manifest).message


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_located(manifest, good, value):
    good[2, 3] = value
    refusal = refused(good, manifest)
    assert refusal.code == "not_finite"
    assert "row 2, column 'mean area'" in refusal.message


def test_a_missing_value_of_pandas_is_refused(manifest, cancer):
    X = cancer.X[:3].astype("Float64")
    X.iloc[1, 0] = pd.NA
    assert refused(X, manifest).message == "row 1, column 'mean radius' has no value"


@pytest.mark.parametrize("X", [[["a"] * 30], [[1j] * 30], np.full((1, 30), "2024-01-01", dtype="datetime64[D]")])
def test_what_is_no_table_of_numbers_is_refused(manifest, X):
    assert refused(X, manifest).code == "not_numeric"


@pytest.mark.parametrize("X", [[[1.0], [1.0, 2.0]], object(), iter([[1.0] * 30]), {"a": [1], "b": [1, 2]}])
def test_what_is_no_table_is_refused(manifest, X):
    assert refused(X, manifest).code == "wrong_shape"


@pytest.mark.parametrize("shape", [(30,), (1, 1, 30), ()])
def test_another_number_of_dimensions_is_refused(manifest, shape):
    assert refused(np.zeros(shape), manifest).code == "wrong_shape"


def test_a_table_without_rows_is_refused(manifest):
    assert refused(np.zeros((0, 30)), manifest).code == "no_rows"


def outside(good, manifest):
    """Return rows of which one leaves the range of 'mean area' far and another's 'mean radius' a little."""
    good[1, 0] = manifest.features[0].high * 1.01
    good[3, 3] = manifest.features[3].high * 5
    return good


def test_the_worst_column_out_of_range_is_named_and_no_value_told(manifest, good):
    refusal = refused(outside(good, manifest), manifest)
    assert refusal.code == "out_of_range"
    assert "column 'mean area'" in refusal.message
    assert "row 3 is too far" in refusal.message
    assert f"{good[3, 3]:g}" not in refusal.message


def test_rows_out_of_range_pass_with_a_warning(manifest, good):
    with pytest.warns(OutOfRange, match="mean area"):
        assert (admit(outside(good, manifest), manifest, "warn").rows == good).all()


def test_rows_out_of_range_are_clipped(manifest, good):
    clipped = admit(outside(good, manifest), manifest, "clip").rows
    assert clipped[3, 3] == manifest.features[3].high
    assert (clipped[0] == good[0]).all()


def test_a_refusal_comes_before_any_request(client, service):
    model = client.model("breast-cancer")
    before = len(service.log)
    with pytest.raises(RefusedInput):
        model.predict(np.full((1, 30), 1e9))
    assert len(service.log) == before


def test_booleans_of_numpy_among_objects_are_numbers():
    column = np.array([np.True_, np.False_, True, None], dtype=object)
    assert typed("x", column, "number").values[:3].tolist() == [1.0, 0.0, 1.0]
