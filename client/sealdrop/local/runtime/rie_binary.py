"""The runtime interface emulator of Lambda: where its binary is on this machine."""

import importlib.util
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from sealdrop.local.errors import RuntimeUnavailable

VARIABLE = "SEALDROP_RIE"
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def find_rie() -> Path:
    """Return the binary: from SEALDROP_RIE, on PATH, or inside an installed AWS SAM CLI.

    Raises RuntimeUnavailable `rie_not_found`.
    """
    for candidate in _candidates():
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise RuntimeUnavailable(
        "no aws-lambda-rie on this machine",
        code="rie_not_found",
        remedy=f"Install aws-sam-cli, put aws-lambda-rie on PATH, or name the binary in {VARIABLE}.",
    )


def _candidates() -> Iterator[Path]:
    if named := os.environ.get(VARIABLE):
        yield Path(named)
    if on_path := shutil.which("aws-lambda-rie"):
        yield Path(on_path)
    binary = f"aws-lambda-rie-{_ARCHITECTURES.get(platform.machine().lower(), platform.machine())}"
    for package in _sam_packages():
        yield package / "local" / "rapid" / binary


def _sam_packages() -> Iterator[Path]:
    spec = importlib.util.find_spec("samcli")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent
    if sam := shutil.which("sam"):
        yield from Path(sam).resolve().parent.parent.glob("lib/python3*/site-packages/samcli")
