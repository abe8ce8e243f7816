"""Published models: a line for each version in the table, manifest and weights in the bucket."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from cloud import objects, paths, table
from cloud.changes import Item
from cloud.records import Record
from sealdrop_core.errors import EvaluationFailed, Gone, NotFound
from sealdrop_core.manifest import Manifest

_PARTITION = "MODELS"
_MAX_MANIFEST_BYTES = 4 << 20  # an answer of Lambda has at most 6 MB


class Model(Record):
    """One published version. A retired one serves the jobs it has and takes no more."""

    name: str
    version: int
    manifest: str
    description: str = ""
    retired: bool = False

    @property
    def reference(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"


def every() -> Iterator[Model]:
    """Yield all versions of all models."""
    return map(_model, table.items(_PARTITION))


def find(reference: str) -> Model:
    """Return `name@version`, or the newest version of `name` that is not retired.

    Raises NotFound (`model_not_found`) or Gone (`model_retired`).
    """
    name, _, version = reference.partition("@")
    if version:
        item = table.read((_PARTITION, f"{name}@{int(version):06d}"))
        found = [_model(item)] if item else []
    else:
        found = [_model(item) for item in table.items(_PARTITION, f"{name}@", newest_first=True)]
    if not found:
        raise NotFound(
            f"there is no model '{reference}' here", code="model_not_found", remedy="List the models and choose one."
        )
    current = next((model for model in found if not model.retired), None)
    if current is None:
        raise Gone(f"model '{reference}' is retired", code="model_retired")
    return current


@lru_cache(maxsize=16)
def manifest(reference: str, digest: str) -> Manifest:
    """Return a manifest, its digest checked; raises EvaluationFailed when the bucket holds another."""
    return Manifest.model_validate_json(manifest_bytes(reference, digest))


@lru_cache(maxsize=16)
def manifest_bytes(reference: str, digest: str) -> bytes:
    """Return a manifest as stored: the bytes that the digest is taken of."""
    name, _, version = reference.partition("@")
    body = objects.read(paths.manifest(name, int(version)), _MAX_MANIFEST_BYTES).body
    return _genuine(body, digest, "manifest")


def weights(found: Manifest) -> bytes:
    """Return a model's weights, as the manifest names them; raises EvaluationFailed when the bucket holds others."""
    return _weights(paths.weights(found.name, found.version), found.weights.bytes, found.weights.sha256)


@lru_cache(maxsize=4)
def _weights(key: str, length: int, sha256: str) -> bytes:
    return _genuine(objects.read(key, length).body, sha256, "weights")


def _genuine(body: bytes, digest: str, what: str) -> bytes:
    if hashlib.sha256(body).hexdigest() != digest:
        raise EvaluationFailed(f"the stored {what} are not the published ones", remedy="Ask the model owner.")
    return body


def _model(item: Item) -> Model:
    name, _, version = item["sk"].partition("@")
    return Model.model_validate({**item, "name": name, "version": int(version)})
