"""Headers that no writer of this version writes."""

from collections.abc import Iterator

from tests.contract.vectors.damage import Change, Damage, replace, value

_MALFORMED = "malformed_header"
_DIGEST = "0123456789abcdef" * 4

# name ↦ what is wrong with it, and how it comes to be so
_TEXT: dict[str, tuple[str, Change]] = {
    "empty": ("an empty file", lambda data: b""),
    "header-alone": ("a header that does not end", lambda data: data[: data.index(b"\n\n") + 1]),
    "body-alone": ("no header at all", lambda data: data[data.index(b"\n\n") + 2 :]),
    "carriage-returns": ("lines that end with CR LF", lambda data: data.replace(b"\n", b"\r\n", 7)),
    "byte-order-mark": ("a byte order mark", lambda data: b"\xef\xbb\xbf" + data),
    "blank-line-first": ("a blank line before the first", lambda data: b"\n" + data),
    "space-first": ("a space before the first word", lambda data: b" " + data),
    "capital": ("a capital in the first word", replace(b"sealdrop/", b"Sealdrop/")),
    "other-format": ("the first word of another format", replace(b"sealdrop/", b"sealbox/")),
    "version-zero": ("version 0", replace(b"/1 ", b"/0 ")),
    "version-padded": ("version 01", replace(b"/1 ", b"/01 ")),
    "version-minor": ("version 1.0", replace(b"/1 ", b"/1.0 ")),
    "version-long": ("a version of four digits", replace(b"/1 ", b"/1000 ")),
    "kind-unknown": ("a kind that is none", replace(b" input\n", b" output\n")),
    "kind-missing": ("no kind", replace(b" input\n", b"\n")),
    "kind-spaced": ("two spaces before the kind", replace(b" input\n", b"  input\n")),
    "kind-trailing": ("a space after the kind", replace(b" input\n", b" input \n")),
    "field-missing": ("no field rows", replace(b"rows: 3\n", b"")),
    "field-last-missing": ("no field bytes", lambda data: data[: data.index(b"\nbytes")] + data[data.index(b"\n\n") :]),
    "field-twice": ("the field rows twice", replace(b"rows: 3\n", b"rows: 3\nrows: 3\n")),
    "fields-swapped": ("key before plan", replace(b"plan: tiny_open\nkey: none\n", b"key: none\nplan: tiny_open\n")),
    "field-unknown": ("a field of no kind", replace(b"rows: 3\n", b"rows: 3\nnote: hello\n")),
    "field-of-result": ("a field of another kind", replace(b"rows: 3\n", b"part: 0\nrows: 3\n")),
    "field-capital": ("a capital in a field's name", replace(b"rows: ", b"Rows: ")),
    "colon-missing": ("no colon", replace(b"rows: ", b"rows ")),
    "space-missing": ("no space after a colon", replace(b"rows: ", b"rows:")),
    "tab": ("a tab after a colon", replace(b"rows: ", b"rows:\t")),
    "two-spaces": ("two spaces after a colon", replace(b"rows: ", b"rows:  ")),
    "space-last": ("a space at the end of a line", replace(b"rows: 3", b"rows: 3 ")),
    "continued": ("a value that goes on in the next line", replace(b"rows: 3", b"rows:\n 3")),
    "value-missing": ("a field without a value", replace(b"rows: 3", b"rows: ")),
    "nul": ("a NUL character", replace(b"rows: 3", b"rows: 3\0")),
    "lone-return": ("a lone carriage return", replace(b"rows: 3", b"rows: 3\r")),
    "not-ascii": ("a letter beyond ASCII", value("model", "tïny@1")),
    "digit-not-ascii": ("a digit beyond ASCII", value("rows", "٣")),
    "too-long": ("a header of more than 1024 bytes", replace(b"rows: ", b"rows: " + b"0" * 1024)),
}
# name ↦ the field, and a value it cannot have
_VALUES: dict[str, tuple[str, str]] = {
    "model-unversioned": ("model", "tiny"),
    "model-version-zero": ("model", "tiny@0"),
    "model-capital": ("model", "Tiny@1"),
    "model-path": ("model", "../tiny@1"),
    "model-long": ("model", "a" * 64 + "@1"),
    "manifest-capital": ("manifest", _DIGEST.upper()),
    "manifest-short": ("manifest", _DIGEST[:-1]),
    "manifest-none": ("manifest", "none"),
    "plan-slash": ("plan", "tiny/open"),
    "key-capital": ("key", "None"),
    "key-long": ("key", _DIGEST + "0"),
    "rows-padded": ("rows", "03"),
    "rows-signed": ("rows", "+3"),
    "rows-negative": ("rows", "-3"),
    "rows-float": ("rows", "3.0"),
    "rows-exponent": ("rows", "3e0"),
    "rows-hexadecimal": ("rows", "0x3"),
    "rows-grouped": ("rows", "3_0"),
    "bytes-huge": ("bytes", "9" * 13),
}


def damages() -> Iterator[Damage]:
    """Yield every header that must be refused."""
    base, folder = "input/tiny_open", "input/header"
    for name, (comment, change) in _TEXT.items():
        yield Damage(f"{folder}-{name}", base, _MALFORMED, comment, change)
    for name, (place, wrong) in _VALUES.items():
        yield Damage(f"{folder}-{name}", base, _MALFORMED, f"{place}: {wrong[:40]}", value(place, wrong))
    yield _later(folder, base, "999")
    for kind, place in (("input", "rows"), ("keys", "configuration"), ("result", "part")):
        folder, base = f"{kind}/header", f"{kind}/tiny_private"
        yield _later(folder, base, "2")
        yield Damage(f"{folder}-number", base, _MALFORMED, f"{place}: 02", value(place, "02"))
        yield Damage(
            f"{folder}-bytes-twice", base, _MALFORMED, "bytes twice", replace(b"bytes: ", b"bytes: 1\nbytes: ")
        )


def _later(folder: str, base: str, version: str) -> Damage:
    change = replace(b"/1 ", f"/{version} ".encode())
    return Damage(f"{folder}-version-{version}", base, "unsupported_version", "a later version", change)
