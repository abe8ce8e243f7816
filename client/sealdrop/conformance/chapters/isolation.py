"""Two tenants, who must not learn of one another."""

import secrets

from sealdrop.conformance.answers import Answer
from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.owner import announced
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require

chapter = Chapter("isolation")


def _alike(foreign: Answer, absent: Answer) -> None:
    """Another's resource and one that is not there are answered in the same words."""
    shown = [
        {name: value for name, value in answer.json.items() if name != "request_id"} for answer in (foreign, absent)
    ]
    require(
        foreign.status == 404 and shown[0] == shown[1], "another's resource is answered unlike one that is not there"
    )


@chapter.check
def _jobs(suite: Suite) -> None:
    """Another's job cannot be seen, listed, extended or deleted, and is not told from none."""
    (case, key), owner, other = suite.smallest(), suite.owner, suite.other
    sealed = owner.seal(case, case.rows(1))
    job = owner.submit(owner.order(case, {0: (1, sealed)}, key)).require(201).json["job"]["id"]
    more = {"uploads": [announced(0, 1, sealed)]}
    for method, end, body in (("GET", "", None), ("POST", "/uploads", more), ("DELETE", "", None)):
        foreign, absent = (other.peer.call(method, f"/v1/jobs/{name}{end}", body) for name in (job, "0" * 26))
        _alike(foreign, absent)
    listed = other.peer.call("GET", "/v1/jobs", limit=100).require(200).json["jobs"]
    require(job not in {one["id"] for one in listed}, "another's job is listed")
    owner.look(job)


@chapter.check
def _keys(suite: Suite) -> None:
    """Another's keys cannot be seen, used or deleted, and are not told from none."""
    case, owner, other = suite.case(keys=True), suite.owner, suite.other
    key = owner.enroll(case)
    for method in ("GET", "DELETE"):
        foreign, absent = (other.peer.call(method, f"/v1/keys/{name}") for name in (key, "0" * 64))
        _alike(foreign, absent)
    sealed = owner.seal(case, case.rows(1))
    _alike(*(other.submit(other.order(case, {0: (1, sealed)}, name)) for name in (key, "0" * 64)))
    owner.peer.call("GET", f"/v1/keys/{key}").require(200)


@chapter.check
def _same_keys(suite: Suite) -> None:
    """That another has enrolled the same keys file shows nowhere."""
    case, owner, other = suite.case(keys=True), suite.owner, suite.other
    keys = owner.keyring(case).enrollment(case.plan) or b""
    owner.enroll(case, keys)
    shown = other.offer(case, keys).require(201).json
    other.keys.add(shown["key"])
    require(shown["state"] == "awaiting_upload", "another's upload enrolls one's own keys")


@chapter.check
def _tokens(suite: Suite) -> None:
    """The same idempotency key of two tenants is two jobs."""
    (case, key), owner, other, token = suite.smallest(), suite.owner, suite.other, secrets.token_hex(16)
    own = owner.submit(owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key), token).require(201)
    theirs = other.enroll(case)
    foreign = other.submit(other.order(case, {0: (1, other.seal(case, case.rows(1)))}, theirs), token).require(201)
    require(own.json["job"]["id"] != foreign.json["job"]["id"], "two tenants share a job")
