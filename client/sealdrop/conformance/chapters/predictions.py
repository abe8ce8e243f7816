"""The happy path, for every plan."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.owner import Case, announced
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require
from sealdrop_core.circuit import Array
from sealdrop_core.errors import SealdropError

chapter = Chapter("predictions")
ROWS = 2


@chapter.check
def _every_plan(suite: Suite) -> None:
    """Rows sealed for any plan of a model come back as its scores, and all plans agree."""
    for manifest in suite.manifests:
        reference: Array | None = None
        allowed = 0.0
        for case in suite.cases():
            if case.manifest is not manifest:
                continue
            scores = predicted(suite, case, case.rows(ROWS))
            require(bool(np.isfinite(scores).all()), f"plan {case.plan.id}: a score is no number")
            reference, allowed = (scores, allowed) if reference is None else (reference, allowed)
            far = float(np.abs(scores - reference).max())
            bound = 2 * max(plan.quote.error for plan in manifest.plans) + 1e-9
            require(far <= bound, f"{manifest.reference}: plans differ by {far:.2g}; they quote {bound:.2g}")


@chapter.check
def _baseline(suite: Suite) -> None:
    """Rows in the clear are taken only where every description says so, and have the scores of sealed ones."""
    for manifest in suite.manifests:
        path = f"/v1/models/{manifest.reference}"
        told = suite.owner.peer.call("GET", path).require(200).json["plaintext_baseline"]
        case = next(case for case in suite.cases() if case.manifest is manifest)
        rows = case.rows(ROWS)
        answer = suite.owner.peer.call("POST", f"{path}/plaintext", {"rows": rows.tolist()})
        if not told:
            answer.refused(404, "not_found")
            continue
        far = float(np.abs(np.array(answer.require(200).json["scores"]) - predicted(suite, case, rows)).max())
        bound = case.plan.quote.error + 1e-9
        require(far <= bound, f"plan {case.plan.id} differs from the baseline by {far:.2g}; it quotes {bound:.2g}")


@chapter.check
def _parts(suite: Suite) -> None:
    """Parts announced later belong to the job, and are answered in any order."""
    (case, key), owner = suite.smallest(), suite.owner
    rows = case.rows(3)
    files = {part: (1, owner.seal(case, rows[part : part + 1])) for part in range(3)}
    order = owner.order(case, {0: files[0]}, key, parts=3) | {"rows": 3}
    job = owner.submit(order).require(201).json
    later = {"uploads": [announced(part, *files[part]) for part in (2, 1)]}
    more = owner.peer.call("POST", f"/v1/jobs/{job['job']['id']}/uploads", later).require(200).json["uploads"]
    for grant in (*more, *job["uploads"]):
        owner.put(grant, files[grant["part"]][1])
    page = owner.await_end(job["job"]["id"])
    require(page["job"]["state"] == "succeeded", f"the job is {page['job']['state']}")
    require([part["part"] for part in page["parts"]] == [0, 1, 2], "the parts are not shown in order")
    beyond = owner.peer.call("GET", f"/v1/jobs/{job['job']['id']}", after=1).require(200).json["parts"]
    require([part["part"] for part in beyond] == [2], "`after` does not skip parts")


@chapter.check
def _list(suite: Suite) -> None:
    """Jobs are listed newest first, page by page, and no more once they are deleted."""
    (case, key), owner = suite.smallest(), suite.owner
    sealed = owner.seal(case, case.rows(1))
    order = owner.order(case, {0: (1, sealed)}, key)
    older, newer = (owner.submit(order).require(201).json["job"]["id"] for _ in range(2))
    first = owner.peer.call("GET", "/v1/jobs", limit=1).require(200).json
    require([job["id"] for job in first["jobs"]] == [newer], "the newest job does not come first")
    second = owner.peer.call("GET", "/v1/jobs", limit=1, cursor=first["cursor"]).require(200).json
    require([job["id"] for job in second["jobs"]] == [older], "the next page does not go on")
    owner.peer.call("DELETE", f"/v1/jobs/{newer}").require(204)
    owner.peer.call("GET", f"/v1/jobs/{newer}").refused(404, "job_not_found")
    shown = owner.peer.call("GET", "/v1/jobs").require(200).json["jobs"]
    require(newer not in {job["id"] for job in shown}, "a deleted job is listed")


def predicted(suite: Suite, case: Case, rows: Array) -> Array:
    """Return the scores of rows, all the way through the service."""
    owner = suite.owner
    key = owner.enroll(case)
    sealed = owner.seal(case, rows)
    page = owner.await_end(owner.send(case, {0: (len(rows), sealed)}, key))
    error: Mapping[str, Any] = page["job"]["error"] or {}
    require(page["job"]["state"] == "succeeded", f"plan {case.plan.id}: the job is {page['job']['state']} {error}")
    result = owner.fetch(page["parts"][0])
    expected = {"job": page["job"]["id"], "part": 0, "input_sha256": hashlib.sha256(sealed).hexdigest()}
    try:
        return owner.keyring(case).open(case.manifest, case.plan, result, rows=len(rows), **expected)
    except SealdropError as refusal:
        raise type(refusal)(f"plan {case.plan.id}: {refusal.message}", code=refusal.code) from None
