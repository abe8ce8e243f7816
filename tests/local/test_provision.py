"""The fixture template in moto: every property that matters is there."""

import json
from pathlib import Path
from typing import Any

import pytest

from sealdrop.local.aws.embedded import EmbeddedAws
from sealdrop.local.aws.provision import Provisioner
from sealdrop.local.errors import TemplateError
from sealdrop.local.template.document import Template
from sealdrop.local.template.parameters import parameter_values
from tests.local.scripted import template

QUEUE = "AWS::SQS::Queue"


def provisioner(aws: EmbeddedAws, document: Template, overrides: dict[str, Any] | None = None) -> Provisioner:
    values = parameter_values(document, {})
    return Provisioner(
        document, values, aws.client, account=aws.account, api_url="http://api", overrides=overrides or {}
    )


def test_resources_are_created_with_their_properties(project: Path) -> None:
    with EmbeddedAws() as aws:
        made = provisioner(aws, Template.read(project / "template.yaml"), {QUEUE: {"VisibilityTimeout": 3}})
        made.provision()
        outputs = made.outputs()
        check_bucket(aws.client("s3"), outputs)
        check_queues(aws.client("sqs"), outputs)
        check_table(aws.client("dynamodb"), outputs)
    assert outputs["ApiUrl"] == "http://api"
    assert outputs["BucketName"] == outputs["DataBucket"]
    assert "AlarmName" not in outputs


def check_bucket(s3: Any, outputs: dict[str, str]) -> None:
    bucket = {"Bucket": outputs["BucketName"]}
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"].values())
    [encryption] = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].endswith(outputs["Key"])
    [rule] = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"]
    assert (rule["ID"], rule["Filter"]["Prefix"], rule["Expiration"]["Days"]) == ("inputs", "inputs/", 7)
    [queue] = s3.get_bucket_notification_configuration(**bucket)["QueueConfigurations"]
    assert queue["QueueArn"].endswith("jobqueue")
    assert queue["Filter"]["Key"]["FilterRules"] == [{"Name": "prefix", "Value": "inputs/"}]


def check_queues(sqs: Any, outputs: dict[str, str]) -> None:
    attributes = {
        name: sqs.get_queue_attributes(QueueUrl=outputs[name], AttributeNames=["All"])["Attributes"]
        for name in ("QueueUrl", "DeadLetterQueueUrl")
    }
    queue, dead = attributes["QueueUrl"], attributes["DeadLetterQueueUrl"]
    assert queue["VisibilityTimeout"] == "3"
    assert dead["MessageRetentionPeriod"] == "1209600"
    policy = json.loads(queue["RedrivePolicy"])
    assert (policy["deadLetterTargetArn"], policy["maxReceiveCount"]) == (dead["QueueArn"], 1)


def check_table(dynamodb: Any, outputs: dict[str, str]) -> None:
    name = {"TableName": outputs["TableName"]}
    table = dynamodb.describe_table(**name)["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["watch"]
    assert table["SSEDescription"]["SSEType"] == "KMS"
    assert dynamodb.describe_time_to_live(**name)["TimeToLiveDescription"]["AttributeName"] == "ttl"
    backups = dynamodb.describe_continuous_backups(**name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        ({"A": {"Type": QUEUE, "Properties": {"QueueName": {"Ref": "Nobody"}}}}, "reference_unknown"),
        ({"A": {"Type": QUEUE, "Properties": {"QueueName": {"Fn::GetAtt": "A.Arn"}}}}, "template_circular"),
        ({"A": {"Type": QUEUE, "Properties": {"QueueName": "not a name"}}}, "resource_refused"),
        ({"A": {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": 1}}}, "resource_refused"),
    ],
)
def test_wrong_resources_are_refused(aws: EmbeddedAws, resources: dict[str, Any], code: str) -> None:
    with pytest.raises(TemplateError) as refused:
        provisioner(aws, template(resources)).provision()
    assert refused.value.code == code


def test_resources_that_sam_adds_have_names(aws: EmbeddedAws) -> None:
    resources = {"Fn": {"Type": "AWS::Serverless::Function"}}
    value = {"Value": {"Fn::Sub": "${FnRole.Arn} ${ServerlessHttpApi.ApiEndpoint}"}}
    outputs = provisioner(aws, template(resources, outputs={"Both": value})).outputs()
    assert outputs["Both"].endswith(":FnRole http://api")
    assert aws.account.number in outputs["Both"]
