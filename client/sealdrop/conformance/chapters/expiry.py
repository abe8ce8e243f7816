"""What does not last."""

from datetime import UTC, datetime

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require

chapter = Chapter("expiry")
DAY = 86_400


def _seconds(moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()


@chapter.check
def _told(suite: Suite) -> None:
    """Grants end, and before their job does; the job stops taking uploads."""
    (case, key), owner = suite.smallest(), suite.owner
    created = owner.submit(owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)).require(201).json
    left, open_for = _seconds(created["uploads"][0]["expires"]), _seconds(created["job"]["expires"])
    require(0 < left <= open_for + 1, f"a grant lasts {left:.0f} s and its job {open_for:.0f} s")
    require(left <= DAY, f"a grant lasts {left:.0f} s")


@chapter.check
def _extended(suite: Suite) -> None:
    """A grant's end is signed: it cannot be put off."""
    (case, key), owner = suite.smallest(), suite.owner
    sealed = owner.seal(case, case.rows(1))
    (grant,) = owner.submit(owner.order(case, {0: (1, sealed)}, key)).require(201).json["uploads"]
    longer = grant["url"].replace("X-Amz-Expires=", "X-Amz-Expires=1")
    require(longer != grant["url"], "the grant does not say when it ends")
    answer = owner.peer.store("PUT", longer, sealed, grant["headers"])
    require(answer.status_code == 403, f"storage answers a grant that was put off with {answer.status_code}")


@chapter.check
def _expired(suite: Suite) -> None:
    """An expired grant is refused with 403, and asking again brings a fresh one."""
    (case, key), owner, move_clock = suite.smallest(), suite.owner, suite.move_clock
    sealed = owner.seal(case, case.rows(1))
    order = owner.order(case, {0: (1, sealed)}, key)
    created = owner.submit(order, "expired-grant").require(201, 200).json
    with move_clock(_seconds(created["uploads"][0]["expires"]) + 60):
        owner.put(created["uploads"][0], sealed, 403)
    again = owner.submit(order, "expired-grant").require(200).json
    owner.put(again["uploads"][0], sealed)
    require(owner.await_end(created["job"]["id"])["job"]["state"] == "succeeded", "a fresh grant does not help")
