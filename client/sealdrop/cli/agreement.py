"""How well a published model agrees with its original, in words: what polynomials cost, then what encryption does."""

from sealdrop_core.manifest import Encrypted, HeldOut, Manifest


def agreement(manifest: Manifest) -> dict[str, str]:
    """Return lines of a card: a share of labels, or R² where the model answers with numbers, and errors."""
    measured, numeric = manifest.agreement, manifest.output.kind in ("regression", "transform")
    if not measured:
        return {"agreement": "not measured"}
    return _held_out(measured.held_out, numeric) | _encrypted(measured.encrypted)


def _held_out(held_out: HeldOut, numeric: bool) -> dict[str, str]:
    fitted = held_out.folds > 1
    rows = f"{held_out.rows} {'held-out' if fitted else 'calibration'} rows"
    lines = {"agreement": f"R² {held_out.score:.4f} on {rows}" if numeric else f"{held_out.score:.2%} of {rows}"}
    if fitted:
        figure = ".3f" if numeric else ".1%"
        few = ": few rows" if held_out.few else ""
        lines["on new rows"] = f"{held_out.low:{figure}} to {held_out.high:{figure}}, 95 % sure{few}"
    if fitted and held_out.median_error is not None and held_out.relative_error is not None:
        lines["median error"] = f"{held_out.median_error:.2g}; {_most(held_out.relative_error)}"
    if fitted:
        lines["polynomials"] = f"move a score by up to {held_out.largest_error:.2g}"
    if fitted and held_out.largest_probability_error is not None:
        lines["probabilities"] = f"move by up to {held_out.largest_probability_error:.2g}"
    return lines


def _encrypted(encrypted: Encrypted) -> dict[str, str]:
    lines = {"encryption": f"moves a score by up to {encrypted.largest_error:.2g}"}
    if encrypted.changed is not None:
        lines["labels changed"] = f"{encrypted.changed} of {encrypted.rows} encrypted rows"
    elif encrypted.relative_error is not None:
        lines["encrypted rows"] = f"{encrypted.rows}; {_most(encrypted.relative_error)}"
    return lines


def _most(relative_error: float) -> str:
    return f"80 % within {100 * relative_error:.2g} % of the spread"
