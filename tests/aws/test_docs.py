"""The documents about AWS say what the template has and what was measured."""

import json
import re
import shlex

import pytest

from sealdrop.local.template.document import Template
from tests.aws.sam import ROOT, TEMPLATE
from tests.docs.documents import commands
from tests.functions.events import BUCKET


def test_the_bucket_is_emptied_by_the_command_that_says_so(aws):
    typed = commands(ROOT / "docs" / "deploy.md")
    (command,) = [shlex.split(line)[2] for line in typed if line.startswith("python3 -c")]
    for body in (b"first", b"second"):
        aws.s3.put_object(Bucket=BUCKET, Key="results/x", Body=body)
    aws.s3.delete_object(Bucket=BUCKET, Key="results/x")
    exec(compile(command.replace("BUCKET", BUCKET), "docs", "exec"))
    assert {"Versions", "DeleteMarkers"} & aws.s3.list_object_versions(Bucket=BUCKET).keys() == set()
    aws.s3.delete_bucket(Bucket=BUCKET)


def test_every_alarm_is_explained():
    resources = Template.read(TEMPLATE).resources.items()
    alarms = {name for name, resource in resources if resource["Type"] == "AWS::CloudWatch::Alarm"}
    told = set(re.findall(r"^\| `(\w+Alarm)`", (ROOT / "docs" / "operate.md").read_text(), re.MULTILINE))
    assert alarms == told


def test_every_parameter_is_explained():
    parameters = Template.read(TEMPLATE).parameters
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
