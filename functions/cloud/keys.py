"""Enrolled keys in the table: public keys of a tenant, named by the SHA-256 of their file."""

from contextlib import suppress
from enum import StrEnum

from boto3.dynamodb.conditions import Attr

from cloud import clock, objects, paths, table, watch
from cloud.changes import ABSENT, Change, Item, Key, New
from cloud.records import Record, partition
from cloud.settings import settings
from sealdrop_core.errors import NotFound


class KeyState(StrEnum):
    """Where enrolled keys stand."""

    AWAITING_UPLOAD = "awaiting_upload"
    ENROLLED = "enrolled"
    DELETED = "deleted"


class Enrollment(Record):
    """A keys file, and the key configuration it serves."""

    tenant: str
    id: str
    configuration: str
    bytes: int
    state: KeyState
    created: int


def _key(tenant: str, key: str) -> Key:
    return partition(tenant), f"KEY#{key}"


def offer(tenant: str, key: str, configuration: str, length: int) -> tuple[Enrollment, bool]:
    """Announce a keys file; a second time changes nothing. Say whether it is new."""
    now = clock.now()
    attributes = {
        "configuration": configuration,
        "bytes": length,
        "state": KeyState.AWAITING_UPLOAD,
        "created": now,
        "ttl": now + settings().retention_seconds,
    }
    gone = ABSENT | Attr("state").eq(KeyState.DELETED) | Attr("ttl").lte(now)
    try:
        table.write(New(_key(tenant, key), attributes, when=gone))
    except table.Superseded:
        return _checked(_found(tenant, key)), False
    return _checked(_enrollment(tenant, key, attributes)), True


def find(tenant: str, key: str) -> Enrollment:
    """Return enrolled keys; raises NotFound (`key_not_found`) when they are not there, deleted, or another's."""
    found = _found(tenant, key)
    return found if found.state is KeyState.ENROLLED else _checked(found)


def delete(found: Enrollment) -> None:
    """Delete enrolled keys; settle purges the file once no upload of it can be going on."""
    now = clock.now()
    purge_at = now + settings().url_seconds + watch.SLOW_UPLOAD
    change = Change(
        _key(found.tenant, found.id),
        when=Attr("state").is_in([KeyState.AWAITING_UPLOAD, KeyState.ENROLLED]),
        set={"state": KeyState.DELETED, "ttl": purge_at + settings().retention_seconds}
        | watch.until(found.id, purge_at),
    )
    with suppress(table.Superseded):
        table.write(change)


def purge(tenant: str, key: str) -> int:
    """Purge the file of deleted keys; return how many versions there were."""
    item = table.read(_key(tenant, key))
    if item is None or item["state"] != KeyState.DELETED:
        return 0
    purged = objects.purge(paths.keys(tenant, key))
    done = Change(_key(tenant, key), when=Attr("state").eq(KeyState.DELETED), remove=sorted(watch.ATTRIBUTES))
    with suppress(table.Superseded):
        table.write(done)
    return purged


def _found(tenant: str, key: str) -> Enrollment:
    item = table.read(_key(tenant, key))
    if item is None or item["state"] == KeyState.DELETED:
        raise NotFound("there are no such keys", code="key_not_found", remedy="Enroll the keys, then try again.")
    return _enrollment(tenant, key, item)


def _checked(found: Enrollment) -> Enrollment:
    """Make the record say whether the file is there; once it is, the keys do not expire."""
    there = objects.exists(paths.keys(found.tenant, found.id))
    state = KeyState.ENROLLED if there else KeyState.AWAITING_UPLOAD
    if state is found.state:
        return found
    change = Change(
        _key(found.tenant, found.id),
        when=Attr("state").eq(found.state),
        set={"state": state},
        remove=("ttl",) if there else (),
    )
    try:
        return _enrollment(found.tenant, found.id, table.write(change))
    except table.Superseded:
        return _found(found.tenant, found.id)


def _enrollment(tenant: str, key: str, item: Item) -> Enrollment:
    return Enrollment.model_validate({**item, "tenant": tenant, "id": key})
