"""What a grant allows, and nothing else."""

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require

chapter = Chapter("storage")
REFUSED = range(400, 500)


@chapter.check
def _exactly(suite: Suite) -> None:
    """A grant takes only the announced bytes, under the granted headers, at the granted address."""
    (case, key), owner = suite.smallest(), suite.owner
    sealed = owner.seal(case, case.rows(1))
    (grant,) = owner.submit(owner.order(case, {0: (1, sealed)}, key)).require(201).json["uploads"]
    url, headers = grant["url"], grant["headers"]
    other = bytes([sealed[0] ^ 1]) + sealed[1:]
    attempts = {
        "other bytes": owner.peer.store("PUT", url, other, headers),
        "fewer bytes": owner.peer.store("PUT", url, sealed[:-1], headers | {"content-length": str(len(sealed) - 1)}),
        "another media type": owner.peer.store("PUT", url, sealed, headers | {"content-type": "text/plain"}),
        "another address": owner.peer.store("PUT", url.replace("000000?", "000001?"), sealed, headers),
        "another method": owner.peer.store("GET", url),
    }
    for name in headers.keys() - {"content-length"}:
        fewer = {header: value for header, value in headers.items() if header != name}
        attempts[f"no {name}"] = owner.peer.store("PUT", url, sealed, fewer)
    for what, answer in attempts.items():
        require(answer.status_code in REFUSED, f"a grant takes {what}")
    owner.put(grant, sealed)


@chapter.check
def _once(suite: Suite) -> None:
    """A grant is good for one upload; a second one changes nothing."""
    (case, key), owner = suite.smallest(), suite.owner
    sealed = owner.seal(case, case.rows(1))
    created = owner.submit(owner.order(case, {0: (1, sealed)}, key)).require(201).json
    owner.put(created["uploads"][0], sealed)
    owner.put(created["uploads"][0], sealed, 412)
    require(owner.await_end(created["job"]["id"])["job"]["state"] == "succeeded", "a second upload spoils the job")


@chapter.check
def _download(suite: Suite) -> None:
    """A download is leave to fetch one result, not to write, and not to fetch the input."""
    (case, key), owner = suite.smallest(), suite.owner
    page = owner.await_end(owner.send(case, {0: (1, owner.seal(case, case.rows(1)))}, key))
    url = page["parts"][0]["download"]["url"]
    require(owner.peer.store("PUT", url, b"x").status_code in REFUSED, "a download takes an upload")
    require(owner.peer.store("DELETE", url).status_code in REFUSED, "a download deletes")
    other = url.replace("/results/", "/inputs/", 1)
    require(owner.peer.store("GET", other).status_code in REFUSED, "a download reads other objects")
