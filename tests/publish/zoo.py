"""Fitted scikit-learn estimators on real data, each with rows it has not seen."""

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn import (
    cluster,
    cross_decomposition,
    datasets,
    decomposition,
    discriminant_analysis,
    feature_selection,
    kernel_ridge,
    linear_model,
    mixture,
    multiclass,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
)

scaled = lambda *steps: pipeline.make_pipeline(preprocessing.StandardScaler(), *steps)  # noqa: E731
ranged = lambda *steps: pipeline.make_pipeline(preprocessing.MinMaxScaler(), *steps)  # noqa: E731
logistic = lambda **options: linear_model.LogisticRegression(max_iter=2000, **options)  # noqa: E731


def _passive_aggressive(kind: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # on its way out, and still in use
        return getattr(linear_model, f"PassiveAggressive{kind}")(random_state=0)


@dataclass(frozen=True)
class Fitted:
    """An estimator, the rows it was fitted on and rows it has not seen."""

    estimator: Any
    X: Any
    unseen: Any


# name: (data, estimator); "+labels" and "+targets" make the target two-dimensional
EXACT: dict[str, tuple[str, Any]] = {
    "LogisticRegression-binary": ("breast_cancer", scaled(logistic())),
    "LogisticRegression-multinomial": ("wine", scaled(logistic())),
    "LogisticRegression-strings": ("iris+strings", logistic()),
    "LogisticRegressionCV": (
        "iris",
        linear_model.LogisticRegressionCV(Cs=2, cv=2, max_iter=300, l1_ratios=(0,), use_legacy_attributes=False),
    ),
    "RidgeClassifier-binary": ("breast_cancer", scaled(linear_model.RidgeClassifier())),
    "RidgeClassifier": ("digits", ranged(linear_model.RidgeClassifier())),
    "RidgeClassifierCV": ("wine", scaled(linear_model.RidgeClassifierCV())),
    "RidgeClassifier-multilabel": ("iris+labels", linear_model.RidgeClassifier()),
    "SGDClassifier-hinge": ("breast_cancer", scaled(linear_model.SGDClassifier(random_state=0))),
    "SGDClassifier-log": ("wine", scaled(linear_model.SGDClassifier(loss="log_loss", random_state=0))),
    "Perceptron": ("iris", scaled(linear_model.Perceptron(random_state=0))),
    "PassiveAggressiveClassifier": ("wine", scaled(_passive_aggressive("Classifier"))),
    "LinearSVC": ("digits", ranged(svm.LinearSVC(random_state=0))),
    "LinearDiscriminantAnalysis-binary": ("breast_cancer", discriminant_analysis.LinearDiscriminantAnalysis()),
    "LinearDiscriminantAnalysis": ("iris", discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr")),
    "MultinomialNB": ("digits", naive_bayes.MultinomialNB()),
    "ComplementNB": ("digits", naive_bayes.ComplementNB()),
    "NearestCentroid": ("wine", scaled(neighbors.NearestCentroid())),
    "NearestCentroid-prior": ("iris", neighbors.NearestCentroid(priors=[0.2, 0.3, 0.5])),
    "KMeans": ("iris", cluster.KMeans(4, n_init=3, random_state=0)),
    "KMeans-binary": ("wine", scaled(cluster.MiniBatchKMeans(2, n_init=3, random_state=0))),
    "SVC-linear-binary": ("breast_cancer", scaled(svm.SVC(kernel="linear"))),
    "SVC-linear": ("iris", svm.SVC(kernel="linear")),
    "SVC-poly2-binary": ("breast_cancer", ranged(svm.SVC(kernel="poly", degree=2, coef0=1))),
    "SVC-poly2": ("wine", scaled(svm.SVC(kernel="poly", degree=2, coef0=1))),
    "SVC-poly3": ("iris", ranged(svm.SVC(kernel="poly", degree=3, coef0=1))),
    "SVC-poly1": ("iris", svm.SVC(kernel="poly", degree=1, break_ties=True)),
    "NuSVC-poly2": ("iris", ranged(svm.NuSVC(kernel="poly", degree=2, nu=0.2))),
    "OneVsRest-logistic": ("iris", multiclass.OneVsRestClassifier(logistic())),
    "OneVsRest-svc": ("wine", scaled(multiclass.OneVsRestClassifier(svm.LinearSVC(random_state=0)))),
    "OneVsRest-quadratic": ("iris", ranged(multiclass.OneVsRestClassifier(naive_bayes.GaussianNB()))),
    "OneVsRest-binary": ("breast_cancer", scaled(multiclass.OneVsRestClassifier(logistic()))),
    "OneVsRest-multilabel": ("iris+labels", multiclass.OneVsRestClassifier(logistic())),
    "OneVsOne": ("wine", ranged(multiclass.OneVsOneClassifier(logistic()))),
    "OneVsOne-svc": ("iris", multiclass.OneVsOneClassifier(svm.LinearSVC(random_state=0))),
    "QuadraticDiscriminantAnalysis": ("wine", scaled(discriminant_analysis.QuadraticDiscriminantAnalysis())),
    "QuadraticDiscriminantAnalysis-binary": (
        "breast_cancer",
        scaled(discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1)),
    ),
    "GaussianNB": ("iris", naive_bayes.GaussianNB()),
    "GaussianNB-binary": ("breast_cancer", ranged(naive_bayes.GaussianNB(var_smoothing=1e-2))),
    "GaussianMixture-full": ("iris", mixture.GaussianMixture(3, random_state=0)),
    "GaussianMixture-tied": ("iris", mixture.GaussianMixture(3, covariance_type="tied", random_state=0)),
    "GaussianMixture-diag": ("iris", mixture.GaussianMixture(2, covariance_type="diag", random_state=0)),
    "GaussianMixture-spherical": ("iris", mixture.GaussianMixture(3, covariance_type="spherical", random_state=0)),
    "BayesianGaussianMixture": ("wine", mixture.BayesianGaussianMixture(n_components=3, random_state=0)),
    "MLPClassifier-identity": (
        "iris",
        scaled(neural_network.MLPClassifier((8,), activation="identity", max_iter=300, random_state=0)),
    ),
    "PolynomialFeatures-classifier": ("wine", ranged(preprocessing.PolynomialFeatures(2), logistic())),
    "LinearRegression": ("diabetes", linear_model.LinearRegression()),
    "LinearRegression-targets": ("diabetes+targets", linear_model.LinearRegression()),
    "Ridge": ("diabetes", linear_model.Ridge(0.1)),
    "RidgeCV": ("diabetes", linear_model.RidgeCV()),
    "Lasso": ("diabetes", linear_model.Lasso(0.1)),
    "LassoCV": ("diabetes", linear_model.LassoCV(cv=3)),
    "ElasticNet": ("diabetes", linear_model.ElasticNet(0.01)),
    "ElasticNetCV": ("diabetes", linear_model.ElasticNetCV(cv=3)),
    "MultiTaskLasso": ("diabetes+targets", linear_model.MultiTaskLasso(0.1)),
    "BayesianRidge": ("diabetes", linear_model.BayesianRidge()),
    "ARDRegression": ("diabetes", linear_model.ARDRegression()),
    "HuberRegressor": ("diabetes", scaled(linear_model.HuberRegressor(max_iter=500))),
    "PassiveAggressiveRegressor": ("diabetes", scaled(_passive_aggressive("Regressor"))),
    "SGDRegressor": ("diabetes", scaled(linear_model.SGDRegressor(random_state=0))),
    "LinearSVR": ("diabetes", scaled(svm.LinearSVR(random_state=0, max_iter=5000))),
    "RANSACRegressor": ("diabetes", linear_model.RANSACRegressor(random_state=0)),
    "PoissonRegressor": ("diabetes", scaled(linear_model.PoissonRegressor(max_iter=500))),
    "GammaRegressor": ("diabetes", scaled(linear_model.GammaRegressor(max_iter=500))),
    "TweedieRegressor-log": ("diabetes", scaled(linear_model.TweedieRegressor(power=1.5, max_iter=500))),
    "TweedieRegressor-identity": ("diabetes", scaled(linear_model.TweedieRegressor(power=0))),
    "PLSRegression": ("diabetes", cross_decomposition.PLSRegression(3)),
    "PLSRegression-targets": ("diabetes+targets", cross_decomposition.PLSRegression(3)),
    "SVR-linear": ("diabetes", scaled(svm.SVR(kernel="linear"))),
    "SVR-poly2": ("diabetes", ranged(svm.SVR(kernel="poly", degree=2, coef0=1, C=10))),
    "NuSVR": ("diabetes", scaled(svm.NuSVR(kernel="linear"))),
    "KernelRidge-linear": ("diabetes", scaled(kernel_ridge.KernelRidge())),
    "KernelRidge-poly2": ("diabetes+targets", ranged(kernel_ridge.KernelRidge(kernel="poly", degree=2))),
    "MultiOutputRegressor": ("diabetes+targets", multioutput.MultiOutputRegressor(linear_model.Ridge())),
    "PolynomialFeatures-regressor": ("diabetes", scaled(preprocessing.PolynomialFeatures(2), linear_model.Ridge())),
    "PolynomialFeatures-interactions": (
        "iris",
        scaled(preprocessing.PolynomialFeatures(2, interaction_only=True, include_bias=False), logistic()),
    ),
    "PCA": ("digits", decomposition.PCA(8, random_state=0)),
    "PCA-whitened": ("wine", scaled(decomposition.PCA(3, whiten=True))),
    "IncrementalPCA": ("iris", decomposition.IncrementalPCA(2)),
    "TruncatedSVD": ("digits", decomposition.TruncatedSVD(6, random_state=0)),
    "FastICA": ("iris", decomposition.FastICA(3, random_state=0)),
    "MaxAbsScaler": ("wine", pipeline.make_pipeline(preprocessing.MaxAbsScaler(), logistic())),
    "RobustScaler": ("wine", pipeline.make_pipeline(preprocessing.RobustScaler(), logistic())),
    "PCA-pipeline": ("digits", ranged(decomposition.PCA(20, random_state=0), logistic())),
    "LDA-pipeline": ("wine", scaled(discriminant_analysis.LinearDiscriminantAnalysis(n_components=2), logistic())),
    "SelectKBest": ("breast_cancer", scaled(feature_selection.SelectKBest(k=8), logistic())),
    "VarianceThreshold": (
        "digits",
        pipeline.make_pipeline(feature_selection.VarianceThreshold(0.1), linear_model.RidgeClassifier()),
    ),
    "FeatureUnion": (
        "wine",
        scaled(pipeline.make_union(decomposition.PCA(3), feature_selection.SelectKBest(k=4)), logistic()),
    ),
    "sparse": ("digits", linear_model.SGDClassifier(penalty="l1", random_state=0)),
    "OneVsOne-binary": ("breast_cancer", scaled(multiclass.OneVsOneClassifier(svm.LinearSVC(random_state=0)))),
    "passthrough": ("iris", pipeline.Pipeline([("nothing", "passthrough"), ("scale", None), ("model", logistic())])),
}


def _classifier(*hidden: int, activation: str) -> Any:
    return neural_network.MLPClassifier(hidden, activation=activation, alpha=1, max_iter=600, random_state=0)


def _regressor(*hidden: int, activation: str) -> Any:
    return neural_network.MLPRegressor(
        hidden_layer_sizes=hidden, activation=activation, alpha=1, learning_rate_init=0.02, random_state=0
    )


APPROXIMATED: dict[str, tuple[str, Any]] = {
    "MLPClassifier-relu": ("breast_cancer", scaled(_classifier(16, activation="relu"))),
    "MLPClassifier-tanh": ("wine", scaled(_classifier(16, activation="tanh"))),
    "MLPClassifier-logistic": ("iris", scaled(_classifier(12, activation="logistic"))),
    "MLPClassifier-relu-digits": ("digits", ranged(_classifier(24, activation="relu"))),
    "MLPClassifier-two": ("breast_cancer", scaled(_classifier(16, 8, activation="tanh"))),
    "MLPClassifier-three": ("iris", scaled(_classifier(8, 6, 4, activation="tanh"))),
    "MLPClassifier-multilabel": ("iris+labels", scaled(_classifier(8, activation="tanh"))),
    "MLPRegressor-relu": ("diabetes", scaled(_regressor(16, activation="relu"))),
    "MLPRegressor-tanh": ("diabetes", scaled(_regressor(8, activation="tanh"))),
    "MLPRegressor-targets": ("diabetes+targets", scaled(_regressor(16, activation="logistic"))),
}


@cache
def data(name: str) -> tuple[Any, Any]:
    """Return rows and target of a data set of scikit-learn."""
    source, _, shape = name.partition("+")
    loaded = getattr(datasets, f"load_{source}")()
    X, y = loaded.data, loaded.target
    if shape == "labels":
        y = np.stack([y == 0, y >= 1], axis=1).astype(int)
    elif shape == "targets":
        y = np.stack([y, X[:, 2] * 100 + y / 10], axis=1)
    elif shape == "strings":
        y = loaded.target_names[y]
    return X, y


@cache
def fitted(name: str) -> Fitted:
    """Return the estimator of that name, fitted on every row but each third one."""
    source, estimator = (EXACT | APPROXIMATED)[name]
    X, y = data(source)
    unseen = np.arange(len(X)) % 3 == 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that has not converged is as good a model to compile
        estimator.fit(X[~unseen], y[~unseen])
        if name == "sparse":
            estimator.sparsify()
    return Fitted(estimator, X[~unseen], X[unseen])
