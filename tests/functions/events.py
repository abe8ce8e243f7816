"""The events in /events, made to fit a test."""

import copy
import json
import time
import uuid
from functools import cache
from pathlib import Path

BUCKET, TABLE = "sealdrop-data", "sealdrop-table"
FOLDER = Path(__file__).parents[2] / "events"


@cache
def _read(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def load(name):
    """Return a fresh copy of an event."""
    return copy.deepcopy(_read(name))


def created(*objects, name="evaluate-object-created"):
    """Return an SQS event that announces objects, given as (key, version), each in a message of its own."""
    event = load(name)
    template = event["Records"].pop()
    for key, version in objects:
        record = copy.deepcopy(template)
        message = json.loads(record["body"])
        entity = message["Records"][0]["s3"]
        entity["bucket"]["name"] = BUCKET
        entity["object"] |= {"key": key, "versionId": version}
        event["Records"].append(record | {"messageId": str(uuid.uuid4()), "body": json.dumps(message)})
    return event


def message(body):
    """Return an SQS event with one message."""
    event = load("evaluate-object-created")
    event["Records"][0]["body"] = body
    return event


class Context:
    """What Lambda tells a handler."""

    function_name = "function"
    memory_limit_in_mb = "1769"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id = "6f8a2c41-1d3b-4e0e-9a57-0c1b2d3e4f5a"

    def __init__(self, seconds=30.0):
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self):
        """Return what is left of the timeout."""
        return int((self._end - time.monotonic()) * 1000)
