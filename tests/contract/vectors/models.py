"""The manifests that the golden files are sealed for: of each circuit one, with a plan for each way to pack."""

from collections.abc import Mapping

from sealdrop_core.manifest import Manifest
from tests.contract.vectors.vector import FOLDER

MANIFESTS: Mapping[str, Manifest] = {
    file.stem: Manifest.model_validate_json(file.read_bytes()) for file in sorted(FOLDER.glob("manifests/*.json"))
}
