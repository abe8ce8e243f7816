"""Draft: a compiled, planned model with its card, before anything was measured or stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from sealdrop.planning import ROWS, Privacy, check_wish, plan
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.conventions import USUAL, Conventions
from sealdrop.publish.extremes import extremes, warn_of
from sealdrop.publish.fitting import fit
from sealdrop.publish.normalize import normalized
from sealdrop.publish.reading import Model, read
from sealdrop.publish.rows import load
from sealdrop.publish.trial import Trial
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.manifest import Label, Manifest, Weights
from sealdrop_core.plan import Plan

MIN_AGREEMENT = 0.98
# half-ranges; a network gets less, since its polynomials were fitted to the rows that were seen
LINEAR_LEEWAY, NETWORK_LEEWAY = 8.0, 1.0


@dataclass(frozen=True)
class Draft:
    """A manifest without version and agreement of its own, the weights it names, and where both come from."""

    manifest: Manifest
    weights: bytes
    model: Model
    calibration: Calibration
    trial: Trial

    def scores(self, rows: Array) -> Array:
        """Return the circuit's own scores of rows (rows, packed columns), in plaintext."""
        return Circuit.from_bytes(self.weights).evaluate(normalized(rows, self.manifest.normalization))


def draft(
    model: Any,
    X_calibration: Any,
    *,
    name: str,
    error: float | None = None,
    rows: Sequence[int] = ROWS,
    response: Privacy = "private",
    description: str = "",
    labels: Sequence[Label] | None = None,
    min_agreement: float = MIN_AGREEMENT,
    exact: bool = False,
    conventions: Conventions = USUAL,
) -> Draft:
    """Compile and plan a model; the parameters are `publish`'s, and `conventions` holds what it says of tables.

    Raises UnsupportedModel, UnsupportedCalibration or Infeasible with what stands in the way. Warns
    ExtremeCalibrationRow.
    """
    check_wish(error, rows)
    own = read(model) if labels is None else read(model).labelled(labels)
    table = (
        load(Path(X_calibration), own.compiled, conventions) if isinstance(X_calibration, str | Path) else X_calibration
    )
    calibration = replace(Calibration.read(table, own.compiled, conventions), exact=exact)
    ends = normalized(calibration.ends, calibration.normalization)
    stretched = extremes(calibration)
    warn_of(stretched)
    leeway = LINEAR_LEEWAY if len(own.compiled.network.layers) == 1 else NETWORK_LEEWAY

    def planned(circuit: Circuit, values: Array, allowed: float | None) -> tuple[Plan, ...]:
        seen = np.vstack([values, ends])
        return plan(circuit, seen, error=allowed, rows=rows, response=response, leeway=leeway, exact=exact)

    fitted = fit(own, calibration, planned, error, min_agreement, stretched)
    weights = fitted.circuit.to_bytes()
    try:
        manifest = Manifest(
            name=name,
            version=1,
            description=description,
            source=own.source,
            features=calibration.features,
            leeway=leeway,
            dialect=conventions.dialect,
            steps=calibration.steps,
            normalization=calibration.normalization,
            output=own.compiled.output,
            plans=fitted.plans,
            weights=Weights(sha256=hashlib.sha256(weights).hexdigest(), bytes=len(weights)),
            degrees=tuple(polynomial.degree for polynomial in fitted.circuit.polynomials),
        )
    except ValidationError as error:
        raise _refusal(error) from None
    return Draft(manifest, weights, own, calibration, fitted.trial)


def _refusal(error: ValidationError) -> InvalidRequest:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "card"
    return InvalidRequest(
        f"the model's {where} cannot be published: {first['msg']}",
        code="invalid_card",
        remedy="Names are lower-case letters, digits, '.', '_' and '-'; classes are text, numbers or booleans;"
        " descriptions take 2,000 characters.",
    )
