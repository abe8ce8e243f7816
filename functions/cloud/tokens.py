"""Idempotency keys in the table: the request each came with, and the job it made."""

from boto3.dynamodb.conditions import Attr

from cloud import clock, table
from cloud.changes import ABSENT, Key, New
from cloud.records import partition
from sealdrop_core.errors import Conflict


def _key(tenant: str, token: str) -> Key:
    return partition(tenant), f"IDEM#{token}"


def claim(tenant: str, token: str, request: str, job: str, ttl: int) -> New:
    """Return the record of a token, to be written unless the token is known; `request` is a digest of the request."""
    record = {"job": job, "request": request, "ttl": ttl}
    return New(_key(tenant, token), record, when=ABSENT | Attr("ttl").lte(clock.now()))


def job_of(tenant: str, token: str, request: str) -> str | None:
    """Return the id of the job a token made, or None if the token is not known.

    Raises Conflict (`idempotency_conflict`) when it came with another request.
    """
    known = table.read(_key(tenant, token))
    if known is None:
        return None
    if known["request"] != request:
        raise Conflict(
            "this idempotency key came with another request before",
            code="idempotency_conflict",
            remedy="Use a new idempotency key for a new job.",
        )
    return str(known["job"])
