"""Pipelines: random steps and a random estimator for a source."""

from typing import Any

import numpy as np
from sklearn import (
    cluster,
    compose,
    cross_decomposition,
    decomposition,
    discriminant_analysis,
    feature_selection,
    impute,
    kernel_ridge,
    linear_model,
    mixture,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
)

from tests.differential.sources import Draw, Source

SCALERS = (
    preprocessing.StandardScaler,
    preprocessing.MinMaxScaler,
    preprocessing.RobustScaler,
    preprocessing.MaxAbsScaler,
)
REGRESSORS = (
    linear_model.LinearRegression,
    linear_model.Ridge,
    lambda: linear_model.Lasso(0.1),
    linear_model.BayesianRidge,
    lambda: linear_model.HuberRegressor(max_iter=1000),
    lambda: svm.LinearSVR(max_iter=10000),
    lambda: svm.SVR(kernel="linear"),
    lambda: svm.SVR(kernel="poly", degree=2),
    lambda: kernel_ridge.KernelRidge(kernel="poly", degree=2),
    lambda: cross_decomposition.PLSRegression(1),
)
CLASSIFIERS = (
    lambda: linear_model.LogisticRegression(max_iter=2000),
    lambda: linear_model.SGDClassifier(loss="log_loss", random_state=0),
    linear_model.RidgeClassifier,
    lambda: linear_model.Perceptron(random_state=0),
    lambda: svm.LinearSVC(max_iter=20000),
    lambda: svm.SVC(kernel="linear"),
    lambda: svm.SVC(kernel="poly", degree=2, coef0=1),
    discriminant_analysis.LinearDiscriminantAnalysis,
    lambda: discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1),
    naive_bayes.GaussianNB,
    neighbors.NearestCentroid,
    lambda: mixture.GaussianMixture(2, random_state=0, reg_covar=0.1),
    lambda: cluster.KMeans(3, n_init=2, random_state=0),
)
NETWORKS = (
    lambda: neural_network.MLPClassifier((6,), activation="tanh", max_iter=400, random_state=0, alpha=1.0),
    lambda: neural_network.MLPRegressor((6,), activation="tanh", max_iter=400, random_state=0, alpha=1.0),
)
NETWORKS_SHARE = 0.06
NETWORK_ROWS = 320  # of which half calibrate: fewer cannot show an agreement


def pipeline_for(source: Source, draw: Draw) -> Any:
    """Return an unfitted pipeline that takes the source's table."""
    columns = []
    if source.numbers:
        columns.append((_numbers(source, draw), source.numbers))
    if source.words:
        columns.append((_words(source, draw), source.words))
    after = [_choice(SCALERS, draw)()] if draw.random() < 0.3 else []
    if draw.random() < 0.2 and len(source.numbers) > 3:
        after.append(decomposition.PCA(2, random_state=0))
    elif draw.random() < 0.15 and len(source.numbers) > 3:
        after.append(feature_selection.SelectKBest(k=2))
    first = columns[0][0] if len(columns) == 1 and draw.random() < 0.6 else compose.make_column_transformer(*columns)
    return pipeline.make_pipeline(first, *after, _estimator(source, draw))


def _estimator(source: Source, draw: Draw) -> Any:
    if draw.random() < NETWORKS_SHARE and len(source.table) >= NETWORK_ROWS:
        return NETWORKS[0 if source.classes else 1]()
    return _choice(CLASSIFIERS if source.classes else REGRESSORS, draw)()


def _numbers(source: Source, draw: Draw) -> Any:
    steps: list[Any] = []
    if source.table[source.numbers].isna().any(axis=None) or draw.random() < 0.2:
        strategy = str(draw.choice(["mean", "median", "most_frequent"]))
        steps.append(impute.SimpleImputer(strategy=strategy, add_indicator=bool(draw.random() < 0.3)))
    if draw.random() < 0.15:
        encode = str(draw.choice(["onehot-dense", "ordinal"]))
        steps.append(
            preprocessing.KBinsDiscretizer(
                3, encode=encode, strategy="uniform", quantile_method="averaged_inverted_cdf"
            )
        )
    else:
        steps.append(_choice(SCALERS, draw)())
        if len(source.numbers) < 4 and draw.random() < 0.2:
            steps.append(preprocessing.PolynomialFeatures(2, include_bias=False))
    return pipeline.make_pipeline(*steps)


def _words(source: Source, draw: Draw) -> Any:
    steps: list[Any] = []
    object_words = not any(source.table[name].dtype.kind in "iu" for name in source.words)
    if object_words and draw.random() < 0.5:
        constant = bool(draw.random() < 0.5)
        steps.append(
            impute.SimpleImputer(strategy="constant", fill_value="none")
            if constant
            else impute.SimpleImputer(strategy="most_frequent")
        )
    unknown = str(draw.choice(["ignore", "error"]))
    if draw.random() < 0.7:
        steps.append(preprocessing.OneHotEncoder(handle_unknown=unknown))
    else:
        steps.append(
            preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
        )
    return pipeline.make_pipeline(*steps)


def labelled(target: Any, draw: Draw) -> Any:
    """Return classes under labels of a random type, numbers as they are."""
    classes = np.unique(target)
    kinds = (
        classes,
        classes - 1,
        classes.astype(float) / 2,
        np.array([f"Größe {value}" for value in classes]),
        classes.astype(bool) if len(classes) == 2 else classes,
    )
    return _choice(kinds, draw)[np.searchsorted(classes, target)]


def _choice(options: Any, draw: Draw) -> Any:
    return options[int(draw.integers(len(options)))]
