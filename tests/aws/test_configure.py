"""`sealdrop configure`: a profile from a stack's outputs."""

import json

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from sealdrop.cli import profiles
from sealdrop.cli.app import app

OUTPUTS = {
    "ApiUrl": "https://a1b2c3.execute-api.eu-central-1.amazonaws.com",
    "Authorizer": "IAM",
    "BucketName": "sealdrop-data",
    "Region": "eu-central-1",
    "TableName": "sealdrop-table",
}


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """Keep the user's profiles and credentials out of it."""
    monkeypatch.setenv("SEALDROP_HOME", str(tmp_path))
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "SEALDROP_TOKEN", "SEALDROP_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield


def _deploy(**changes):
    outputs = OUTPUTS | changes
    body = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items() if value is not None},
    }
    boto3.client("cloudformation").create_stack(StackName="mine", TemplateBody=json.dumps(body))


def _configure(*arguments):
    return CliRunner().invoke(app, ["configure", "--stack", "mine", *arguments])


def test_a_stack_becomes_the_default_profile():
    _deploy()
    done = _configure()
    assert done.exit_code == 0, done.output
    profile = profiles.choose()
    assert (profile.url, profile.region) == (OUTPUTS["ApiUrl"], "eu-central-1")
    assert profiles.owners_place(profile) == ("sealdrop-data", "sealdrop-table")
    assert profile.token is None
    assert profiles.path().stat().st_mode & 0o077 == 0


def test_a_stack_with_jwt_asks_for_a_token(monkeypatch):
    _deploy(Authorizer="JWT")
    done = _configure()
    assert (done.exit_code, "no_credentials" in done.output) == (1, True)
    monkeypatch.setenv("SEALDROP_TOKEN", "a-token")
    done = _configure("--profile", "work")
    assert done.exit_code == 0
    assert "a-token" not in done.output
    assert profiles.choose("work").token == "a-token"


def test_another_region_is_asked_there():
    _deploy()
    done = _configure("--region", "eu-west-1")
    assert done.exit_code == 1
    assert "aws_refused" in done.output


def test_another_stack_is_no_deployment():
    _deploy(ApiUrl=None)
    done = _configure()
    assert (done.exit_code, "not_sealdrop" in done.output) == (1, True)
