"""S3's event messages, completed: moto leaves out what a consumer needs to pin a version and to order events."""

import itertools
import time
from typing import Any
from urllib.parse import quote_plus

from moto.s3 import notifications

_moto_event = notifications._get_s3_event
_sequence = itertools.count(time.time_ns())


def s3_event(event_name: str, bucket: Any, key: Any, configuration_id: str) -> dict[str, Any]:
    """Return moto's event with versionId, an increasing sequencer, and `/` kept in the key.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    event: dict[str, Any] = _moto_event(event_name, bucket, key, configuration_id)
    for record in event["Records"]:
        record["userIdentity"] = {"principalId": f"AWS:{bucket.account_id}"}
        record["requestParameters"] = {"sourceIPAddress": "127.0.0.1"}
        record["s3"]["bucket"]["ownerIdentity"] = {"principalId": bucket.account_id}
        described = record["s3"]["object"]
        described["key"] = quote_plus(key.name, safe="/")
        described["sequencer"] = f"{next(_sequence):018X}"
        if bucket.is_versioned:
            described["versionId"] = key.version_id
    return event


def complete_notifications() -> None:
    """Make moto send completed events, in this process and for good: there is no seam to inject them."""
    notifications._get_s3_event = s3_event
