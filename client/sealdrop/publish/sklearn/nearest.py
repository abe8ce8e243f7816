"""For a model that does not fit, the nearest thing that works."""

_BY_WORD = (
    (
        ("Bagging",),
        "sealdrop does not read this ensemble yet: publish one of its estimators_, or fit one model on all rows.",
    ),
    (
        ("Tree", "Forest", "Boosting", "AdaBoost"),
        "sealdrop does not read trees yet: fit an MLP on this model's predictions, or PolynomialFeatures(2) and Ridge.",
    ),
    (
        ("XGB", "LGBM", "CatBoost", "Booster"),
        "sealdrop does not read models of this library yet: fit an MLP, or PolynomialFeatures(2) and Ridge.",
    ),
    (
        ("KNeighbors", "RadiusNeighbors", "LocalOutlier"),
        "Neighbours are found by comparisons: fit NearestCentroid, QuadraticDiscriminantAnalysis or an MLPClassifier.",
    ),
    (
        ("GaussianProcess", "KernelPCA", "OneClassSVM", "Nystroem", "RBFSampler"),
        "The kernel is no polynomial: fit KernelRidge or SVC with kernel='poly', degree=2.",
    ),
    (("Normalizer", "PowerTransformer", "QuantileTransformer"), "Use StandardScaler or RobustScaler instead."),
    (("SplineTransformer", "Binarizer"), "Use KBinsDiscretizer as the first step, or PolynomialFeatures(2)."),
    (("KNNImputer", "IterativeImputer", "MissingIndicator"), "Use SimpleImputer, if need be with add_indicator=True."),
    (("TargetEncoder",), "Use OneHotEncoder or OrdinalEncoder."),
    (("BernoulliNB", "CategoricalNB"), "Fit LogisticRegression or MultinomialNB after a OneHotEncoder."),
    (("FunctionTransformer",), "Apply the function to rows before they are published and predicted."),
    (("TransformedTarget",), "Publish its regressor_; apply inverse_func to what was opened."),
    (("Chain", "MultiOutputClassifier", "OutputCode"), "Publish its parts one by one."),
    (
        ("ThresholdClassifier",),
        "Publish its estimator_, and compare predict_proba with the threshold after opening.",
    ),
    (("Dummy",), "It answers without looking at rows: there is nothing to encrypt."),
    (("Calibrated",), "Publish the estimator inside; calibrate its probabilities after opening."),
    (("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV"), "Publish its best_estimator_."),
    (("Voting", "Stacking"), "Publish the members one by one, or fit one LogisticRegression or MLPClassifier."),
)

_BY_PACKAGE = {
    "imblearn.": "Publish a scikit-learn Pipeline of the same fitted steps, without samplers: these only serve to fit.",
    "statsmodels.": "Fit the same model with scikit-learn: LinearRegression, LogisticRegression or PoissonRegressor.",
    "category_encoders.": "Use scikit-learn's OneHotEncoder or OrdinalEncoder.",
}


def of_package(name: str) -> str | None:
    """Return a remedy for a class of another package, if there is one for all of them."""
    return next((remedy for package, remedy in _BY_PACKAGE.items() if name.startswith(package)), None)


def nearest(name: str) -> str:
    """Return a remedy for a class that no compiler knows."""
    for words, remedy in _BY_WORD:
        if any(word in name for word in words):
            return remedy
    if of_its_package := of_package(name):
        return of_its_package
    if not name.startswith("sklearn."):
        return "Give a fitted scikit-learn estimator or an ONNX file; a derived class may compute something else."
    return "docs/models.md lists the estimators that fit."


_WITHIN = (
    (("KMeans",), "A distance needs a square root: use NearestCentroid at the end, or PCA in the middle."),
    (("Voting", "Stacking"), "Publish a linear model of the members' outputs, or one of the members."),
)


def within(name: str) -> str:
    """Return a remedy for a class that predicts at the end of a pipeline, and whose transform no compiler knows."""
    for words, remedy in _WITHIN:
        if any(word in name for word in words):
            return remedy
    return "Use it as the last step, or a transformer that docs/models.md lists."
