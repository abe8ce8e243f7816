"""Messages of the queue: what S3 says when a sealed input has arrived."""

import json
from typing import NamedTuple
from urllib.parse import quote, unquote_plus

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from cloud.clients import clients, faults
from cloud.paths import Slot
from cloud.settings import settings
from sealdrop_core.errors import InvalidRequest


class Arrival(NamedTuple):
    """A sealed input that has arrived, and which version of it."""

    slot: Slot
    version: str | None


class _Object(BaseModel):
    key: str
    version: str | None = Field(default=None, alias="versionId")


class _Bucket(BaseModel):
    name: str


class _Entity(BaseModel):
    bucket: _Bucket
    object: _Object


class _Record(BaseModel):
    event: str = Field(alias="eventName", pattern=r"^(s3:)?ObjectCreated:")
    s3: _Entity


class _Event(BaseModel):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""

    records: list[_Record] = Field(alias="Records")


class _Test(BaseModel):
    """What S3 sends once, when notifications are switched on."""

    event: str = Field(alias="Event", pattern=r"^s3:TestEvent$")


_MESSAGE: TypeAdapter[_Event | _Test] = TypeAdapter(_Event | _Test)


def arrivals(body: str) -> list[Arrival]:
    """Return what has arrived according to a message; nothing for S3's test message.

    Raises InvalidRequest when the message is none of S3's about an input of this bucket.
    """
    try:
        message = _MESSAGE.validate_json(body)
    except ValidationError:
        raise InvalidRequest("this is no message about an object that was created") from None
    return [_arrival(record.s3) for record in message.records] if isinstance(message, _Event) else []


def _arrival(entity: _Entity) -> Arrival:
    slot = Slot.of_input(unquote_plus(entity.object.key))
    if slot is None or entity.bucket.name != settings().bucket_name:
        raise InvalidRequest("this is a message about another object")
    return Arrival(slot, entity.object.version)


def announce(arrival: Arrival) -> None:
    """Send the message that S3 should have sent."""
    record = {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": {"name": settings().bucket_name},
            "object": {"key": quote(arrival.slot.input), "versionId": arrival.version},
        },
    }
    with faults():
        clients().sqs.send_message(QueueUrl=settings().queue_url, MessageBody=json.dumps({"Records": [record]}))


def bring_back(receipt: str, seconds: int) -> None:
    """Have a message that failed come back sooner than its visibility timeout."""
    with faults():
        clients().sqs.change_message_visibility(
            QueueUrl=settings().queue_url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )
