"""Scalers and selectors: affine maps that vanish in the first layer of what follows."""

from typing import Any

import numpy as np

from sealdrop.publish.compiled import Compiled, transformer
from sealdrop.publish.joining import after
from sealdrop.publish.linear import diagonal
from sealdrop.publish.network import Network
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import compile_estimator, predicts, transforms
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Output


def _diagonal(width: int, scale: Array | None, shift: Array | None) -> Compiled:
    """Compile x -> scale * x + shift."""
    factors = np.ones(width) if scale is None else np.asarray(scale, dtype=np.float64)
    shifts = np.zeros(width) if shift is None else np.asarray(shift, dtype=np.float64)
    return Compiled(Network((diagonal(factors, shifts),)), Output(kind="transform", flat=False))


def _refuse_clip(estimator: Any) -> None:
    if getattr(estimator, "clip", False):
        raise UnsupportedModel(
            f"{type(estimator).__name__}(clip=True) compares values with bounds",
            remedy="Fit it with clip=False; a client can clip to the calibrated range before it encrypts.",
        )


@transforms("preprocessing.StandardScaler", fitted="n_features_in_")
def standard_scaler(estimator: Any) -> Compiled:
    """(x - mean) / scale, each part if it was asked for."""
    scale = 1 / estimator.scale_ if estimator.with_std else np.ones(estimator.n_features_in_)
    shift = -estimator.mean_ * scale if estimator.with_mean else None
    return _diagonal(estimator.n_features_in_, scale, shift)


@transforms("preprocessing.MinMaxScaler", fitted="scale_")
def min_max_scaler(estimator: Any) -> Compiled:
    """x * scale + min."""
    _refuse_clip(estimator)
    return _diagonal(estimator.n_features_in_, estimator.scale_, estimator.min_)


@transforms("preprocessing.MaxAbsScaler", fitted="scale_")
def max_abs_scaler(estimator: Any) -> Compiled:
    """x / scale."""
    _refuse_clip(estimator)
    return _diagonal(estimator.n_features_in_, 1 / estimator.scale_, None)


@transforms("preprocessing.RobustScaler", fitted="n_features_in_")
def robust_scaler(estimator: Any) -> Compiled:
    """(x - center) / scale, each part if it was asked for."""
    scale = 1 / estimator.scale_ if estimator.with_scaling else np.ones(estimator.n_features_in_)
    shift = -estimator.center_ * scale if estimator.with_centering else None
    return _diagonal(estimator.n_features_in_, scale, shift)


_SELECTORS = (
    "GenericUnivariateSelect",
    "RFE",
    "RFECV",
    "SelectFdr",
    "SelectFpr",
    "SelectFromModel",
    "SelectFwe",
    "SelectKBest",
    "SelectPercentile",
    "SequentialFeatureSelector",
    "VarianceThreshold",
)


@transforms(*(f"feature_selection.{name}" for name in _SELECTORS), fitted="n_features_in_")
def selector(estimator: Any) -> Compiled:
    """The columns that were selected."""
    weight = np.eye(estimator.n_features_in_)[estimator.get_support()]
    return transformer(weight, np.zeros(len(weight)))


@predicts("feature_selection.RFE", "feature_selection.RFECV", fitted="estimator_")
def recursive_elimination(estimator: Any) -> Compiled:
    """The estimator that was fitted on the columns that are left."""
    return after(selector(estimator), compile_estimator(estimator.estimator_))
