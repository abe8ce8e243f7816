"""Enrolling keys."""

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require
from sealdrop.keyring import Keyring
from sealdrop_core.sealed import Header, split

chapter = Chapter("keys")


@chapter.check
def _enrollment(suite: Suite) -> None:
    """Keys are announced, uploaded once, and enrolled from then on; announcing them again is harmless."""
    case, owner = suite.case(keys=True), suite.owner
    keys = Keyring.generate(case.plan).enrollment(case.plan) or b""
    first = owner.offer(case, keys).require(201).json
    owner.keys.add(first["key"])
    require(first["state"] == "awaiting_upload" and first["upload"] is not None, "new keys have no grant")
    require(first["configuration"] == case.plan.key_configuration, "another key configuration is shown")
    again = owner.offer(case, keys).require(200).json
    require(again["key"] == first["key"], "the same keys have another id")
    owner.put(again["upload"], keys)
    shown = owner.peer.call("GET", f"/v1/keys/{first['key']}").require(200).json
    require(shown["state"] == "enrolled" and shown["upload"] is None, "uploaded keys are not enrolled")
    third = owner.offer(case, keys).require(200).json
    require(third["state"] == "enrolled", "enrolling again loses the keys")


@chapter.check
def _deletion(suite: Suite) -> None:
    """Deleted keys are gone at once, and can be enrolled again."""
    case, owner = suite.case(keys=True), suite.owner
    keys = Keyring.generate(case.plan).enrollment(case.plan) or b""
    key = owner.enroll(case, keys)
    owner.peer.call("DELETE", f"/v1/keys/{key}").require(204)
    owner.peer.call("GET", f"/v1/keys/{key}").refused(404, "key_not_found")
    owner.peer.call("DELETE", f"/v1/keys/{key}").refused(404, "key_not_found")
    owner.offer(case, keys).require(201)


@chapter.check
def _length(suite: Suite) -> None:
    """Keys of another length than the plan's are refused before they are uploaded."""
    case, owner = suite.case(keys=True), suite.owner
    keys = owner.keyring(case).enrollment(case.plan) or b""
    owner.offer(case, keys[:-1]).refused(422, "wrong_length")
    owner.offer(case, keys + b"\0").refused(422, "wrong_length")


@chapter.check
def _unneeded(suite: Suite) -> None:
    """A plan that needs no keys takes none."""
    suite.owner.offer(suite.case(keys=False), b"keys").refused(400, "invalid_request")


@chapter.check
def _damaged(suite: Suite) -> None:
    """Enrolled keys that are none fail the part that needs them."""
    case, owner = suite.case(keys=True), suite.owner
    header, body = split(owner.keyring(case).enrollment(case.plan) or b"", "keys")
    key = owner.enroll(case, header.render() + body[:64] + b"\xff" * (len(body) - 64))
    _refused_part(suite, key, "key_malformed")


@chapter.check
def _configuration(suite: Suite) -> None:
    """Enrolled keys that say they are of another configuration fail the part that needs them."""
    case, owner = suite.case(keys=True), suite.owner
    header, body = split(owner.keyring(case).enrollment(case.plan) or b"", "keys")
    other = Header("keys", {**header.fields, "configuration": "0" * 64})
    _refused_part(suite, owner.enroll(case, other.render() + body), "wrong_key")


def _refused_part(suite: Suite, key: str | None, code: str) -> None:
    case, owner = suite.case(keys=True), suite.owner
    header, body = split(owner.seal(case, case.rows(1)), "input")
    sealed = Header("input", {**header.fields, "key": str(key)}).render() + body
    page = owner.await_end(owner.send(case, {0: (1, sealed)}, key))
    given = page["parts"][0]["error"]
    require(given is not None and given["code"] == code, f"the part says {given and given['code']}, not {code}")
