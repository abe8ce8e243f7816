"""cfn-lint and checkov on what CloudFormation gets."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.aws.conftest import needs_sam
from tests.aws.sam import TEMPLATE, interpreter, transformed

pytestmark = needs_sam
REASONS = Path(__file__).with_name("checkov.yaml")
OTHERWISE = {
    "Architecture": "arm64",
    "Authorizer": "JWT",
    "JwtIssuer": "https://login.example.org/",
    "JwtAudience": "sealdrop",
    "AlarmEmail": "owner@example.org",
    "PlaintextBaseline": "on",
}


@pytest.fixture(params=[{}, OTHERWISE], ids=["defaults", "otherwise"])
def template(request, tmp_path):
    path = tmp_path / "template.json"
    path.write_text(json.dumps(transformed(**request.param), indent=1))
    return path


def test_cfn_lint_has_nothing_to_say(template):
    told = subprocess.run(
        [interpreter().with_name("cfn-lint"), template, "--regions", "us-east-1"], capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("checkov") is None, reason="no checkov on PATH: `make check` installs it")
def test_checkov_finds_only_what_has_a_reason(tmp_path):
    path = tmp_path / "template.json"
    path.write_text(json.dumps(transformed(**OTHERWISE)))
    command = ["checkov", "--file", path, "--framework", "cloudformation", "--skip-download", "--output", "json"]
    told = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LOG_LEVEL": "ERROR"})
    report = json.loads(told.stdout)
    assert report["summary"]["passed"] > 50
    found = {check["check_id"] for check in report["results"]["failed_checks"]}
    assert found == set(yaml.safe_load(REASONS.read_text())["skip-check"])


def test_every_reason_is_given():
    lines = [line for line in REASONS.read_text().splitlines() if line.lstrip().startswith("- ")]
    assert lines
    assert all(" # " in line for line in lines)


def test_the_template_is_one_a_person_can_read():
    lines = TEMPLATE.read_text().splitlines()
    assert len(lines) <= 400
    assert max(map(len, lines)) <= 120


def test_what_has_a_name_is_repeated():
    tokens = list(yaml.scan(TEMPLATE.read_text()))
    named = [token.value for token in tokens if isinstance(token, yaml.AnchorToken)]
    assert len(named) == len(set(named)), "a name means one thing"
    assert set(named) == {token.value for token in tokens if isinstance(token, yaml.AliasToken)}
