"""Classifiers whose scores are linear in the features."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, classifier, competing
from sealdrop.publish.network import affine
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import predicts
from sealdrop_core.manifest import Output


@predicts("linear_model.LogisticRegression", "linear_model.LogisticRegressionCV", fitted="coef_")
def logistic_regression(estimator: Any) -> Compiled:
    """One logit for two classes; softmax for more, or one logistic for each as releases before 1.8 could."""
    way = getattr(estimator, "multi_class", "auto")
    ovr = way == "ovr" or (way in ("auto", "deprecated") and estimator.solver == "liblinear")
    if way == "multinomial" and len(estimator.classes_) == 2:
        raise UnsupportedModel(
            "a multinomial LogisticRegression of two classes halves its logits",
            remedy="Fit it without multi_class='multinomial'.",
        )
    return classifier(estimator.coef_, estimator.intercept_, estimator.classes_, "ovr" if ovr else "multinomial")


@predicts("linear_model.SGDClassifier", fitted="coef_")
def sgd_classifier(estimator: Any) -> Compiled:
    """One score against the rest for each class; probabilities exist for the logistic loss."""
    kind = "ovr" if estimator.loss == "log_loss" else "classes"
    return classifier(estimator.coef_, estimator.intercept_, estimator.classes_, kind)


@predicts(
    "linear_model.Perceptron",
    "linear_model.PassiveAggressiveClassifier",
    "svm.LinearSVC",
    fitted="coef_",
)
def one_against_the_rest(estimator: Any) -> Compiled:
    """One margin against the rest for each class, no probabilities."""
    return classifier(estimator.coef_, estimator.intercept_, estimator.classes_, "classes")


@predicts("linear_model.RidgeClassifier", "linear_model.RidgeClassifierCV", fitted="coef_")
def ridge_classifier(estimator: Any) -> Compiled:
    """A ridge regression onto -1 and 1 for each class, or for each of many labels."""
    if estimator._label_binarizer.y_type_.startswith("multilabel"):
        weight = np.atleast_2d(estimator.coef_)
        bias = np.broadcast_to(np.ravel(estimator.intercept_), weight.shape[:1])
        return Compiled(affine(weight, bias), Output(kind="multilabel", flat=False))
    return classifier(estimator.coef_, estimator.intercept_, estimator.classes_, "classes")


@predicts("discriminant_analysis.LinearDiscriminantAnalysis", fitted="coef_")
def linear_discriminant_analysis(estimator: Any) -> Compiled:
    """Log posteriors up to a common term: linear since the classes share one covariance."""
    return classifier(estimator.coef_, estimator.intercept_, estimator.classes_, "multinomial")


@predicts("naive_bayes.MultinomialNB", fitted="feature_log_prob_")
def multinomial_naive_bayes(estimator: Any) -> Compiled:
    """Log likelihoods of counts: linear in the counts."""
    return competing(estimator.feature_log_prob_, estimator.class_log_prior_, estimator.classes_, "multinomial")


@predicts("naive_bayes.ComplementNB", fitted="feature_log_prob_")
def complement_naive_bayes(estimator: Any) -> Compiled:
    """Weights of the complement of each class (Rennie et al., ICML 2003); the prior counts for one class only."""
    return competing(estimator.feature_log_prob_, np.zeros(1), estimator.classes_, "multinomial")
