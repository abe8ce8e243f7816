"""A class that predicts and transforms is compiled by the one that its place in a pipeline calls for."""

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.datasets import load_iris
from sklearn.feature_selection import RFE, RFECV
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsOneClassifier
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import all_estimators

from sealdrop.prediction import Prediction
from sealdrop.publish import UnsupportedModel
from sealdrop.publish.original import answered
from sealdrop.publish.reading import NotPublished, read
from sealdrop.publish.sklearn.registry import compile_estimator, compile_transformer
from sealdrop.timing import Stopwatch

X, Y = load_iris(return_X_y=True)
BOTH = sorted(
    name
    for name, kind in all_estimators()
    if hasattr(kind, "predict") and hasattr(kind, "transform") and "estimator" not in inspect.signature(kind).parameters
)


def _fitted(name: str) -> Any:
    kind = dict(all_estimators())[name]
    needed = {"estimators": [("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))]}
    options = {key: value for key, value in needed.items() if key in inspect.signature(kind).parameters}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return kind(**options).fit(X, Y)
        except (ValueError, TypeError):
            pytest.skip(f"{name} does not fit iris")


@pytest.mark.parametrize("name", BOTH)
def test_at_the_end_predict_counts_and_in_the_middle_transform(name: str) -> None:
    estimator = _fitted(name)
    for compile_, method in ((compile_estimator, "predict"), (compile_transformer, "transform")):
        try:
            compiled = compile_(estimator)
        except UnsupportedModel as refusal:
            assert name in refusal.message  # noqa: PT017
            continue
        scores = compiled.network.evaluate(X)
        wanted = getattr(estimator, method)(X)
        found = answered(scores, compiled.output) if method == "predict" else scores
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, atol=1e-8)


@pytest.mark.parametrize(
    "clusters", [KMeans(3, n_init=1, random_state=0), MiniBatchKMeans(3, n_init=1, random_state=0)]
)
@pytest.mark.parametrize("beside", [False, True])
def test_distances_to_centres_are_refused_by_name(clusters: Any, beside: bool) -> None:
    step = make_union(StandardScaler(), clusters) if beside else clusters
    model = make_pipeline(step, LogisticRegression(max_iter=500)).fit(X, Y)
    with pytest.raises(UnsupportedModel, match="KMeans in the middle of a pipeline") as refusal:
        compile_estimator(model)
    assert "square root" in refusal.value.remedy


@pytest.mark.parametrize("kind", [RFE, RFECV])
def test_recursive_elimination_predicts(kind: Any) -> None:
    model = kind(LogisticRegression(max_iter=500)).fit(X, Y)
    compiled = compile_estimator(model)
    assert (answered(compiled.network.evaluate(X), compiled.output) == model.predict(X)).all()
    assert compile_transformer(model).network.outputs == model.n_features_


def test_an_identity_is_a_step_of_a_pipeline() -> None:
    model = make_pipeline(FunctionTransformer(), StandardScaler(), LogisticRegression(max_iter=500)).fit(X, Y)
    compiled = compile_estimator(model)
    assert (answered(compiled.network.evaluate(X), compiled.output) == model.predict(X)).all()
    with pytest.raises(UnsupportedModel, match="FunctionTransformer"):
        compile_estimator(make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(X, Y))


@pytest.mark.parametrize("model", [SGDClassifier(loss="modified_huber", random_state=0), NearestCentroid()])
def test_what_the_original_predicts_and_the_published_model_will_not_is_told(model: Any) -> None:
    with pytest.warns(NotPublished, match="the published model has no predict_proba"):
        read(model.fit(X, Y))


def test_one_against_one_of_two_classes_decides_as_the_original() -> None:
    two = Y < 2
    model = OneVsOneClassifier(LogisticRegression()).fit(X[two], Y[two])
    compiled = compile_estimator(model)
    prediction = Prediction(compiled.output, compiled.network.evaluate(X[two]), "", Stopwatch(100).read())
    np.testing.assert_allclose(prediction.decision_function(), model.decision_function(X[two]), atol=1e-9)
    assert (prediction.predict() == model.predict(X[two])).all()
