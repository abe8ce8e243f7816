"""Requests that must be refused, each with its status and code."""

from typing import Any

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.owner import announced
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import NotApplicable, require

chapter = Chapter("refusals")
NO_JOB, NO_DIGEST, UNKNOWN = "0" * 26, "0" * 64, "no-such-model-here"


@chapter.check
def _routes(suite: Suite) -> None:
    """Another version is refused with the one that is spoken; what is no resource is not found."""
    answer = suite.owner.peer.call("GET", "/v2/models").refused(400, "unsupported_version")
    require("1" in answer.json["detail"], "the refusal does not name the version that is spoken")
    suite.owner.peer.call("GET", "/v1/unknown").refused(404, "not_found")
    suite.owner.peer.call("PUT", "/v1/models", {}).refused(404, "not_found")


@chapter.check
def _not_found(suite: Suite) -> None:
    """Unknown models, plans, keys and jobs are not found, each by its own code."""
    peer, case = suite.owner.peer, suite.smallest()[0]
    peer.call("GET", f"/v1/models/{UNKNOWN}").refused(404, "model_not_found")
    peer.call("GET", f"/v1/models/{case.manifest.name}@999999").refused(404, "model_not_found")
    peer.call("GET", f"/v1/keys/{NO_DIGEST}").refused(404, "key_not_found")
    for method in ("GET", "DELETE"):
        peer.call(method, f"/v1/jobs/{NO_JOB}").refused(404, "job_not_found")
    body = {"uploads": [announced(0, 1, b"x")]}
    peer.call("POST", f"/v1/jobs/{NO_JOB}/uploads", body).refused(404, "job_not_found")


@chapter.check
def _malformed(suite: Suite) -> None:
    """A body that is no request, an unknown member, a wrong type or an address of another form is invalid."""
    peer = suite.owner.peer
    token = {"idempotency-key": "conformance"}
    for raw in (b"", b"{", b"[]", b"null", b'"x"', b"{}", b"\xff", b'{"a": NaN}'):
        peer.call("POST", "/v1/jobs", raw=raw, headers=token).refused(400, "invalid_request")
        peer.call("POST", "/v1/keys", raw=raw).refused(400, "invalid_request")
    (case, key), owner = suite.smallest(), suite.owner
    good = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    (upload,) = good["uploads"]
    wrong: list[dict[str, Any]] = [{"unknown": 1}, {"model": case.manifest.name}, {"parts": 0}]
    wrong += [{"rows": rows} for rows in (0, -1, 1.5, "1", True, None)]
    wrong += [{"uploads": [upload | change]} for change in ({"unknown": 1}, {"part": "0"}, {"part": -1})]
    for change in wrong:
        owner.submit(good | change).refused(400, "invalid_request")
    for path in ("/v1/keys/abc", "/v1/jobs/abc", "/v1/models/Not%20a%20name"):
        peer.call("GET", path).refused(400, "invalid_request")
    for limit in (0, 101):
        peer.call("GET", "/v1/jobs", limit=limit).refused(400, "invalid_request")


@chapter.check
def _tokens(suite: Suite) -> None:
    """A job needs an idempotency key of the allowed form."""
    (case, key), owner = suite.smallest(), suite.owner
    order = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    owner.peer.call("POST", "/v1/jobs", order).refused(400, "invalid_request")
    for token in ("", "a b", "x" * 65, "a.b"):
        owner.peer.call("POST", "/v1/jobs", order, headers={"idempotency-key": token}).refused(400, "invalid_request")


@chapter.check
def _orders(suite: Suite) -> None:
    """An order for another manifest, plan, model, length or number of parts is refused by its own code."""
    (case, key), owner = suite.smallest(), suite.owner
    sealed = owner.seal(case, case.rows(1))
    good = owner.order(case, {0: (1, sealed)}, key)
    owner.submit(good | {"manifest": NO_DIGEST}).refused(422, "manifest_mismatch")
    owner.submit(good | {"plan": "unknown"}).refused(404, "plan_not_found")
    owner.submit(good | {"model": f"{UNKNOWN}@1"}).refused(404, "model_not_found")
    owner.submit(good | {"parts": 1_000_000, "rows": 1_000_000}).refused(400, "too_large")
    owner.submit(good | {"parts": 2}).refused(400, "too_large")
    owner.submit(good | {"uploads": [announced(0, 1, sealed + b"x")]}).refused(422, "wrong_length")
    owner.submit(good | {"uploads": [announced(1, 1, sealed)]}).refused(400, "invalid_request")
    twice = {"rows": 2, "parts": 2, "uploads": [announced(0, 1, sealed)] * 2}
    owner.submit(good | twice).refused(400, "invalid_request")


@chapter.check
def _keys(suite: Suite) -> None:
    """A plan that needs keys takes no order without them, nor with keys that are unknown or unasked for."""
    owner, private = suite.owner, suite.case(keys=True)
    good = owner.order(private, {0: (1, owner.seal(private, private.rows(1)))})
    owner.submit(good).refused(400, "key_required")
    owner.submit(good | {"key": NO_DIGEST}).refused(404, "key_not_found")
    key = owner.enroll(private)
    plain = suite.case(keys=False)
    owner.submit(owner.order(plain, {0: (1, owner.seal(plain, plain.rows(1)))}, key)).refused(422, "wrong_key")


@chapter.check
def _retired(suite: Suite) -> None:
    """A retired version is described to nobody, and takes neither orders nor keys."""
    listed = suite.owner.peer.call("GET", "/v1/models").require(200).json["models"]
    retired = next((one["reference"] for one in listed if one["retired"]), None)
    if retired is None:
        raise NotApplicable("no version is retired here")
    (case, key), owner = suite.smallest(), suite.owner
    owner.peer.call("GET", f"/v1/models/{retired}").refused(410, "model_retired")
    order = owner.order(case, {0: (1, owner.seal(case, case.rows(1)))}, key)
    owner.submit(order | {"model": retired}).refused(410, "model_retired")
    offer = {"model": retired, "plan": case.plan.id, "bytes": 1, "sha256": NO_DIGEST}
    owner.peer.call("POST", "/v1/keys", offer).refused(410, "model_retired")
