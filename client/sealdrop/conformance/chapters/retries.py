"""When to come back, and what is safe to ask again."""

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require

chapter = Chapter("retries")


@chapter.check
def _patience(suite: Suite) -> None:
    """An unfinished job says in whole seconds when to look again."""
    (case, key), owner = suite.smallest(), suite.owner
    order = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    job = owner.submit(order).require(201).json["job"]["id"]
    seconds = owner.look(job).headers.get("retry-after", "")
    require(seconds.isdigit() and int(seconds) >= 1, f"Retry-After is {seconds!r}")


@chapter.check
def _final(suite: Suite) -> None:
    """A refusal that is final does not ask for patience, and says what to do instead."""
    answer = suite.owner.peer.call("GET", f"/v1/jobs/{'0' * 26}").refused(404, "job_not_found")
    require(answer.json["retryable"] is False, "a final refusal says that it may be retried")
    require("retry-after" not in answer.headers, "a final refusal asks for patience")
    require(bool(answer.json["remedy"]), "a refusal has no remedy")


@chapter.check
def _reads(suite: Suite) -> None:
    """Reading an ended job again says the same, with fresh leave to fetch its results."""
    (case, key), owner = suite.smallest(), suite.owner
    job = owner.send(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    pages = [owner.await_end(job), owner.look(job).json]
    shown = [
        (page["job"], [{name: value for name, value in part.items() if name != "download"} for part in page["parts"]])
        for page in pages
    ]
    require(shown[0] == shown[1], "an ended job changes")
    results = [owner.fetch(page["parts"][0]) for page in pages]
    require(results[0] == results[1], "a result changes")
