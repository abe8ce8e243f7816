"""Well-formed headers above the wrong bytes, or for another job."""

from collections.abc import Iterator

from tests.contract.vectors.damage import Change, Damage, bits, body, value
from tests.contract.vectors.models import MANIFESTS

Table = dict[str, tuple[str, Change]]  # name ↦ what is wrong, and how it comes to be so

_DIGEST = "0123456789abcdef" * 4
_JOB = {"job": "0" * 26, "part": "2", "input": _DIGEST}
_PRIME = MANIFESTS["tiny"].plans[0].parameters.coeff_modulus[0]  # of tiny_open
_WIDTH = _PRIME.bit_length()
_FIRST = 64 * 8  # the bit after the seed
# of tiny_open: four low bits are dropped, and two outputs of three rows are kept
_LARGEST = _PRIME - 1 + 8 >> 4
_TRAVELED = _LARGEST.bit_length()
_KEPT = 6 * _TRAVELED

_FILE: Table = {
    "short": ("the last byte is missing", lambda data: data[:-1]),
    "long": ("a byte too many", lambda data: data + b"\0"),
    "newline": ("a newline after the body", lambda data: data + b"\n"),
    "declared": ("bytes: 0 above a body", value("bytes", "0")),
}
_LENGTH: Table = {
    "empty": ("no body", body(lambda old: b"")),
    "less": ("a byte too few for the plan", body(lambda old: old[:-1])),
    "more": ("a byte too many for the plan", body(lambda old: old + b"\0")),
    "twice": ("everything twice", body(lambda old: old + old)),
}
_SEEDED: Table = {
    "first": ("the first residue is q", body(bits(_FIRST, _WIDTH, _PRIME))),
    "last": ("the last residue is q", body(bits(-_WIDTH, _WIDTH, _PRIME))),
    "ones": ("a residue of ones", body(bits(-_WIDTH, _WIDTH, (1 << _WIDTH) - 1))),
    "all": ("ones in place of all residues", body(lambda old: old[:64] + b"\xff" * (len(old) - 64))),
}
_TRAVELING: Table = {
    "kept": ("the first kept residue is too large", body(bits(0, _TRAVELED, _LARGEST + 1))),
    "last": ("the last residue is too large", body(bits(-_TRAVELED, _TRAVELED, _LARGEST + 1))),
    "padding": ("the first padding bit is set", body(bits(_KEPT, 1, 1))),
    "padding-last": ("the last padding bit is set", body(bits(_KEPT | 7, 1, 1))),
}
# path ↦ base, code, field, another value, comment
_FIELDS: dict[str, tuple[str, str, str, str, str]] = {
    "input/model": ("input/tiny_open", "wrong_model", "model", "huge@1", "sealed for another model"),
    "input/model-version": ("input/tiny_open", "wrong_model", "model", "tiny@2", "sealed for another version"),
    "input/manifest": ("input/tiny_open", "wrong_model", "manifest", _DIGEST, "sealed for another manifest"),
    "input/plan": ("input/tiny_open", "wrong_plan", "plan", "tiny_cut", "sealed for another plan"),
    "input/key": ("input/tiny_open", "wrong_key", "key", _DIGEST, "a key where none is asked for"),
    "input/key-none": ("input/tiny_private", "wrong_key", "key", "none", "no key where one is asked for"),
    "input/key-other": ("input/tiny_private", "wrong_key", "key", _DIGEST, "another key"),
    "input/rows-more": ("input/tiny_open", "wrong_rows", "rows", "4", "a row more than announced"),
    "input/rows-none": ("input/tiny_open", "wrong_rows", "rows", "0", "no rows"),
    "keys/configuration": ("keys/tiny_private", "wrong_key", "configuration", _DIGEST, "another configuration"),
    "result/model": ("result/tiny_open", "wrong_result", "model", "huge@1", "of another model"),
    "result/manifest": ("result/tiny_open", "wrong_result", "manifest", _DIGEST, "of another manifest"),
    "result/plan": ("result/tiny_open", "wrong_result", "plan", "tiny_cut", "of another plan"),
    "result/key": ("result/tiny_open", "wrong_result", "key", _DIGEST, "under another key"),
    "result/job": ("result/tiny_open", "wrong_result", "job", _JOB["job"], "of another job"),
    "result/part": ("result/tiny_open", "wrong_result", "part", "3", "of another part"),
    "result/input": ("result/tiny_open", "wrong_result", "input", _DIGEST, "of another input"),
    "result/rows": ("result/tiny_open", "wrong_result", "rows", "4", "of more rows"),
}


def damages() -> Iterator[Damage]:
    """Yield every body, and every well-formed header, that must be refused."""
    for kind, plan in {"input": "tiny_open", "keys": "tiny_private", "result": "tiny_open"}.items():
        wrong = "key_malformed" if kind == "keys" else "wrong_length"
        yield from _table(f"{kind}/length", f"{kind}/{plan}", "wrong_length", _FILE)
        yield from _table(f"{kind}/length", f"{kind}/{plan}", wrong, _LENGTH)
    yield from _table("input/residue", "input/tiny_open", "residue_out_of_range", _SEEDED)
    yield from _table("input/residue-block", "input/tiny_cut", "residue_out_of_range", {"last": _SEEDED["last"]})
    yield from _table("keys/residue", "keys/tiny_private", "key_malformed", _SEEDED)
    yield from _table("result/residue", "result/tiny_open", "residue_out_of_range", _TRAVELING)
    for path, (base, code, name, other, comment) in _FIELDS.items():
        yield Damage(path, base, code, comment, value(name, other))
    yield from _kinds()


def _table(path: str, base: str, code: str, table: Table) -> Iterator[Damage]:
    for name, (comment, change) in table.items():
        yield Damage(f"{path}-{name}", base, code, comment, change)


def _kinds() -> Iterator[Damage]:
    rows = {"key": "none", "rows": "3"}
    asked = {"input": rows, "keys": {}, "result": rows | _JOB}
    for kind, fields in asked.items():
        for other in asked.keys() - {kind}:
            comment = f"a sealed {other} where a sealed {kind} is asked for"
            base = f"{other}/tiny_private"
            yield Damage(f"{kind}/kind-{other}", base, "wrong_kind", comment, bytes, {"kind": kind} | fields)
