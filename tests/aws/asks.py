"""What a call of an AWS API asks of IAM: its own action, and what S3, SQS and DynamoDB ask of the key in its name.

Sources: the service authorization reference, https://docs.aws.amazon.com/service-authorization/latest/reference/, and
for the key https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.aws.policy import Ask

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """The ARNs of the deployment, and its region."""

    bucket: str
    table: str
    queue: str
    dead_letters: str
    key: str
    region: str
    account: str


def asks(
    service: str, operation: str, parameters: Parameters, names: Names, *, presigned: bool = False
) -> Iterator[Ask]:
    """Yield everything that one call asks for. An operation that is not known here is an error."""
    if service == "s3":
        yield from _s3(operation, parameters, names, "REST-QUERY-STRING" if presigned else "REST-HEADER")
    else:
        yield from {"dynamodb": _dynamodb, "sqs": _sqs}[service](operation, parameters, names)


def _s3(operation: str, parameters: Parameters, names: Names, how: str) -> Iterator[Ask]:
    each = f"{names.bucket}/{parameters.get('Key', '')}"
    listed = {"s3__prefix": parameters.get("Prefix", "")}
    if operation == "GetObject":
        version = "Version" if "VersionId" in parameters else ""
        yield Ask.of(f"s3:GetObject{version}", each, s3__authType=how)
        yield _key("kms:Decrypt", "s3", names)
    elif operation == "PutObject":
        yield Ask.of("s3:PutObject", each, s3__authType=how)
        yield _key("kms:GenerateDataKey", "s3", names)
    elif operation == "ListObjectsV2":
        yield Ask.of("s3:ListBucket", names.bucket, **listed)
    elif operation == "ListObjectVersions":
        yield Ask.of("s3:ListBucketVersions", names.bucket, **listed)
    elif operation == "DeleteObjects":
        for doomed in parameters["Delete"]["Objects"]:
            action = "s3:DeleteObjectVersion" if "VersionId" in doomed else "s3:DeleteObject"
            yield Ask(action, f"{names.bucket}/{doomed['Key']}")
    else:
        raise NotImplementedError(operation)


def missing_object(names: Names) -> Ask:
    """What S3 asks, without a prefix, before it admits that an object is not there; else it says 403."""
    return Ask("s3:ListBucket", names.bucket)


def _dynamodb(operation: str, parameters: Parameters, names: Names) -> Iterator[Ask]:
    yield _key("kms:Decrypt", "dynamodb", names)
    if operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            ((verb, request),) = item.items()
            yield Ask.of(f"dynamodb:{verb}Item", names.table, dynamodb__LeadingKeys=_partition(request))
    elif operation == "Query":
        index = parameters.get("IndexName")
        values = parameters["ExpressionAttributeValues"]
        leading = values.get(":pk", values.get(":shard"))["S"]
        resource = f"{names.table}/index/{index}" if index else names.table
        yield Ask.of("dynamodb:Query", resource, dynamodb__LeadingKeys=leading)
    else:
        assert operation in {"GetItem", "PutItem", "UpdateItem"}, operation
        yield Ask.of(f"dynamodb:{operation}", names.table, dynamodb__LeadingKeys=_partition(parameters))


def _partition(request: Parameters) -> str:
    return str((request.get("Key") or request["Item"])["pk"]["S"])


def _sqs(operation: str, parameters: Parameters, names: Names) -> Iterator[Ask]:
    name = parameters["QueueUrl"].rpartition("/")[2]
    (queue,) = (arn for arn in (names.queue, names.dead_letters) if arn.endswith(f":{name}"))
    yield Ask(f"sqs:{operation}", queue)
    if operation == "SendMessage":
        yield _key("kms:GenerateDataKey", "sqs", names)
        yield _key("kms:Decrypt", "sqs", names)


def polling(queue: str, names: Names) -> Iterator[Ask]:
    """What Lambda asks in a function's name when it polls a queue for it."""
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        yield Ask(f"sqs:{action}", queue)
    yield _key("kms:Decrypt", "sqs", names)


def logging(group: str) -> Iterator[Ask]:
    """What Lambda asks in a function's name when it writes a log."""
    yield Ask("logs:CreateLogStream", f"{group}:log-stream:x")
    yield Ask("logs:PutLogEvents", f"{group}:log-stream:x")


def _key(action: str, service: str, names: Names) -> Ask:
    return Ask.of(
        action, names.key, kms__ViaService=f"{service}.{names.region}.amazonaws.com", kms__CallerAccount=names.account
    )
