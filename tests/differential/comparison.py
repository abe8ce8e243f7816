"""Comparison: a prediction of ciphertexts against the original's, row by row."""

from typing import Any

import numpy as np
from scipy import stats

from sealdrop.prediction import Prediction
from sealdrop_core.manifest import Manifest

GATE = 0.98
UNLIKELY = 1e-4
NETWORK_R2 = 0.9  # far below the gate: a few held-out rows say little of R²


def differences(manifest: Manifest, prediction: Prediction, model: Any, table: Any, answered: Any) -> list[str]:
    """Return what a data owner is told that the original does not say; `answered` masks the rows with an answer."""
    wanted = np.asarray(model.predict(table))
    told = np.asarray(prediction.predict())
    if told.shape != wanted.shape:
        return [f"predict has shape {told.shape}, the original's {wanted.shape}"]
    wanted, told = wanted[answered], told[answered]
    error = max(plan.quote.error for plan in manifest.plans)
    if manifest.degrees:
        return _network(manifest, told, wanted)
    if manifest.output.kind == "regression":
        scale = np.abs(wanted) if manifest.output.link == "exp" else 1.0
        off = np.abs(told.astype(float) - wanted) > error * scale * 1.01
        return [f"{off.sum()} values are off by more than {error:.2g}"] if off.any() else []
    wrong = told != wanted
    close = undecided(prediction.scores[answered], manifest.output.kind, 2 * error)
    made = [f"{(wrong & ~close).sum()} labels differ"] if (wrong & ~close).any() else []
    return made + _probabilities(prediction, model, table, answered, error)


def _network(manifest: Manifest, told: Any, wanted: Any) -> list[str]:
    if manifest.output.kind == "regression":
        left = ((told.astype(float) - wanted) ** 2).sum() / ((wanted - wanted.mean()) ** 2).sum()
        return [f"R² on unseen rows is {1 - left:.3f}"] if 1 - left < NETWORK_R2 else []
    equal, count = int((told == wanted).sum()), len(wanted)
    unlikely = stats.binom.cdf(equal, count, GATE) < UNLIKELY
    return [f"{equal} of {count} unseen labels are equal"] if unlikely else []


def undecided(scores: Any, kind: str, margin: float) -> Any:
    """Return which rows' scores leave the label open within the margin: noise decides between equal ones."""
    if kind in ("binary", "margin", "pairs", "multilabel"):
        return (np.abs(scores) <= margin).any(axis=1)
    best = np.sort(scores, axis=1)
    return best[:, -1] - best[:, -2] <= margin


def _probabilities(prediction: Prediction, model: Any, table: Any, answered: Any, error: float) -> list[str]:
    if prediction.output.kind not in ("binary", "multinomial") or not hasattr(model, "predict_proba"):
        return []
    told, wanted = prediction.predict_proba()[answered], model.predict_proba(table)[answered]
    if told.shape != wanted.shape:
        return [f"predict_proba has shape {told.shape}, the original's {wanted.shape}"]
    off = np.abs(told - wanted).max()
    return [f"a probability is off by {off:.2g}"] if off > error + 1e-6 else []
