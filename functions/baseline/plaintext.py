"""A model in float64, on rows in the clear."""

from functools import lru_cache

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cloud import models
from sealdrop_core.circuit import Circuit
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.manifest import Manifest

MAX_ROWS = 1000


class Rows(BaseModel):
    """Rows in the clear: numbers, as the manifest's steps leave them, in the owner's own units."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    rows: list[list[float]] = Field(min_length=1, max_length=MAX_ROWS)


class Scores(BaseModel):
    """What the model makes of them, row by row, in float64."""

    model_config = ConfigDict(frozen=True)

    reference: str
    digest: str
    scores: list[list[float]]


def scores(manifest: Manifest, asked: Rows) -> Scores:
    """Return the scores of rows, normalised as a client would.

    Raises InvalidRequest when a row has another width than the model.
    """
    center, scale = np.array(manifest.normalization.center), np.array(manifest.normalization.scale)
    if any(len(row) != len(center) for row in asked.rows):
        raise InvalidRequest(f"every row of this model has {len(center)} numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        found = _circuit(manifest).evaluate((np.array(asked.rows) - center) / scale)
    if not np.isfinite(found).all():
        raise InvalidRequest("the numbers are too large")
    return Scores(reference=manifest.reference, digest=manifest.digest, scores=found.tolist())


@lru_cache(maxsize=4)
def _circuit(manifest: Manifest) -> Circuit:
    return Circuit.from_bytes(models.weights(manifest))
