"""Every command in the documents about AWS exists, with every option it is given.

What can run here is run by other tests: `make` targets by CI, `sealdrop` commands by theirs. What only AWS can answer
is held to the help of its tool, or to botocore's description of the service.
"""

import json
import re
import shlex
import subprocess
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from typer.testing import CliRunner

from sealdrop.cli.app import app
from tests.aws.sam import ROOT, interpreter

PAGES = ("deploy", "operate", "cost", "cold-start", "large-jobs", "sam-local")
COMMANDS = sorted(
    {
        line.removeprefix("$ ").partition("   # ")[0]
        for page in PAGES
        for block in re.findall(r"```console\n(.*?)```", (ROOT / "docs" / f"{page}.md").read_text(), re.DOTALL)
        for line in block.splitlines()
        if line.startswith("$ ")
    }
)


def _options(words):
    return {word.partition("=")[0] for word in words if word.startswith("--")}


def _make(words):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert words[0] in targets


def _sealdrop(words):
    told = CliRunner().invoke(app, [words[0], "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    assert [option for option in _options(words) if option not in told.output] == []


def _sam(words):
    if interpreter() is None:
        pytest.skip("no SAM CLI on PATH")
    verb = words[: 2 if words[0] == "local" else 1]
    told = subprocess.run(["sam", *verb, "--help"], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert [option for option in _options(words) if option not in told.stdout] == []
    for path in words:
        assert not path.startswith("events/") or (ROOT / path).exists()


def _aws(words):
    service, operation, *rest = words
    model = botocore.session.get_session().get_service_model({"s3api": "s3"}.get(service, service))
    (found,) = [name for name in model.operation_names if xform_name(name, "-") == operation]
    known = {f"--{xform_name(name, '-')}" for name in model.operation_model(found).input_shape.members}
    known |= {option.replace("--", "--no-", 1) for option in known} | {"--query"}
    assert _options(rest) <= known


def _python3(words):
    assert words[0] == "-c"
    compile(words[1], "docs", "exec")


def _docker(words):
    assert words[0] in {"pull", "tag"}
    assert all(word.startswith("public.ecr.aws/lambda/python:3.13") for word in words[1:])


CHECKS = {"make": _make, "sealdrop": _sealdrop, "sam": _sam, "aws": _aws, "python3": _python3, "docker": _docker}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_in_the_documents_exists(command):
    tool, *words = shlex.split(command)
    CHECKS[tool](words)


def test_the_pages_are_read():
    assert len(COMMANDS) > 25
    assert {shlex.split(command)[0] for command in COMMANDS} == set(CHECKS)


def test_the_bucket_is_emptied_by_the_command_that_says_so(aws):
    (command,) = [shlex.split(command)[2] for command in COMMANDS if command.startswith("python3 -c")]
    from tests.functions.events import BUCKET

    for body in (b"first", b"second"):
        aws.s3.put_object(Bucket=BUCKET, Key="results/x", Body=body)
    aws.s3.delete_object(Bucket=BUCKET, Key="results/x")
    exec(compile(command.replace("BUCKET", BUCKET), "docs", "exec"))
    assert {"Versions", "DeleteMarkers"} & aws.s3.list_object_versions(Bucket=BUCKET).keys() == set()
    aws.s3.delete_bucket(Bucket=BUCKET)


def test_links_between_the_pages_lead_somewhere():
    for page in PAGES:
        text = (ROOT / "docs" / f"{page}.md").read_text()
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert target.startswith("https://") or (ROOT / "docs" / target).exists(), (page, target)
        for path in re.findall(r"`((?:benchmarks|tests|client|events|docs)/[\w./-]+\.(?:py|json|yaml|md))`", text):
            assert (ROOT / Path(path)).exists(), (page, path)


def test_every_alarm_is_explained():
    alarms = set(re.findall(r"^  (\w+Alarm):$", (ROOT / "template.yaml").read_text(), re.MULTILINE))
    told = set(re.findall(r"^\| `(\w+Alarm)`", (ROOT / "docs" / "operate.md").read_text(), re.MULTILINE))
    assert alarms == told


def test_every_parameter_is_explained():
    template = (ROOT / "template.yaml").read_text().partition("Parameters:\n")[2].partition("\nRules:")[0]
    parameters = set(re.findall(r"^  (\w+): \{", template, re.MULTILINE))
    page = (ROOT / "docs" / "deploy.md").read_text()
    assert parameters
    assert [name for name in parameters if f"`{name}`" not in page] == []


def test_the_cold_starts_told_are_about_those_measured():
    claims = json.loads((ROOT / "benchmarks" / "results" / "cold_start.json").read_text())["claims"]
    measured = {claim["subject"]: claim["value"] for claim in claims if "times" in claim["figure"]}
    page = (ROOT / "docs" / "cold-start.md").read_text()
    told = dict(re.findall(r"^\| (\w+)[^|]*\| \d+ ms \| ([\d.]+) \|$", page, re.MULTILINE))
    for name, ratio in measured.items():
        assert float(told[name]) == pytest.approx(ratio, rel=0.5), name  # another machine, another day
