"""Rows as the model takes them: finite numbers inside the calibrated range, after the model's own preprocessing.

Everything is checked here, before anything is sealed. No message repeats a value of the data.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.ranges import RangePolicy, within
from sealdrop.preprocessing.refusal import RefusedRow
from sealdrop.preprocessing.steps import Column, numeric, run
from sealdrop_core.circuit import Array
from sealdrop_core.manifest import Manifest


def admit(X: Any, manifest: Manifest, on_out_of_range: RangePolicy = "refuse") -> Array:
    """Return X as numbers, columns in the manifest's order and the manifest's steps taken.

    X is anything NumPy can read as two dimensions, or a DataFrame: its columns are matched by name if it has the
    model's names, by position otherwise. Values may be missing, and text, where the steps take them. Raises
    RefusedInput (`wrong_columns`, `wrong_shape`, `not_numeric`, `no_rows`, `not_finite`, `out_of_range`,
    `unknown_category`).
    """
    ordered = _ordered(X, manifest)
    rows = _objects(ordered) if manifest.steps else _numbers(ordered)
    if rows.ndim != 2:
        raise RefusedInput(
            f"the rows have {rows.ndim} dimension(s), not two",
            code="wrong_shape",
            remedy="For one row, pass a list of one list: shape (1, features).",
        )
    if not rows.shape[0]:
        raise RefusedInput("there are no rows", code="no_rows", remedy="Pass at least one row.")
    width = len(manifest.features)
    if rows.shape[1] != width:
        _refuse_count(rows.shape[1], manifest)
    if manifest.steps:
        return _stepped(rows, manifest, on_out_of_range)
    names = [feature.name for feature in manifest.features]
    _refuse_infinities(rows, names)
    _refuse_gaps(rows, names)
    return within(rows, manifest.features, manifest.leeway, on_out_of_range)


def _stepped(table: NDArray[Any], manifest: Manifest, policy: RangePolicy) -> Array:
    """Check the ranges of the columns that are numbers, then take the steps."""
    columns = [Column(feature.name, table[:, index]) for index, feature in enumerate(manifest.features)]
    kept = [index for index, feature in enumerate(manifest.features) if feature.kind == "number"]
    if kept:
        numbers = np.column_stack([numeric(columns[index]).values for index in kept])
        features = [manifest.features[index] for index in kept]
        _refuse_infinities(numbers, [feature.name for feature in features])
        numbers = within(numbers, features, manifest.leeway, policy)
        for index, values in zip(kept, numbers.T, strict=True):
            columns[index] = Column(columns[index].name, values)
    return run(manifest.steps, columns)


def column_order(columns: Sequence[str], names: Sequence[str]) -> list[int] | None:
    """Return where each of the model's `names` stands in `columns`, or None if the columns go by position.

    Raises RefusedInput (`wrong_columns`) when only some of the names are there: then position would be a guess.
    """
    position = {column: index for index, column in enumerate(columns)}
    missing = [name for name in names if name not in position]
    unexpected = [column for column in columns if column not in set(names)]
    if not missing and len(columns) == len(names):
        return [position[name] for name in names]
    if len(missing) == len(names) and len(columns) == len(names):
        return None
    differences = [f"missing {_listed(missing)}"] if missing else []
    differences += [f"unexpected {_listed(unexpected)}"] if unexpected else []
    listed = "; ".join(differences or ["a name twice"])
    raise RefusedInput(
        f"the model takes {len(names)} columns and these are {len(columns)}: {listed}",
        code="wrong_columns",
        remedy="Pass the model's columns, in any order.",
    )


def _ordered(X: Any, manifest: Manifest) -> Any:
    """Return a DataFrame's values in the model's order, anything else as it is."""
    if not (hasattr(X, "columns") and hasattr(X, "to_numpy")):
        return X
    columns = [str(column) for column in X.columns]
    order = column_order(columns, [feature.name for feature in manifest.features])
    values = X.to_numpy()
    return values if order is None else values[:, order]


def _numbers(X: Any) -> Array:
    try:
        array = np.asarray(X)
        if array.dtype.kind == "c":
            raise TypeError
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError):
        raise RefusedInput(
            "the rows are not a table of real numbers",
            code="not_numeric",
            remedy="Encode categories as the model's training did; make sparse rows dense.",
        ) from None


def _objects(X: Any) -> NDArray[Any]:
    try:
        return np.asarray(X, dtype=object)
    except ValueError:
        raise RefusedInput("the rows differ in length", code="wrong_shape") from None


def _refuse_count(count: int, manifest: Manifest) -> None:
    names = [feature.name for feature in manifest.features]
    if count < len(names):
        difference = f"missing {_listed(names[count:])}, if the first are right"
    else:
        difference = f"{count - len(names)} unexpected after '{names[-1]}'"
    raise RefusedInput(
        f"the model takes {len(names)} columns and these are {count}: {difference}", code="wrong_columns"
    )


def _refuse_infinities(rows: Array, names: Sequence[str]) -> None:
    _refuse_where(np.isinf(rows), names, "is infinite", "Replace infinite values before predicting.")


def _refuse_gaps(rows: Array, names: Sequence[str]) -> None:
    _refuse_where(np.isnan(rows), names, "has no value", "Fill in missing values before predicting.")


def _refuse_where(wrong: NDArray[np.bool_], names: Sequence[str], what: str, remedy: str) -> None:
    count = int(wrong.sum())
    if count:
        row, index = (int(place) for place in np.argwhere(wrong)[0])
        others = f" ({count} such values in all)" if count > 1 else ""
        message = f"row {row}, column '{names[index]}' {what}{others}"
        raise RefusedRow(message, row=row, column=names[index], code="not_finite", remedy=remedy)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
