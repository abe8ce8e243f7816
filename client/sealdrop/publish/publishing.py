"""Publish: compile a model, plan it, measure it on ciphertexts, and store it as the next version."""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

from sealdrop.planning import Privacy, plan
from sealdrop.publish.agreement import measure
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.fitting import Fitted, fit, too_low
from sealdrop.publish.reading import Model, read
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop.publish.store import Store
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.manifest import Label, Manifest, Output, Weights

MIN_AGREEMENT = 0.98


def publish(
    model: Any,
    X_calibration: Any,
    *,
    name: str,
    store: Store | None = None,
    error: float = 2.0**-10,
    rows: Sequence[int] = (1, 1000),
    response: Privacy = "private",
    description: str = "",
    labels: Sequence[Label] | None = None,
    min_agreement: float | None = None,
    dry_run: bool = False,
) -> Manifest:
    """Publish a fitted estimator, or the model in a file, and return its manifest.

    `X_calibration` are rows of the model's own columns: they set the ranges that are promised and hide inside nothing
    that is published but their smallest and largest values. `error` bounds the absolute error of a score, `rows` are
    the request sizes to plan for, `labels` replace the model's own classes. A model that is published already, with
    the same weights, card and plans, gets no new version: the existing one is returned. With `dry_run` nothing is
    stored.

    Raises UnsupportedModel, UnsupportedCalibration or Infeasible with what stands in the way.
    """
    least = MIN_AGREEMENT if min_agreement is None else min_agreement
    own = read(model)
    calibration = Calibration.read(X_calibration, own.compiled.network.features, own.compiled.names)
    planner = partial(plan, error=error, rows=rows, response=response)
    fitted = fit(own, calibration, planner, least)
    weights = fitted.circuit.to_bytes()
    draft = _draft(name, description, own, calibration, fitted, weights, labels)
    existing = store.newest(name) if store else None
    if existing and _same(existing, draft):
        return existing
    agreement = measure(draft, weights, own, calibration)
    if agreement.score < least:
        raise too_low(agreement.score, least)
    manifest = draft.model_copy(update={"agreement": agreement})
    if dry_run:
        return manifest
    if store is None:
        raise InvalidRequest("there is no store to publish to", remedy="Pass store=Store(bucket, table), or dry_run.")
    return store.add(manifest, weights)


def _draft(
    name: str,
    description: str,
    model: Model,
    calibration: Calibration,
    fitted: Fitted,
    weights: bytes,
    labels: Sequence[Label] | None,
) -> Manifest:
    return Manifest(
        name=name,
        version=1,
        description=description,
        source=model.source,
        features=calibration.features,
        normalization=calibration.normalization,
        output=_labelled(model.compiled.output, labels),
        plans=fitted.plans,
        weights=Weights(sha256=hashlib.sha256(weights).hexdigest(), bytes=len(weights)),
    )


def _labelled(output: Output, labels: Sequence[Label] | None) -> Output:
    if labels is None:
        return output
    if len(labels) != len(output.classes):
        raise UnsupportedModel(
            f"{len(labels)} labels for {len(output.classes)} classes",
            code="wrong_labels",
            remedy="Give one label for each class, in the order of the estimator's classes_.",
        )
    return output.model_copy(update={"classes": tuple(labels)})


def _same(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests differ in nothing but the version and what the noise of a measurement left."""
    measured = {"version", "agreement"}
    return one.model_dump(exclude=measured) == other.model_dump(exclude=measured)
