"""Imputers, encoders and discretizers: declarative steps that the client takes before it encrypts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.publish.compiled import Compiled, preprocessor
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.sklearn.registry import transforms
from sealdrop_core.steps import Bins, Codebook, Impute, OneHot, Ordinal, Value


@transforms("impute.SimpleImputer", fitted="statistics_", alone=False)
def simple_imputer(estimator: Any) -> Compiled:
    """One fill for each column; a column that had no value at all is left out."""
    fills = tuple(_value(fill) for fill in estimator.statistics_)
    indicators: tuple[int, ...] = ()
    if estimator.indicator_ is not None:
        indicators = tuple(int(column) for column in estimator.indicator_.features_)
    return preprocessor(Impute(fills=fills, missing=_value(estimator.missing_values), indicators=indicators))


@transforms("preprocessing.OneHotEncoder", fitted="categories_", alone=False)
def one_hot_encoder(estimator: Any) -> Compiled:
    """One column for each category but dropped ones; infrequent categories share one."""
    books, widths = [], []
    for column, categories in enumerate(estimator.categories_):
        groups, shared = _groups(estimator, column, len(categories))
        dropped = None if estimator._drop_idx_after_grouping is None else estimator._drop_idx_after_grouping[column]
        slots = [_slot(group, dropped) for group in groups]
        widths.append(int(max(groups)) + 1 - (dropped is not None))
        unknown = _slot(shared, dropped) if estimator.handle_unknown == "infrequent_if_exist" else None
        books.append(_book(categories, slots, unknown, refuse=estimator.handle_unknown == "error"))
    return preprocessor(OneHot(columns=tuple(books), widths=tuple(widths)))


def _slot(group: int | None, dropped: int | None) -> float | None:
    """Return the column of a group of categories among those that are not dropped."""
    if group is None or group == dropped:
        return None
    return float(group - (dropped is not None and group > dropped))


@transforms("preprocessing.OrdinalEncoder", fitted="categories_", alone=False)
def ordinal_encoder(estimator: Any) -> Compiled:
    """One number for each category."""
    books = []
    for column, categories in enumerate(estimator.categories_):
        groups, _ = _groups(estimator, column, len(categories))
        codes: list[float | None] = [float(group) for group in groups]
        if column in estimator._missing_indices:
            missing = estimator._missing_indices[column]  # the last; groups of infrequent ones leave it out
            codes[missing:] = [_code(estimator.encoded_missing_value)]
        unknown = None if estimator.unknown_value is None else _code(estimator.unknown_value)
        books.append(_book(categories, codes, unknown, refuse=estimator.handle_unknown == "error"))
    return preprocessor(Ordinal(columns=tuple(books)))


def _groups(estimator: Any, column: int, count: int) -> tuple[list[int], int | None]:
    """Return each category's group, and the group of the infrequent ones if there is one."""
    mapping = estimator._default_to_infrequent_mappings[column] if estimator._infrequent_enabled else None
    if mapping is None:
        return list(range(count)), None
    return [int(group) for group in mapping], int(max(mapping))


@transforms("preprocessing.KBinsDiscretizer", fitted="bin_edges_", alone=False)
def k_bins_discretizer(estimator: Any) -> Compiled:
    """The number of a value's bin, or one column for each bin."""
    edges = tuple(tuple(float(edge) for edge in column[1:-1]) for column in estimator.bin_edges_)
    return preprocessor(Bins(edges=edges, one_hot=estimator.encode.startswith("onehot")))


def _book(categories: NDArray[Any], codes: list[float | None], unknown: float | None, *, refuse: bool) -> Codebook:
    values = tuple(_value(category) for category in categories)
    if len(set(values)) != len(values):
        raise UnsupportedModel(
            "an encoder tells None from NaN", remedy="Let missing values be of one kind before fitting."
        )
    return Codebook(categories=values, codes=tuple(codes), unknown=unknown, refuse_unknown=refuse)


def _value(value: Any) -> Value | None:
    """Return a fitted value as JSON has it, None for a missing one."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return None if np.isnan(value) else value
    if value is None or type(value).__name__ == "NAType":
        return None
    raise UnsupportedModel(
        f"a category of type {type(value).__name__}", remedy="Use categories that are text, numbers or booleans."
    )


def _code(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
