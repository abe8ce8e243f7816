"""Sealed inputs that must be refused: the right length, and something else wrong."""

from collections.abc import Callable

from sealdrop.conformance.checks import Chapter
from sealdrop.conformance.owner import Case
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import require
from sealdrop_core.sealed import Header, split

chapter = Chapter("sealed files")
Damage = Callable[[Header, bytes], bytes]


def _field(name: str, change: Callable[[str], str]) -> Damage:
    def damage(header: Header, body: bytes) -> bytes:
        return Header("input", {**header.fields, name: change(header.fields[name])}).render() + body

    return damage


def _turned(text: str) -> str:
    """Return another text of the same length and form."""
    return ("b" if text[0] == "a" else "a") + text[1:]


def _text(old: bytes, new: bytes) -> Damage:
    return lambda header, body: header.render().replace(old, new, 1) + body


# what is wrong ↦ code, and how it comes to be so without another length
DAMAGES: dict[str, tuple[str, Damage]] = {
    "no header": ("malformed_header", lambda header, body: b"\0" * (len(header.render()) + len(body))),
    "a capital in the header": ("malformed_header", _text(b"sealdrop", b"Sealdrop")),
    "a field without its space": ("malformed_header", _text(b"rows: 1", b"rows:01")),
    "a later version": ("unsupported_version", _text(b"sealdrop/1", b"sealdrop/2")),
    "another model": ("wrong_model", _field("model", _turned)),
    "another manifest": ("wrong_model", _field("manifest", _turned)),
    "another plan": ("wrong_plan", _field("plan", _turned)),
    "another number of rows": ("wrong_rows", _field("rows", lambda rows: "2")),
    "another length inside": ("wrong_length", _field("bytes", lambda length: f"{int(length) - 1:0{len(length)}d}")),
    "residues over the modulus": ("residue_out_of_range", lambda header, body: header.render() + _ones(body)),
}


def _ones(body: bytes) -> bytes:
    return body[:64] + b"\xff" * (len(body) - 64)


@chapter.check
def _damages(suite: Suite) -> None:
    """A damaged input fails its part with the code of what is wrong, and nothing else."""
    case, key = suite.smallest()
    for what, (code, damage) in DAMAGES.items():
        header, body = split(suite.owner.seal(case, case.rows(1)), "input")
        _refused(suite, case, key, damage(header, bytes(body)), what, code)


@chapter.check
def _kind(suite: Suite) -> None:
    """A keys file is no input."""
    case, key = suite.smallest()
    sealed = suite.owner.seal(case, case.rows(1))
    fields = {"configuration": "0" * 64}
    for length in range(len(sealed)):
        head = Header("keys", fields | {"bytes": str(length)}).render()
        if len(head) + length == len(sealed):
            _refused(suite, case, key, head + bytes(length), "a keys file", "wrong_kind")
            return


@chapter.check
def _key(suite: Suite) -> None:
    """An input sealed for another key is refused."""
    case = suite.case(keys=True)
    header, body = split(suite.owner.seal(case, case.rows(1)), "input")
    damaged = _field("key", lambda key: "0" * 64)(header, bytes(body))
    _refused(suite, case, suite.owner.enroll(case), damaged, "another key", "wrong_key")


@chapter.check
def _others(suite: Suite) -> None:
    """One refused part fails its job, and the results of its other parts can be fetched."""
    (case, key), owner = suite.smallest(), suite.owner
    header, body = split(owner.seal(case, case.rows(1)), "input")
    good = header.render() + body
    page = owner.await_end(owner.send(case, {0: (1, good), 1: (1, header.render() + _ones(bytes(body)))}, key))
    counts = (page["job"]["state"], page["job"]["succeeded"], page["job"]["failed"])
    require(counts == ("failed", 1, 1), f"the job says {counts}")
    require(page["job"]["error"]["code"] == "residue_out_of_range", "the job does not say why it failed")
    owner.fetch(page["parts"][0])


def _refused(suite: Suite, case: Case, key: str | None, sealed: bytes, what: str, code: str) -> None:
    page = suite.owner.await_end(suite.owner.send(case, {0: (1, sealed)}, key))
    (part,) = page["parts"]
    given = (part["error"] or {}).get("code")
    require(part["state"] == "failed" and given == code, f"{what}: the part is {part['state']} ({given}), not {code}")
    require(part["download"] is None, f"{what}: a failed part has a download")
    require(page["job"]["state"] == "failed", f"{what}: the job is {page['job']['state']}")
