"""Frames: whatever holds rows, as a DataFrame if its columns have names and as an array of two dimensions if not."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sealdrop.errors import RefusedInput

ONE_ROW = "For one row, pass a list of one list: shape (1, features)."


def is_frame(X: Any) -> bool:
    """Whether X is a pandas DataFrame."""
    return hasattr(X, "iloc") and hasattr(X, "columns")


def as_frame(X: Any) -> Any:
    """Return rows as a DataFrame if their columns have names, and as an array of shape (rows, columns) if not.

    Takes DataFrames, tables of PyArrow and polars, records (a list of dicts), columns (a dict of lists), structured,
    masked, sparse and plain arrays, and lists of lists. Raises RefusedInput (`wrong_shape`, `no_rows`).
    """
    if isinstance(X, Iterator):
        raise _wrong_shape("the rows are an iterator", "Pass a list of it.")
    named = X if is_frame(X) else _named(X)
    table = named if named is not None else _array(X)
    if table.ndim != 2:
        raise _wrong_shape(f"the rows have {table.ndim} dimension(s), not two", ONE_ROW)
    if not len(table):
        raise RefusedInput("there are no rows", code="no_rows", remedy="Pass at least one row.")
    return table


def _wrong_shape(message: str, remedy: str) -> RefusedInput:
    return RefusedInput(message, code="wrong_shape", remedy=remedy)


def _named(X: Any) -> Any:
    """Return what has named columns as a DataFrame, None if X has none."""
    if hasattr(X, "to_pandas") and not hasattr(X, "iloc"):
        return X.to_pandas()
    records = isinstance(X, list | tuple) and len(X) > 0 and all(isinstance(row, Mapping) for row in X)
    if not records and not isinstance(X, Mapping) and getattr(getattr(X, "dtype", None), "names", None) is None:
        return None
    import pandas  # slow to import, and needed for such tables only

    try:
        return pandas.DataFrame(X)
    except ValueError:
        raise _wrong_shape("the columns differ in length", "Pass columns of equal length.") from None


def _array(X: Any) -> Any:
    """Return rows without names as an array: of numbers where they are, of objects elsewhere."""
    if hasattr(X, "toarray"):
        X = X.toarray()
    if isinstance(X, np.ma.MaskedArray):  # what lies under a mask is no value
        X = np.ma.filled(X.astype(object), np.nan)
    try:
        array = np.asarray(X)
    except ValueError:
        raise _wrong_shape("the rows differ in length", "Pass rows of equal length.") from None
    if array.dtype.kind in "biuf" or array.ndim != 2:
        return array
    return np.asarray(X, dtype=object)  # a list of numbers and text would be all text
