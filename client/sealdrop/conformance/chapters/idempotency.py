"""Sending things again."""

import secrets
from concurrent.futures import ThreadPoolExecutor

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.owner import announced
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require

chapter = Chapter("idempotency")


@chapter.check
def _same(suite: Suite) -> None:
    """The same order under the same key is the same job, with a fresh grant while its part is awaited."""
    (case, key), owner, token = suite.smallest(), suite.owner, secrets.token_hex(16)
    sealed = owner.seal(case, case.rows(1))
    order = owner.order(case, {0: (1, sealed)}, key)
    first = owner.submit(order, token).require(201).json
    again = owner.submit(order, token).require(200).json
    require(again["job"]["id"] == first["job"]["id"], "the same order became another job")
    require(len(again["uploads"]) == 1, "the repeat grants no upload")
    owner.put(again["uploads"][0], sealed)
    owner.await_end(first["job"]["id"])
    done = owner.submit(order, token).require(200).json
    require(done["uploads"] == [], "the repeat grants the upload of a part that has ended")


@chapter.check
def _other(suite: Suite) -> None:
    """Another order under the same key is a conflict."""
    (case, key), owner, token = suite.smallest(), suite.owner, secrets.token_hex(16)
    order = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    owner.submit(order, token).require(201)
    other = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    owner.submit(other, token).refused(409, "idempotency_conflict")


@chapter.check
def _race(suite: Suite) -> None:
    """The same order sent many times at once is one job."""
    (case, key), owner, token = suite.smallest(), suite.owner, secrets.token_hex(16)
    order = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: owner.submit(order, token), range(8)))
    answers = [answer for answer in answers if answer.status != 503]
    created = [answer for answer in answers if answer.require(200, 201).status == 201]
    require(len(created) <= 1, f"{len(created)} jobs were created at once")
    require(len({answer.json["job"]["id"] for answer in answers}) == 1, "the repeats name different jobs")


@chapter.check
def _announced(suite: Suite) -> None:
    """A part announced again gets a fresh grant; with other bytes, or when it has ended, it is a conflict."""
    (case, key), owner = suite.smallest(), suite.owner
    sealed, other = (owner.seal(case, case.rows(1)) for _ in range(2))
    created = owner.submit(owner.order(case, {0: (1, sealed)}, key)).require(201).json
    path = f"/v1/jobs/{created['job']['id']}/uploads"
    same = {"uploads": [announced(0, 1, sealed)]}
    (grant,) = owner.peer.call("POST", path, same).require(200).json["uploads"]
    owner.peer.call("POST", path, {"uploads": [announced(0, 1, other)]}).refused(409, "part_conflict")
    owner.put(grant, sealed)
    owner.await_end(created["job"]["id"])
    owner.peer.call("POST", path, same).refused(409, "part_conflict")


@chapter.check
def _deleted(suite: Suite) -> None:
    """A deleted job is gone for every repeat."""
    (case, key), owner, token = suite.smallest(), suite.owner, secrets.token_hex(16)
    order = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    job = owner.submit(order, token).require(201).json["job"]["id"]
    owner.peer.call("DELETE", f"/v1/jobs/{job}").require(204)
    owner.peer.call("DELETE", f"/v1/jobs/{job}").refused(404, "job_not_found")
    owner.submit(order, token).refused(404, "job_not_found")
