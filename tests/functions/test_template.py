"""The template and the code agree: names, times, what is kept and what is told."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from cloud.settings import Settings

ROOT = Path(__file__).parents[2]


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` and its kin as what they refer to."""


def _tagged(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return f"{suffix}:{loader.construct_scalar(node)}"
    construct = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
    return {suffix: construct(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


@pytest.fixture(scope="module")
def template():
    return yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)


@pytest.fixture(scope="module")
def resources(template):
    return {name: found.get("Properties", {}) for name, found in template["Resources"].items()}


@pytest.fixture(scope="module")
def variables(template):
    return template["Globals"]["Function"]["Environment"]["Variables"]


def _functions(template):
    return {n: r for n, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}


def test_every_handler_is_one(template):
    code = ROOT / template["Globals"]["Function"]["CodeUri"]
    for function in _functions(template).values():
        module, _, name = function["Properties"]["Handler"].rpartition(".")
        source = code / f"{module.replace('.', '/')}.py"
        assert name in {node.name for node in ast.parse(source.read_text()).body if isinstance(node, ast.FunctionDef)}


def test_every_variable_is_a_setting(variables):
    assert set(variables) <= {name.upper() for name in Settings.model_fields}


def test_times_fit_each_other(resources, variables):
    timeout = resources["EvaluateFunction"]["Timeout"]
    visibility = resources["Queue"]["VisibilityTimeout"]
    assert timeout < variables["LEASE_SECONDS"] < visibility
    assert visibility >= 6 * timeout
    assert resources["DeadLetters"]["VisibilityTimeout"] >= 6 * resources["SettleFunction"]["Timeout"]
    assert resources["Queue"]["RedrivePolicy"]["maxReceiveCount"] == variables["MAX_ATTEMPTS"]


def test_retention_is_the_days_it_says_and_inputs_outlive_their_evaluation(template, resources):
    for days, value in template["Mappings"]["Retention"].items():
        assert value["Seconds"] == int(days) * 86400
        Settings.model_validate({"BUCKET_NAME": "bucket", "TABLE_NAME": "table", "RETENTION_SECONDS": value["Seconds"]})
    rules = {rule["Id"]: rule for rule in resources["Bucket"]["LifecycleConfiguration"]["Rules"]}
    longest = Settings.model_validate({"BUCKET_NAME": "bucket", "TABLE_NAME": "table"})
    assert rules["Inputs"]["ExpirationInDays"] * 86400 > longest.upload_seconds + longest.evaluation_seconds
    assert "Keys" not in rules


def test_grants_live_no_longer_than_the_bucket_allows(resources):
    statements = {s["Sid"]: s for s in resources["BucketPolicy"]["PolicyDocument"]["Statement"]}
    allowed = int(statements["YoungGrantsOnly"]["Condition"]["NumericGreaterThan"]["s3:signatureAge"])
    assert Settings.model_fields["url_seconds"].default * 1000 <= allowed


def test_everything_is_encrypted_versioned_private_and_recoverable(resources):
    bucket = resources["Bucket"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "aws:kms" in str(bucket["BucketEncryption"])
    assert resources["Table"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    for name in ("Queue", "DeadLetters"):
        assert resources[name]["KmsMasterKeyId"] == "GetAtt:Key.Arn"
    for name in ("ApiAccessLogs", "ApiFunctionLogs", "EvaluateFunctionLogs", "SettleFunctionLogs"):
        assert resources[name] == {"RetentionInDays": 30, "KmsKeyId": "GetAtt:Key.Arn"}


def test_no_route_is_open_to_strangers(resources):
    for path in resources["Api"]["DefinitionBody"]["paths"].values():
        # where there is a condition, it is the first of three
        for operation in (path["If"][1] if "If" in path else path).values():
            assert operation["security"] == [{"caller": []}]


def test_the_access_log_holds_no_path_and_no_identity(resources):
    logged = set(re.findall(r"\$context\.[A-Za-z.]+", resources["Api"]["AccessLogSettings"]["Format"]))
    assert logged == {
        f"$context.{name}" for name in ("requestId", "httpMethod", "status", "responseLatency", "error.message")
    }


def test_layers_hold_the_versions_that_were_tested():
    pinned = re.compile(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==(.+)$", re.MULTILINE)

    def versions(path):
        return {name.lower().replace("_", "-"): version for name, version in pinned.findall(path.read_text())}

    tested = versions(ROOT / "constraints.txt")
    for layer in ("core", "tenseal"):
        for name, version in versions(ROOT / "layers" / layer / "requirements.txt").items():
            assert tested[name] == version, name


def test_a_broken_environment_is_told_without_what_is_in_it():
    with pytest.raises(ValidationError) as error:
        Settings.model_validate({"AWS_SECRET_ACCESS_KEY": "s3cret", "MAX_PARTS": "s3cret"})
    assert "BUCKET_NAME" in str(error.value)
    assert "s3cret" not in str(error.value)
