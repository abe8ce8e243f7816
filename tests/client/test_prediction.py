"""What scores become, kind by kind, is what scikit-learn makes of them."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.svm import SVC, LinearSVC

from sealdrop.prediction import Prediction, logistic, offers
from sealdrop.timing import Stopwatch
from sealdrop_core.manifest import Output

X, y = load_iris(return_X_y=True)
X = X[:, :2]  # hard enough that votes tie


def prediction(scores, **output):
    scores = np.asarray(scores, dtype=float)
    scores = scores[:, None] if scores.ndim == 1 else scores
    return Prediction(Output(**output), scores, "j", Stopwatch(len(scores)).read())


def same(answer, wanted):
    np.testing.assert_allclose(answer, wanted, rtol=1e-12, atol=1e-300)
    assert answer.dtype == wanted.dtype
    return True


def test_extreme_logits_do_not_overflow():
    scores = np.array([-800.0, -20.0, 0.0, 20.0, 800.0])
    probabilities = prediction(scores, kind="binary", classes=("a", "b")).predict_proba()
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert probabilities[1, 1] == pytest.approx(np.exp(-20) / (1 + np.exp(-20)), rel=1e-12)
    assert logistic(np.array([800.0])) == 1


def test_multinomial_scores_become_softmax():
    estimator = LogisticRegression(max_iter=500).fit(X, y)
    answer = prediction(estimator.decision_function(X), kind="multinomial", classes=(0, 1, 2))
    assert same(answer.predict_proba(), estimator.predict_proba(X))
    assert same(answer.predict(), estimator.predict(X))


def test_one_versus_rest_scores_become_normalised_probabilities():
    estimator = OneVsRestClassifier(LogisticRegression()).fit(X, y)
    answer = prediction(estimator.decision_function(X), kind="ovr", classes=(0, 1, 2))
    assert same(answer.predict_proba(), estimator.predict_proba(X))
    assert same(answer.predict(), estimator.predict(X))


def test_the_largest_score_wins():
    estimator = LinearSVC().fit(X, y)
    answer = prediction(estimator.decision_function(X), kind="classes", classes=(0, 1, 2))
    assert same(answer.predict(), estimator.predict(X))
    assert same(answer.decision_function(), estimator.decision_function(X))


def test_the_sign_of_a_margin_decides():
    estimator = LinearSVC().fit(X, y == 1)
    answer = prediction(estimator.decision_function(X), kind="margin", classes=(False, True))
    assert same(answer.predict(), estimator.predict(X))
    assert same(answer.decision_function(), estimator.decision_function(X))


def test_pairs_vote_as_in_libsvm():
    estimator = SVC(kernel="linear", decision_function_shape="ovo").fit(X, y)
    answer = prediction(-estimator.decision_function(X), kind="pairs", classes=(0, 1, 2), ties="first")
    assert same(answer.predict(), estimator.predict(X))
    assert same(answer.decision_function(), estimator.set_params(decision_function_shape="ovr").decision_function(X))


def test_pairs_that_tie_are_decided_by_confidence():
    estimator = OneVsOneClassifier(LinearSVC()).fit(X, y)
    scores = np.stack([one.decision_function(X) for one in estimator.estimators_], axis=1)
    answer = prediction(scores, kind="pairs", classes=(0, 1, 2), ties="confidence")
    assert same(answer.predict(), estimator.predict(X))
    assert same(answer.decision_function(), estimator.decision_function(X))


def test_every_label_is_decided_by_its_sign():
    labels = np.stack([y == 0, y != 2], axis=1).astype(int)
    estimator = OneVsRestClassifier(LogisticRegression()).fit(X, labels)
    answer = prediction(estimator.decision_function(X), kind="multilabel", link="logistic", classes=(0, 1))
    assert same(answer.predict(), estimator.predict(X))
    assert same(answer.predict_proba(), estimator.predict_proba(X))
    assert not offers(Output(kind="multilabel"), "predict_proba")


def test_regression_has_the_shape_and_the_link_of_its_target():
    scores = np.array([[0.0], [1.0]])
    assert prediction(scores, kind="regression").predict().shape == (2,)
    assert prediction(scores, kind="regression", flat=False).predict().shape == (2, 1)
    assert same(prediction(scores, kind="regression", link="exp").predict(), np.exp([0.0, 1.0]))


def test_a_transformation_is_its_scores():
    scores = np.arange(6.0).reshape(2, 3)
    assert (prediction(scores, kind="transform").transform() == scores).all()
