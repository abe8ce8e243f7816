"""The store of published versions: S3 for manifest and weights, then one DynamoDB item that makes them visible.

A version's objects are written once (`If-None-Match: *`) and its item once (`attribute_not_exists`). Until the item is
there nobody sees the version; a crash before that leaves two objects nobody reads and costs a number.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from sealdrop_core.errors import NotFound
from sealdrop_core.manifest import Manifest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

PARTITION = "MODELS"


class Store:
    """Models in one bucket and one table, through boto3 clients; absent ones are made from the environment."""

    def __init__(
        self, bucket: str, table: str, s3: "S3Client | None" = None, dynamodb: "DynamoDBClient | None" = None
    ) -> None:
        self.bucket, self.table = bucket, table
        self._s3: S3Client = s3 or boto3.client("s3")
        self._dynamodb: DynamoDBClient = dynamodb or boto3.client("dynamodb")

    def newest(self, name: str) -> Manifest | None:
        """Return the newest version of a model, retired ones left out."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :name)",
            FilterExpression="retired = :no",
            ExpressionAttributeValues={":pk": {"S": PARTITION}, ":name": {"S": f"{name}@"}, ":no": {"BOOL": False}},
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        item = next((item for page in pages for item in page["Items"]), None)
        return self.manifest(name, _version(item)) if item else None

    def manifest(self, name: str, version: int) -> Manifest:
        """Read a version's manifest."""
        answer = self._s3.get_object(Bucket=self.bucket, Key=_object(name, version, "manifest.json"))
        return Manifest.model_validate_json(answer["Body"].read())

    def weights(self, name: str, version: int) -> bytes:
        """Read a version's weights."""
        return self._s3.get_object(Bucket=self.bucket, Key=_object(name, version, "weights.npz"))["Body"].read()

    def add(self, manifest: Manifest, weights: bytes) -> Manifest:
        """Store a model under the next free version number, and return it with that number."""
        version = self._highest(manifest.name) + 1
        while True:
            numbered = manifest.model_copy(update={"version": version})
            if self._write(numbered, weights) and self._show(numbered):
                return numbered
            version += 1

    def retire(self, reference: str) -> None:
        """Retire a version, `name@1`: nobody can start a job with it any more. Retiring twice is harmless.

        Raises NotFound (`model_not_found`).
        """
        name, _, number = reference.partition("@")
        key = {"pk": PARTITION, "sk": f"{name}@{int(number):06d}" if number.isdecimal() else reference}
        try:
            self._dynamodb.update_item(
                TableName=self.table,
                Key={field: {"S": value} for field, value in key.items()},
                UpdateExpression="SET retired = :yes",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":yes": {"BOOL": True}},
            )
        except ClientError as error:
            if _failed(error, "ConditionalCheckFailedException"):
                raise NotFound(
                    f"there is no version {reference}", code="model_not_found", remedy="Name one that is, like name@1."
                ) from None
            raise

    def _highest(self, name: str) -> int:
        answer = self._dynamodb.query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :name)",
            ExpressionAttributeValues={":pk": {"S": PARTITION}, ":name": {"S": f"{name}@"}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=1,
        )
        return max(map(_version, answer["Items"]), default=0)

    def _write(self, manifest: Manifest, weights: bytes) -> bool:
        """Write both objects; False if this number's are another's already."""
        objects = {
            "weights.npz": (weights, "application/zip"),
            "manifest.json": (manifest.canonical(), "application/json"),
        }
        try:
            for file, (body, kind) in objects.items():
                self._s3.put_object(
                    Bucket=self.bucket,
                    Key=_object(manifest.name, manifest.version, file),
                    Body=body,
                    ContentType=kind,
                    IfNoneMatch="*",
                )
        except ClientError as error:
            if _failed(error, "PreconditionFailed", "ConditionalRequestConflict"):
                return False
            raise
        return True

    def _show(self, manifest: Manifest) -> bool:
        """Make a version visible; False if its number is taken already."""
        item: dict[str, Any] = {
            "pk": {"S": PARTITION},
            "sk": {"S": f"{manifest.name}@{manifest.version:06d}"},
            "manifest": {"S": manifest.digest},
            "description": {"S": manifest.description},
            "retired": {"BOOL": False},
            "created": {"S": datetime.now(UTC).isoformat(timespec="seconds")},
        }
        try:
            self._dynamodb.put_item(TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ClientError as error:
            if _failed(error, "ConditionalCheckFailedException"):
                return False
            raise
        return True


def _object(name: str, version: int, file: str) -> str:
    return f"models/{name}/{version}/{file}"


def _version(item: Any) -> int:
    return int(item["sk"]["S"].partition("@")[2])


def _failed(error: ClientError, *codes: str) -> bool:
    return error.response["Error"]["Code"] in codes
