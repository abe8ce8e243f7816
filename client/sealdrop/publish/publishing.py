"""Publish: compile a model, plan it, measure it on ciphertexts, and store it as the next version."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sealdrop.planning import ROWS, Privacy
from sealdrop.publish.agreement import measure
from sealdrop.publish.conventions import Conventions, Range, dialect
from sealdrop.publish.drafting import MIN_AGREEMENT, draft
from sealdrop.publish.store import Store
from sealdrop.tables.names import Matching
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.manifest import Label, Manifest


def publish(
    model: Any,
    X_calibration: Any,
    *,
    name: str,
    store: Store | None = None,
    error: float | None = None,
    rows: Sequence[int] = ROWS,
    response: Privacy = "private",
    description: str = "",
    labels: Sequence[Label] | None = None,
    min_agreement: float | None = None,
    exact: bool = False,
    columns: Matching = "name",
    ranges: Mapping[str, Range] | Range | None = None,
    allow_unknown: Sequence[str] = (),
    drop: Sequence[str] = (),
    sep: str = ",",
    decimal: str = ".",
    na_values: Sequence[Any] = (),
    keep_default_na: bool = True,
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda step: None,
) -> Manifest:
    """Publish a fitted estimator, or the model in a file, and return its manifest.

    `X_calibration` are rows of the model's own columns, shape (rows, features), as a table or the path of a CSV file or
    of NumPy's; of them only each column's smallest and largest value become public. `error` bounds by how much a score
    is off on these rows, polynomials and encryption together; by default encryption adds what fits the scores, and
    polynomials agree in the labels; `rows` are the request sizes to plan for; `labels` replace the model's own classes,
    or name those of a network that ends in raw scores. A model that is stored already, with the same weights, plans and
    card, gets no new version: the existing one is returned. With `exact`, weights and columns are integers or
    fixed-point numbers of few bits, as in a scorecard, and so are the scores, to the last digit.

    A table's columns are matched by the model's names, or by their order if `columns` is "position". `ranges` are the
    ends of columns' ranges that the owner knows, such as {"age": (0, 120)}, or one pair for all columns; a column
    without one has the range of its calibration rows. A category that the model does not know is refused, also where an
    encoder ignores it, but for the columns `allow_unknown`. `sep`, `decimal`, `na_values` and `keep_default_na` mean
    what they mean to pandas.read_csv: the model's files are read by them, on both sides. `drop` are columns of a
    calibration file that are no features. With `dry_run` nothing is stored. `progress` is told each step.

    Raises UnsupportedModel, UnsupportedCalibration or Infeasible with what stands in the way.
    """
    least = MIN_AGREEMENT if min_agreement is None else min_agreement
    if store is None and not dry_run:
        raise InvalidRequest("there is no store to publish to", remedy="Pass store=Store(bucket, table), or dry_run.")
    progress("reading, fitting and planning")
    drafted = draft(
        model,
        X_calibration,
        name=name,
        error=error,
        rows=rows,
        response=response,
        description=description,
        labels=labels,
        min_agreement=least,
        exact=exact,
        conventions=Conventions(
            dialect=dialect(sep, decimal, na_values, keep_default_na),
            columns=columns,
            drop=drop,
            ranges=ranges,
            allow_unknown=allow_unknown,
        ),
    )
    existing = store.newest(name) if store else None
    if existing and _same(existing, drafted.manifest):
        return existing
    progress("measuring the agreement on encrypted rows")
    manifest = drafted.manifest.model_copy(update={"agreement": measure(drafted, least)})
    if dry_run or store is None:
        return manifest
    progress("storing")
    return store.add(manifest, drafted.weights)


def _same(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests differ in nothing but the version and what the noise of a measurement left."""
    measured = {"version", "agreement"}
    return one.model_dump(exclude=measured) == other.model_dump(exclude=measured)
