"""How well a published model agrees with its original, in words."""

from sealdrop_core.manifest import Manifest


def agreement(manifest: Manifest) -> str:
    """Return what was measured on encrypted rows: a share of labels, or R² where the model answers with numbers."""
    measured = manifest.agreement
    if not measured:
        return "not measured"
    rows = f"{measured.rows} encrypted rows"
    if manifest.output.kind in ("regression", "transform"):
        return f"R² {measured.score:.4f} on {rows}"
    return f"{measured.score:.2%} of {rows}"


def differences(manifest: Manifest) -> dict[str, object]:
    """Return what was measured where `agreement` was: encryption's error, and all that compiling approximates."""
    measured = manifest.agreement
    if not measured:
        return {}
    found = {"scores": measured.largest_error, "probabilities": measured.largest_probability_error}
    return {
        what: f"differ from the original's by up to {value:.2g} on those rows"
        for what, value in found.items()
        if value is not None
    }
