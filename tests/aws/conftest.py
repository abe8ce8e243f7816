"""What `sam build` makes, once for each architecture, and the template's roles in moto."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.aws.policy import Grant
from tests.aws.python313 import python313
from tests.aws.roles import FUNCTIONS, Deployment, created
from tests.aws.sam import ROOT, interpreter

# the functions' own fixtures: AWS in memory, the three handlers, a data owner
from tests.functions.conftest import (  # noqa: F401
    api,
    aws,
    environment,
    evaluator,
    later,
    linear,
    model,
    owner,
    pool,
    rows,
    settle,
)

needs_sam = pytest.mark.skipif(interpreter() is None, reason="no SAM CLI on PATH")


@pytest.fixture(scope="session")
def deployment() -> Deployment:
    """The template as CloudFormation gets it."""
    return Deployment()


@pytest.fixture(scope="session")
def roles(deployment: Deployment) -> dict[str, tuple[Grant, ...]]:
    """What each function's role was granted, by function."""
    held = created(deployment)
    return {function: held[deployment.role_of(function)] for function in FUNCTIONS}


@pytest.fixture(scope="session", params=["x86_64", "arm64"])
def built(request, tmp_path_factory) -> tuple[str, Path]:
    """An architecture, and the folder with its layers, functions and template."""
    return request.param, _build(request.param, tmp_path_factory)


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """Build for one architecture; return the folder."""
    return lambda architecture: _build(architecture, tmp_path_factory)


def _build(architecture: str, tmp_path_factory) -> Path:
    if interpreter() is None:
        pytest.skip("no SAM CLI on PATH")
    folder: Path = tmp_path_factory.getbasetemp() / f"built-{architecture}"
    if not folder.exists():
        python = python313()
        path = os.pathsep.join([str(python.parent)] * bool(python) + [os.environ["PATH"]])
        done = subprocess.run(
            ["sam", "build", "--build-dir", folder, "--parameter-overrides", f"Architecture={architecture}"],
            cwd=ROOT,
            env=os.environ | {"PATH": path, "SAM_CLI_TELEMETRY": "0"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-4000:]
    return folder
