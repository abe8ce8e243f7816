"""Calibration rows: what the owner's columns look like, checked before anything is derived from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sealdrop.publish.refusal import UnsupportedCalibration
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Feature, Normalization

MIN_ROWS = 2


@dataclass(frozen=True)
class Calibration:
    """Rows (rows, features) of finite numbers, the table they were read from, and the names of its columns."""

    table: Any
    rows: Array
    names: tuple[str, ...]

    @classmethod
    def read(cls, X: Any, width: int, names: Sequence[str] = ()) -> "Calibration":
        """Read an array or a DataFrame for a model of `width` columns; a DataFrame's names win over the model's.

        Raises UnsupportedCalibration: `wrong_calibration_width`, `calibration_not_numeric`, `calibration_not_finite`,
        `too_few_calibration_rows`.
        """
        own = [str(name) for name in getattr(X, "columns", ())]
        rows = _numbers(X)
        if rows.ndim != 2 or rows.shape[1] != width:
            raise UnsupportedCalibration(
                f"the calibration data has shape {rows.shape} and the model takes {width} columns",
                code="wrong_calibration_width",
                remedy=f"Give rows of exactly the {width} columns the model was fitted on, without the target.",
            )
        _check_finite(rows)
        if own and names and own != list(names):
            raise UnsupportedCalibration(
                "the calibration data's columns are not the model's, or stand in another order",
                code="wrong_calibration_width",
                remedy="Give the columns the model was fitted on, in the same order.",
            )
        return cls(X, rows, tuple(own or names or (f"x{index}" for index in range(width))))

    @property
    def features(self) -> tuple[Feature, ...]:
        """Each column's name and range."""
        low, high = self.rows.min(axis=0), self.rows.max(axis=0)
        return tuple(
            Feature(name=name, low=float(a), high=float(b)) for name, a, b in zip(self.names, low, high, strict=True)
        )

    @property
    def normalization(self) -> Normalization:
        """The map of each column's range onto [-1, 1]; a constant column is only centred."""
        low, high = self.rows.min(axis=0), self.rows.max(axis=0)
        center, half = low / 2 + high / 2, high / 2 - low / 2
        return Normalization(center=tuple(center.tolist()), scale=tuple(np.where(half > 0, half, 1.0).tolist()))


def _numbers(X: Any) -> Array:
    if hasattr(X, "toarray"):
        X = X.toarray()
    try:
        return np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError):
        raise UnsupportedCalibration(
            "the calibration data holds values that are no numbers",
            code="calibration_not_numeric",
            remedy="Put the encoders into the pipeline that is published, or give the encoded columns.",
        ) from None


def _check_finite(rows: Array) -> None:
    if len(rows) < MIN_ROWS:
        raise UnsupportedCalibration(
            f"{len(rows)} calibration rows show no range",
            code="too_few_calibration_rows",
            remedy="Give a few hundred rows, or all the model was fitted on.",
        )
    bad = np.argwhere(~np.isfinite(rows))
    if len(bad):
        row, column = bad[0]
        raise UnsupportedCalibration(
            f"{len(bad)} calibration values are missing or infinite, the first in row {row}, column {column}",
            code="calibration_not_finite",
            remedy="Drop these rows, or put a SimpleImputer into the pipeline that is published.",
        )
