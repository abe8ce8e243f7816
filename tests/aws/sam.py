"""The SAM CLI on this machine: its interpreter, and its transform without a network."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
_TRANSFORM = """
import json, sys
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

class NoManagedPolicies:
    def load(self):
        return {}

template = yaml_parse(open(sys.argv[1]).read())
packaged = [template.get("Globals", {}).get("Function", {})]  # as `sam package` leaves it
packaged += [resource.get("Properties", {}) for resource in template["Resources"].values()]
for properties in packaged:
    properties.update(dict.fromkeys({"CodeUri", "ContentUri"} & properties.keys(), "s3://bucket/key"))
print(json.dumps(transform(template, json.load(sys.stdin), NoManagedPolicies())))
"""


def interpreter() -> Path | None:
    """Return the Python that the SAM CLI on PATH runs in: samtranslator and cfn-lint live there."""
    sam = shutil.which("sam")
    python = Path(sam).resolve().with_name("python") if sam else None
    return python if python and python.exists() else None


@cache
def transformed(**parameters: str) -> dict[str, Any]:
    """Return the template as CloudFormation gets it, with the parameters' defaults and the given values."""
    python = interpreter()
    assert python is not None, "no SAM CLI on PATH"
    region = {"AWS::Region": "us-east-1", "AWS::Partition": "aws"}
    done = subprocess.run(
        [python, "-c", _TRANSFORM, TEMPLATE],
        input=json.dumps(region | parameters),
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin", "SAM_CLI_TELEMETRY": "0"},
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document
