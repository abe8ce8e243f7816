"""What cannot be published is refused with a reason and the nearest thing that works."""

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn import (
    compose,
    ensemble,
    impute,
    kernel_ridge,
    linear_model,
    multiclass,
    naive_bayes,
    neighbors,
    pipeline,
    preprocessing,
    svm,
    tree,
)
from tests.publish.zoo import data, fitted

from sealdrop.publish import UnsupportedCalibration, UnsupportedModel, publish
from sealdrop.publish.drafting import draft
from sealdrop.publish.reading import RunsOwnCode, read
from sealdrop_core.errors import InvalidRequest, SealdropError


class Derived(linear_model.Ridge):
    """An estimator that computes something else."""

    def predict(self, X: Any) -> Any:
        return np.abs(super().predict(X))


def _refusal(model: Any, X: Any = None, **options: Any) -> SealdropError:
    X = data("iris")[0] if X is None else X
    with pytest.raises(SealdropError) as refusal:
        publish(model, X, name="m", dry_run=True, **options)
    assert refusal.value.remedy
    return refusal.value


@pytest.mark.parametrize(
    ("estimator", "reason", "remedy"),
    [
        (svm.SVC(), "'rbf' is no polynomial", "poly"),
        (svm.SVC(kernel="sigmoid"), "'sigmoid' is no polynomial", "poly"),
        (kernel_ridge.KernelRidge(kernel="rbf"), "'rbf' is no polynomial", "poly"),
        (tree.DecisionTreeClassifier(), "sklearn.tree.DecisionTreeClassifier", "MLP"),
        (ensemble.RandomForestClassifier(3), "sklearn.ensemble.RandomForestClassifier", "MLP"),
        (ensemble.GradientBoostingClassifier(n_estimators=2), "GradientBoostingClassifier", "MLP"),
        (neighbors.KNeighborsClassifier(), "sklearn.neighbors.KNeighborsClassifier", "NearestCentroid"),
        (neighbors.NearestCentroid(metric="manhattan"), "manhattan", "euclidean"),
        (naive_bayes.BernoulliNB(), "BernoulliNB", "OneHotEncoder"),
        (multiclass.OutputCodeClassifier(linear_model.RidgeClassifier()), "OutputCode", "one by one"),
        (pipeline.make_pipeline(preprocessing.Binarizer(), linear_model.Ridge()), "Binarizer", "KBinsDiscretizer"),
        (pipeline.make_pipeline(impute.KNNImputer(), linear_model.Ridge()), "KNNImputer", "SimpleImputer"),
        (
            pipeline.make_pipeline(preprocessing.FunctionTransformer(np.sqrt), linear_model.Ridge()),
            "FunctionTransformer",
            "before",
        ),
        (
            pipeline.make_pipeline(preprocessing.MinMaxScaler(clip=True), linear_model.Ridge()),
            "clip=True",
            "clip=False",
        ),
        (pipeline.make_pipeline(preprocessing.Normalizer(), linear_model.Ridge()), "Normalizer", "StandardScaler"),
        (pipeline.make_pipeline(preprocessing.PolynomialFeatures(3), linear_model.Ridge()), "degree 3", "degree=2"),
        (svm.SVC(kernel="linear", decision_function_shape="ovo"), "ovo", "ovr"),
        (multiclass.OneVsOneClassifier(naive_bayes.GaussianNB()), "decision function", "estimator itself"),
        (multiclass.OneVsRestClassifier(tree.DecisionTreeClassifier()), "DecisionTree", "MLP"),
        (Derived(), "Derived", "derived class"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_with_the_nearest_that_does(
    estimator: Any, reason: str, remedy: str
) -> None:
    X, y = data("iris")
    refusal = _refusal(estimator.fit(X, y))
    assert isinstance(refusal, UnsupportedModel)
    assert reason in refusal.message
    assert remedy in refusal.remedy


@pytest.mark.parametrize(
    "estimator",
    [
        linear_model.LogisticRegression(),
        linear_model.Ridge(),
        svm.SVC(kernel="linear"),
        naive_bayes.GaussianNB(),
        preprocessing.StandardScaler(),
        pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.Ridge()),
    ],
)
def test_an_unfitted_estimator_is_refused(estimator: Any) -> None:
    assert _refusal(estimator).code == "not_fitted"


@pytest.mark.parametrize("thing", [object(), {"coef_": [1.0]}, 3, None, [1.0, 2.0], len])
def test_an_object_that_is_no_model_is_refused(thing: Any) -> None:
    assert _refusal(thing).code == "unsupported_model"


IRIS = data("iris")[0]


def _with(value: Any) -> Any:
    X = IRIS.astype(object if isinstance(value, str) else float)
    X[3, 2] = value
    return X


@pytest.mark.parametrize(
    ("X", "code"),
    [
        (IRIS[:, :3], "wrong_calibration_width"),
        (IRIS[0], "wrong_calibration_width"),
        (IRIS[:, :, np.newaxis], "wrong_calibration_width"),
        (_with(np.nan), "calibration_not_finite"),
        (_with(-np.inf), "calibration_not_finite"),
        (_with("setosa"), "calibration_not_numeric"),
        ([[1, 2], [3]], "wrong_calibration_width"),
        (IRIS[:1], "too_few_calibration_rows"),
        (IRIS[:0], "too_few_calibration_rows"),
    ],
)
def test_calibration_rows_that_do_not_fit_are_refused(X: Any, code: str) -> None:
    refusal = _refusal(fitted("LogisticRegression-strings").estimator, X)
    assert isinstance(refusal, UnsupportedCalibration)
    assert refusal.code == code


@pytest.mark.parametrize("name", ["", "Upper", "a b", "../a", "a" * 64, "a@1"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        draft(fitted("LogisticRegression-strings").estimator, IRIS, name=name)
    assert refusal.value.code == "invalid_card"
    assert "name" in refusal.value.message


def test_two_columns_of_one_name_are_refused() -> None:
    table = pd.DataFrame(IRIS, columns=["a", "b", "a", "c"])
    assert _refusal(fitted("LogisticRegression-strings").estimator, table).code == "wrong_calibration_columns"


def test_another_number_of_labels_is_refused() -> None:
    assert _refusal(fitted("LogisticRegression-strings").estimator, labels=["a", "b"]).code == "wrong_labels"


def test_an_agreement_that_is_not_reached_is_refused() -> None:
    case = fitted("MLPClassifier-relu")
    refusal = _refusal(case.estimator, case.X, min_agreement=1.1)
    assert refusal.code == "agreement_too_low"
    assert "1.1" in refusal.message


def test_joblib_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(fitted("Ridge").estimator, path)
    with pytest.warns(RunsOwnCode, match=r"model\.joblib"):
        model = read(path)
    assert model.source.startswith("sklearn.linear_model.Ridge (scikit-learn")


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x04.", b"cos\nmissing_thing\n."])
def test_a_joblib_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.joblib"
    path.write_bytes(content)
    with pytest.warns(RunsOwnCode), pytest.raises(UnsupportedModel) as refusal:
        read(path)
    assert refusal.value.code == "unreadable_model"


def test_a_joblib_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump({"a": 1}, path)
    with pytest.warns(RunsOwnCode), pytest.raises(UnsupportedModel, match="dict is no model"):
        read(path)


@pytest.mark.parametrize("name", ["model.bin", "model"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"model")
    with pytest.raises(UnsupportedModel, match="unknown kind") as refusal:
        read(str(tmp_path / name))
    assert refusal.value.code == "unreadable_model"


@pytest.mark.parametrize("name", ["missing.joblib", "missing.onnx", "."])
def test_files_that_are_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsupportedModel, match="there is no file") as refusal:
        read(str(tmp_path / name))
    assert refusal.value.code == "unreadable_model"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers(value: float) -> None:
    X, y = data("iris")
    estimator = linear_model.Ridge().fit(X, y)
    estimator.coef_[1] = value
    assert _refusal(estimator).code == "model_not_finite"


def test_rows_that_the_model_itself_refuses() -> None:
    X, y = data("iris")
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    chosen = compose.make_column_transformer((preprocessing.StandardScaler(), ["a", "b"]))
    refusal = _refusal(pipeline.make_pipeline(chosen, linear_model.Ridge()).fit(table, y), X)
    assert refusal.code == "calibration_refused"


def test_targets_of_very_different_sizes() -> None:
    """An error that fits the first would drown the second, whatever both agree by together."""
    X, y = data("iris")
    refusal = _refusal(linear_model.Ridge().fit(X, np.stack([1e6 * y, 1e-3 * y], axis=1)))
    assert refusal.code == "agreement_too_low"
    assert "one by one" in refusal.remedy


@pytest.mark.parametrize("rows", [(), (0,), (3, -1), np.array([0])])
def test_request_sizes_that_are_none(rows: Any) -> None:
    assert _refusal(fitted("LogisticRegression-strings").estimator, rows=rows).code == "invalid_request"


def test_request_sizes_in_an_array() -> None:
    plans = draft(
        fitted("LogisticRegression-strings").estimator, IRIS, name="m", rows=np.array([1, 500])
    ).manifest.plans
    assert len(plans) == 2
