"""The roles of the template: created in moto, which checks each document as IAM would, and read back from there."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from moto import mock_aws

from sealdrop.local.template.document import Template
from sealdrop.local.template.intrinsics import Resolver, Resource
from tests.aws.asks import Names
from tests.aws.policy import Grant, grants
from tests.aws.sam import transformed
from tests.functions.events import BUCKET, TABLE

FUNCTIONS = ("ApiFunction", "EvaluateFunction", "SettleFunction")
REGION, ACCOUNT = "us-east-1", "123456789012"
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::StackName": "sealdrop",
    "AWS::URLSuffix": "amazonaws.com",
}


class Deployment:
    """The transformed template with all names filled in, as they are in the functions' tests."""

    def __init__(self, **parameters: str) -> None:
        document = transformed(**parameters)
        sections = ("Parameters", "Mappings", "Conditions", "Globals", "Resources", "Outputs")
        template = Template(*(document.get(section, {}) for section in sections))
        defaults = {name: declared.get("Default", "") for name, declared in template.parameters.items()}
        self._resources = template.resources
        self._resolver = Resolver(template, defaults | parameters | _PSEUDO, self._resource)
        self.names = Names(
            bucket=self._arn("AWS::S3::Bucket"),
            table=self._arn("AWS::DynamoDB::Table"),
            queue=f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue",
            dead_letters=f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-letters",
            key=self._arn("AWS::KMS::Key"),
            region=REGION,
            account=ACCOUNT,
        )

    def of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield logical id and resolved properties of each resource of a type that its condition lets exist."""
        for logical, declared in self._resources.items():
            condition = declared.get("Condition")
            if declared["Type"] == kind and (condition is None or self._resolver.condition(condition)):
                yield logical, self._resolver.resolve(declared.get("Properties", {}))

    def role_of(self, function: str) -> str:
        """Return the logical id of a function's role."""
        arn = dict(self.of_type("AWS::Lambda::Function"))[function]["Role"]
        return str(arn).rpartition("/")[2]

    def log_group_of(self, function: str) -> str:
        """Return the ARN of the log group a function writes to."""
        name = dict(self.of_type("AWS::Lambda::Function"))[function]["LoggingConfig"]["LogGroup"]
        return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"

    def key_policy(self) -> tuple[Grant, ...]:
        """Return what the key's policy gives to every principal of the account; the rest it leaves to IAM."""
        ((_, key),) = self.of_type("AWS::KMS::Key")
        return tuple(grant for grant in grants(key["KeyPolicy"]) if grant.principal == {"AWS": "*"})

    def _arn(self, kind: str) -> str:
        ((logical, _),) = ((name, one) for name, one in self._resources.items() if one["Type"] == kind)
        return self._resource(logical).attributes["Arn"]

    def _resource(self, logical: str) -> Resource:
        kind = self._resources[logical]["Type"]
        if kind == "AWS::SQS::Queue":
            name = "queue" if "RedrivePolicy" in self._resources[logical]["Properties"] else "dead-letters"
            arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
            return Resource(f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}", {"Arn": arn, "QueueName": name})
        if kind == "AWS::S3::Bucket":
            return Resource(BUCKET, {"Arn": f"arn:aws:s3:::{BUCKET}"})
        if kind == "AWS::DynamoDB::Table":
            return Resource(TABLE, {"Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"})
        if kind == "AWS::IAM::Role":
            return Resource(logical, {"Arn": f"arn:aws:iam::{ACCOUNT}:role/{logical}", "RoleId": "AROA"})
        service, _, what = kind.removeprefix("AWS::").lower().partition("::")
        name = self._resolver.resolve(self._resources[logical]["Properties"].get("LogGroupName", logical))
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{what.replace('loggroup', 'log-group')}"
        arn += f"/{name}" if kind == "AWS::KMS::Key" else f":{name}"
        return Resource(name, {"Arn": arn + (":*" if kind == "AWS::Logs::LogGroup" else ""), "QueueName": name})


def created(deployment: Deployment) -> Mapping[str, tuple[Grant, ...]]:
    """Create every role in moto, and return what each was granted."""
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        iam = boto3.client("iam", region_name=REGION)
        return {logical: tuple(_create(iam, logical, role)) for logical, role in deployment.of_type("AWS::IAM::Role")}


def _create(iam: Any, name: str, role: Mapping[str, Any]) -> Iterator[Grant]:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(role["AssumeRolePolicyDocument"]))
    for policy in role.get("Policies", ()):
        iam.put_role_policy(
            RoleName=name,
            PolicyName=policy["PolicyName"],
            PolicyDocument=json.dumps(policy["PolicyDocument"]),
        )
        stored = iam.get_role_policy(RoleName=name, PolicyName=policy["PolicyName"])["PolicyDocument"]
        yield from grants(stored)
    for arn in role.get("ManagedPolicyArns", ()):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield from grants(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])
