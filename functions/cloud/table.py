"""The table: items in and out, and changes that happen only while their condition holds."""

import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from cloud import clock
from cloud.changes import Change, Item, Key, New, decode, encode
from cloud.clients import clients, code_of, faults
from cloud.settings import settings
from sealdrop_core.errors import Unavailable

# two transactions met at one item; DynamoDB leaves the second attempt to the caller
_CONTENDED = {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
# patient enough that a hundred functions settling parts of one job all get their turn (benchmarks/fleet.py)
_ATTEMPTS, _LONGEST_PAUSE = 20, 2.0


class Superseded(Exception):
    """The condition of a change does not hold: someone else was there first."""


def write(change: New | Change) -> Item:
    """Write one item and return what it is now; raises Superseded."""
    ((verb, request),) = change.request().items()
    with faults():
        if verb == "Put":
            _persist(clients().dynamodb.put_item, TableName=settings().table_name, **request)
            return decode(request["Item"])
        answer = _persist(
            clients().dynamodb.update_item, TableName=settings().table_name, ReturnValues="ALL_NEW", **request
        )
    return decode(answer["Attributes"])


def transact(*changes: New | Change) -> None:
    """Write all items or none; raises Superseded."""
    if not changes:
        return
    requests = [change.request() for change in changes]
    named = [{verb: {"TableName": settings().table_name, **request[verb]}} for request in requests for verb in request]
    with faults():
        _persist(clients().dynamodb.transact_write_items, TransactItems=named)


def read(key: Key) -> Item | None:
    """Return an item as it is now, or None; what has outlived its `ttl` is gone even if DynamoDB still has it."""
    with faults():
        answer = clients().dynamodb.get_item(
            TableName=settings().table_name, Key=encode({"pk": key[0], "sk": key[1]}), ConsistentRead=True
        )
    return _live(answer.get("Item"))


def items(pk: str, prefix: str = "", *, after: str = "", newest_first: bool = False) -> Iterator[Item]:
    """Yield the items of a partition whose sort key starts with `prefix`, those beyond `after` only."""
    request: dict[str, Any] = {
        "TableName": settings().table_name,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk",
        "ExpressionAttributeValues": encode({":pk": pk} | ({":prefix": prefix} if prefix else {})),
        "ScanIndexForward": not newest_first,
        "ConsistentRead": True,
        "Limit": 101,
    }
    if after:
        request["ExclusiveStartKey"] = encode({"pk": pk, "sk": f"{prefix}{after}"})
    yield from filter(None, map(_live, _pages(request)))


def watched(shard: str, until: int) -> Iterator[Key]:
    """Yield the keys of what settle should look at by the time `until`."""
    request = {
        "TableName": settings().table_name,
        "IndexName": "watch",
        "KeyConditionExpression": "#watch = :shard AND #due <= :until",
        "ExpressionAttributeNames": {"#watch": "watch", "#due": "due"},
        "ExpressionAttributeValues": encode({":shard": shard, ":until": until}),
    }
    for found in _pages(request):
        yield found["pk"]["S"], found["sk"]["S"]


def _pages(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        with faults():
            page = clients().dynamodb.query(**request)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        request = request | {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _persist(call: Any, **request: Any) -> Any:
    for attempt in range(_ATTEMPTS):
        try:
            return call(**request)
        except ClientError as error:
            reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
            reasons.add(code_of(error))
            if reasons & {"ConditionalCheckFailed", "ConditionalCheckFailedException"}:
                raise Superseded from None
            if not reasons & _CONTENDED:
                raise
        time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.01 * 2**attempt)))
    raise Unavailable("too many writers met at one item")


def _live(item: Mapping[str, Any] | None) -> Item | None:
    found = decode(item) if item else None
    return found if found and found.get("ttl", clock.now() + 1) > clock.now() else None
