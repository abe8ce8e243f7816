"""Every command in the documents exists, with every option it is given; every link and path leads somewhere.

`test_examples.py` runs the examples. What only AWS or Docker can answer is held to the help of its tool, or to
botocore's description of the service.
"""

import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from typer.testing import CliRunner

from sealdrop.cli.app import app
from tests.aws.sam import interpreter
from tests.docs.documents import DOCUMENTS, ROOT, commands, text

MAKEFILE = text(ROOT / "Makefile")
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
COMMANDS = sorted({command for document in DOCUMENTS for command in commands(document)})


def _options(words: Sequence[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("-")}


def _make(words: Sequence[str]) -> None:
    assert words[0] in TARGETS


def _sealdrop(words: Sequence[str]) -> None:
    told = CliRunner().invoke(app, [words[0], "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    assert [option for option in _options(words) if option not in told.output] == []


def _sam(words: Sequence[str]) -> None:
    if interpreter() is None:
        pytest.skip("no SAM CLI on PATH")
    verb = words[: 2 if words[0] == "local" else 1]
    told = subprocess.run(["sam", *verb, "--help"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert [option for option in _options(words) if option not in told.stdout] == []


def _aws(words: Sequence[str]) -> None:
    service, operation, *rest = words
    model = botocore.session.get_session().get_service_model({"s3api": "s3"}.get(service, service))
    (found,) = [name for name in model.operation_names if xform_name(name, "-") == operation]
    known = {f"--{xform_name(name, '-')}" for name in model.operation_model(found).input_shape.members}
    known |= {option.replace("--", "--no-", 1) for option in known} | {"--query"}
    assert _options(rest) <= known


def _python(words: Sequence[str]) -> None:
    if words[0] == "-c":
        compile(words[1], "docs", "exec")
    else:
        assert words[0].startswith("-") or (ROOT / words[0]).exists()


def _docker(words: Sequence[str]) -> None:
    assert words[0] in {"pull", "tag"}
    assert all(word.startswith("public.ecr.aws/lambda/python:3.13") for word in words[1:])


CHECKS = {"make": _make, "sealdrop": _sealdrop, "sam": _sam, "aws": _aws, "python3": _python, "docker": _docker}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_in_the_documents_exists(command: str) -> None:
    tool, *words = shlex.split(command)
    CHECKS[tool](words)


def test_every_document_is_read() -> None:
    assert len(DOCUMENTS) > 10
    assert len(COMMANDS) > 40
    assert {shlex.split(command)[0] for command in COMMANDS} == set(CHECKS)


def test_every_make_target_is_made_whatever_files_there_are() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert sorted(TARGETS) == sorted(phony.split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text(document))
    assert [link for link in links if not link.startswith("https://") and not (document.parent / link).exists()] == []
    paths = re.findall(
        r"`((?:benchmarks|client|contract|docs|events|functions|layers|tests)/[\w./-]*)`", text(document)
    )
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_package_is_on_the_map() -> None:
    page = text(ROOT / "docs" / "architecture.md")
    homes = [*ROOT.glob("functions/*/"), *ROOT.glob("layers/core/sealdrop_core/*/"), *ROOT.glob("client/sealdrop/*/")]
    packages = [str(home.relative_to(ROOT)) for home in homes if (home / "__init__.py").exists()]
    assert packages
    assert [package for package in packages if f"`{package}/`" not in page] == []
