"""Enroll: give the deployment the public keys a plan needs, once."""

from threading import Event
from typing import TYPE_CHECKING

from sealdrop.errors import TransportFailed
from sealdrop.transport.resources import Enrollment
from sealdrop.transport.retrying import NEVER
from sealdrop.transport.storage import LinkExpired

if TYPE_CHECKING:
    from sealdrop.keystore import Keystore
    from sealdrop.transport.connection import Connection
    from sealdrop.transport.storage import Storage
    from sealdrop_core.manifest import Manifest
    from sealdrop_core.plan import Plan


def enroll(
    connection: "Connection",
    storage: "Storage",
    keystore: "Keystore",
    manifest: "Manifest",
    plan: "Plan",
    stop: Event = NEVER,
) -> str | None:
    """Return the id of the enrolled keys, or None if the plan needs none; a second time it costs nothing.

    Raises ServiceRefused or TransportFailed.
    """
    keyring = keystore.keyring(plan)
    key = keyring.key_id(plan)
    if key is None or keystore.is_enrolled(plan, key):
        return key
    sealed_keys = keyring.enrollment(plan)
    assert sealed_keys is not None
    offer = {"model": manifest.reference, "plan": plan.id, "bytes": len(sealed_keys), "sha256": key}
    for _ in range(2):
        answer = connection.post(Enrollment, "/v1/keys", offer, stop)
        try:
            if answer.upload is not None:
                storage.upload(answer.upload, sealed_keys, stop)
        except LinkExpired:
            continue
        keystore.remember(plan, key)
        return key
    raise TransportFailed("object storage refuses the keys' upload link twice", code="link_refused")
