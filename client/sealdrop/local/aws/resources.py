"""How each type of resource comes to be in moto, whose own CloudFormation drops most of what matters here.

Not created: `AWS::S3::BucketPolicy` and `AWS::SQS::QueuePolicy`. Theirs is to demand TLS, and the local stack speaks
plain http. Roles, alarms, dashboards and log groups carry no data either.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sealdrop.local.template.intrinsics import Resource

Properties = Mapping[str, Any]
Client = Callable[[str], Any]


_TABLE_ARGUMENTS = (
    "KeySchema",
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "DeletionProtectionEnabled",
)


def create_key(client: Client, name: str, properties: Properties) -> Resource:
    """Create a KMS key."""
    key = client("kms").create_key(Description=properties.get("Description", name))["KeyMetadata"]
    return Resource(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})


def create_queue(client: Client, name: str, properties: Properties) -> Resource:
    """Create an SQS queue with the attributes it declares."""
    sqs = client("sqs")
    queue_name = properties.get("QueueName", name)
    attributes = {key: _attribute(value) for key, value in properties.items() if key not in ("QueueName", "Tags")}
    url = sqs.create_queue(QueueName=queue_name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Resource(url, {"Arn": arn, "QueueName": queue_name, "QueueUrl": url})


def create_table(client: Client, name: str, properties: Properties) -> Resource:
    """Create a DynamoDB table, then its time to live and point-in-time recovery."""
    dynamodb = client("dynamodb")
    table = properties.get("TableName", name)
    arguments = {key: properties[key] for key in _TABLE_ARGUMENTS if key in properties}
    if encryption := properties.get("SSESpecification"):
        arguments["SSESpecification"] = _renamed(encryption, SSEEnabled="Enabled")
    described = dynamodb.create_table(TableName=table, **arguments)["TableDescription"]
    if expiry := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    return Resource(table, {"Arn": described["TableArn"]})


def create_bucket(client: Client, name: str, properties: Properties) -> Resource:
    """Create an S3 bucket with versioning, encryption, public access block, lifecycle and queue notifications."""
    s3 = client("s3")
    bucket = properties.get("BucketName", name)
    s3.create_bucket(Bucket=bucket)
    if versioning := properties.get("VersioningConfiguration"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
    if block := properties.get("PublicAccessBlockConfiguration"):
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    if encryption := properties.get("BucketEncryption"):
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=_encryption(encryption))
    if lifecycle := properties.get("LifecycleConfiguration"):
        rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    if queues := properties.get("NotificationConfiguration", {}).get("QueueConfigurations"):
        configuration = {"QueueConfigurations": [_notification(queue) for queue in queues]}
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    domain = f"{bucket}.s3.amazonaws.com"
    return Resource(bucket, {"Arn": f"arn:aws:s3:::{bucket}", "DomainName": domain, "RegionalDomainName": domain})


CREATORS: Mapping[str, Callable[[Client, str, Properties], Resource]] = {
    "AWS::KMS::Key": create_key,
    "AWS::SQS::Queue": create_queue,
    "AWS::DynamoDB::Table": create_table,
    "AWS::S3::Bucket": create_bucket,
}


def _attribute(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _renamed(declared: Properties, **names: str) -> dict[str, Any]:
    """Return properties under the names the service's API has for them."""
    return {names.get(key, key): value for key, value in declared.items()}


def _encryption(declared: Properties) -> dict[str, Any]:
    name = "ApplyServerSideEncryptionByDefault"
    rules = declared["ServerSideEncryptionConfiguration"]
    return {"Rules": [_renamed(rule, ServerSideEncryptionByDefault=name) for rule in rules]}


def _lifecycle_rule(declared: Properties) -> dict[str, Any]:
    rule = _renamed(declared, Id="ID")
    rule["Filter"] = {"Prefix": rule.pop("Prefix", "")}
    if "ExpirationInDays" in rule:
        rule["Expiration"] = {"Days": int(rule.pop("ExpirationInDays"))}  # a parameter may carry it as text
    if "ExpiredObjectDeleteMarker" in rule:
        rule["Expiration"] = {"ExpiredObjectDeleteMarker": rule.pop("ExpiredObjectDeleteMarker")}
    return rule


def _notification(declared: Properties) -> dict[str, Any]:
    rules = declared.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    return {
        "QueueArn": declared["Queue"],
        "Events": [declared["Event"]],
        "Filter": {"Key": {"FilterRules": rules}},
    }
