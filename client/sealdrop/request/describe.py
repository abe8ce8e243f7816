"""Describe: fetch a model's manifest and believe it only if it is what its digest says."""

import re

from pydantic import ValidationError

from sealdrop.errors import Misconfigured, UntrustedManifest
from sealdrop.transport.connection import Connection
from sealdrop.transport.resources import Description
from sealdrop_core.manifest import Manifest
from sealdrop_core.names import MODEL, VERSION

REFERENCE = re.compile(rf"(?P<name>{MODEL})(@(?P<version>{VERSION}))?", re.ASCII)


def describe(connection: Connection, reference: str, *, digest: str | None = None) -> Manifest:
    """Return the manifest of `name` (the newest version) or `name@version`.

    Give the `digest` the model's owner told you, and not even the service can put another model in its place.
    Raises Misconfigured (`bad_reference`), UntrustedManifest, ServiceRefused or TransportFailed.
    """
    match = REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
    if not match:
        raise Misconfigured(
            "a model is named like 'breast-cancer' or 'breast-cancer@2'",
            code="bad_reference",
            remedy="Give a name that the deployment lists, alone or with a version.",
        )
    described = connection.get(Description, f"/v1/models/{reference}")
    try:
        manifest = Manifest.model_validate(described.manifest)
        actual = manifest.digest
    except (ValidationError, ValueError):
        raise UntrustedManifest(
            f"the manifest of '{reference}' is not one this release can read",
            code="malformed_manifest",
            remedy="Update sealdrop; if that does not help, tell the model's owner.",
        ) from None
    if actual != (digest or described.digest):
        raise UntrustedManifest(f"the manifest of '{reference}' does not have the digest it should")
    if manifest.name != match["name"] or match["version"] not in (None, str(manifest.version)):
        raise UntrustedManifest(f"asked for '{reference}', the service sent '{manifest.reference}'")
    _check_output(manifest)
    return manifest


def _check_output(manifest: Manifest) -> None:
    """Refuse a manifest whose scores and classes cannot belong together."""
    widths = {plan.layout.outputs for plan in manifest.plans}
    classes = len(manifest.output.classes)
    wanted = {
        "binary": {1} if classes == 2 else set(),
        "margin": {1} if classes == 2 else set(),
        "multinomial": {classes},
        "ovr": {classes},
        "classes": {classes},
        "pairs": {classes * (classes - 1) // 2},
    }.get(manifest.output.kind, widths)
    if len(widths) != 1 or widths != wanted or (manifest.output.flat and _is_wide(manifest, widths)):
        raise UntrustedManifest(
            f"the manifest of '{manifest.reference}' promises {sorted(widths)} scores for {classes} classes",
            code="malformed_manifest",
        )


def _is_wide(manifest: Manifest, widths: set[int]) -> bool:
    return manifest.output.kind == "regression" and widths != {1}
