"""Publish: compile a model, plan it, measure it on ciphertexts, and store it as the next version."""

from collections.abc import Callable, Sequence
from typing import Any

from sealdrop.planning import ROWS, Privacy
from sealdrop.publish.agreement import measure
from sealdrop.publish.drafting import MIN_AGREEMENT, draft
from sealdrop.publish.store import Store
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
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda step: None,
) -> Manifest:
    """Publish a fitted estimator, or the model in a file, and return its manifest.

    `X_calibration` are rows of the model's own columns, shape (rows, features); of them only each column's smallest
    and largest value become public. `error` bounds by how much a score is off on these rows, polynomials and encryption
    together; by default encryption adds what fits the scores, and polynomials agree in the labels;
    `rows` are the request sizes to plan for; `labels` replace the model's own classes, or name those of a network that
    ends in raw scores. A model that is stored already, with the same weights, plans and card, gets no new version: the
    existing one is returned. With `exact`, weights and columns are integers or fixed-point numbers of few bits, as in a
    scorecard, and so are the scores, to the last digit. With `dry_run` nothing is stored. `progress` is told each step.

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
