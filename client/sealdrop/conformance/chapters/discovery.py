"""What a client finds out before it seals anything."""

import hashlib
import re

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require
from sealdrop_core.sealed import VERSION

chapter = Chapter("discovery")


@chapter.check
def _health(suite: Suite) -> None:
    """Health says that the deployment answers, and that it speaks this version."""
    answer = suite.owner.peer.call("GET", "/v1/health").require(200)
    require(VERSION in answer.json["protocol"], f"version {VERSION} is not among {answer.json['protocol']}")


@chapter.check
def _identity(suite: Suite) -> None:
    """Nobody is answered without an identity."""
    for path in ("/v1/models", "/v1/jobs", f"/v1/keys/{'0' * 64}"):
        suite.nobody.call("GET", path).require(401, 403)


@chapter.check
def _list(suite: Suite) -> None:
    """Every version of every model is listed once, under its reference."""
    listed = suite.owner.peer.call("GET", "/v1/models").require(200).json["models"]
    references = [one["reference"] for one in listed]
    require(len(set(references)) == len(references), "a reference is listed twice")
    for one in listed:
        require(
            one["reference"] == f"{one['name']}@{one['version']}", f"{one['reference']} has another name or version"
        )


@chapter.check
def _digest(suite: Suite) -> None:
    """A manifest is sent in the bytes its digest is taken of, and is that of the model asked for."""
    for manifest in suite.manifests:
        answer = suite.owner.peer.call("GET", f"/v1/models/{manifest.reference}").require(200)
        sent = re.search(rb'"manifest":(\{.*\})\}$', answer.content, re.DOTALL)
        digest = hashlib.sha256(sent[1]).hexdigest() if sent else ""
        require(digest == answer.json["digest"], f"{manifest.reference}: the bytes sent have another digest")
        require(manifest.digest == digest, f"{manifest.reference}: read and written again it has another digest")
        asked = (answer.json["manifest"]["name"], answer.json["manifest"]["version"])
        require(asked == (manifest.name, manifest.version), f"{manifest.reference} is answered with {asked}")


@chapter.check
def _newest(suite: Suite) -> None:
    """A name alone is answered with the newest version that is not retired."""
    listed = suite.owner.peer.call("GET", "/v1/models").require(200).json["models"]
    for name in {manifest.name for manifest in suite.manifests}:
        newest = max(one["version"] for one in listed if one["name"] == name and not one["retired"])
        given = suite.owner.peer.call("GET", f"/v1/models/{name}").require(200).json["manifest"]["version"]
        require(given == newest, f"{name} is answered with version {given}, not {newest}")


@chapter.check
def _quotes(suite: Suite) -> None:
    """A plan quotes the bytes that its blocks and keys take."""
    for case in suite.cases():
        require(case.plan.quote == case.plan.quoted().quote, f"plan {case.plan.id} quotes other bytes")
