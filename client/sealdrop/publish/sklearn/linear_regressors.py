"""Regressors whose scores are linear in the features; a link, if any, is applied by the client."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, dense, regressor
from sealdrop.publish.network import stack
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import compile_estimator, predicts
from sealdrop_core.manifest import Output

_PLAIN = (
    "ARDRegression",
    "BayesianRidge",
    "ElasticNet",
    "ElasticNetCV",
    "HuberRegressor",
    "Lars",
    "LarsCV",
    "Lasso",
    "LassoCV",
    "LassoLars",
    "LassoLarsCV",
    "LassoLarsIC",
    "LinearRegression",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "OrthogonalMatchingPursuit",
    "OrthogonalMatchingPursuitCV",
    "PassiveAggressiveRegressor",
    "QuantileRegressor",
    "Ridge",
    "RidgeCV",
    "SGDRegressor",
    "TheilSenRegressor",
)


@predicts(*(f"linear_model.{name}" for name in _PLAIN), "svm.LinearSVR", fitted="coef_")
def linear_regressor(estimator: Any) -> Compiled:
    """weight @ x + bias."""
    weight = dense(estimator.coef_)
    if np.ndim(estimator.intercept_) == 1 and len(estimator.intercept_) > 1:
        weight = np.atleast_2d(weight)
    return regressor(weight, estimator.intercept_)


@predicts("linear_model.PoissonRegressor", "linear_model.GammaRegressor", fitted="coef_")
def log_link(estimator: Any) -> Compiled:
    """A generalized linear model with a logarithmic link: the client takes the exponential."""
    return regressor(estimator.coef_, estimator.intercept_, link="exp")


@predicts("linear_model.TweedieRegressor", fitted="coef_")
def tweedie(estimator: Any) -> Compiled:
    """A generalized linear model; `auto` is the identity for the normal distribution and the logarithm above."""
    logarithmic = estimator.link == "log" or (estimator.link == "auto" and estimator.power > 0)
    return regressor(estimator.coef_, estimator.intercept_, link="exp" if logarithmic else "identity")


@predicts("linear_model.RANSACRegressor", fitted="estimator_")
def ransac(estimator: Any) -> Compiled:
    """The regressor that was fitted to the inliers."""
    return compile_estimator(estimator.estimator_)


@predicts(
    "cross_decomposition.PLSRegression", "cross_decomposition.PLSCanonical", "cross_decomposition.CCA", fitted="coef_"
)
def partial_least_squares(estimator: Any) -> Compiled:
    """A linear map of the centred features."""
    weight = np.asarray(estimator.coef_)
    bias = estimator.intercept_ - weight @ estimator._x_mean
    return regressor(weight[0] if estimator._predict_1d else weight, bias)


@predicts("multioutput.MultiOutputRegressor", fitted="estimators_")
def multi_output(estimator: Any) -> Compiled:
    """One regressor for each target, side by side."""
    parts = [compile_estimator(part) for part in estimator.estimators_]
    if len({part.output for part in parts}) != 1:
        raise UnsupportedModel("the targets have different links", remedy="Publish one model for each target.")
    output = Output(kind="regression", flat=False, link=parts[0].output.link)
    return Compiled(stack(part.network for part in parts), output)
