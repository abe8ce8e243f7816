"""Tables as the contract's section 13 says, written from its text alone: characters in, values out."""

import math
import re
from fractions import Fraction
from typing import Any

from tests.contract.second.sealed_file import Refused

WORDS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}


def read(content: bytes, dialect: dict[str, Any], features: list[dict[str, Any]]) -> list[list[Any]]:
    """Return the rows of a file, None for no value. Raises Refused with code, line and column."""
    (_, header), *lines = (line for line in _lines(content, dialect["separator"]) if not _is_blank(line[1]))
    names = _names(header)
    if any(names.count(feature["name"]) != 1 for feature in features):
        raise Refused("wrong_columns")
    rows = []
    for number, cells in lines:
        if len(cells) != len(names):
            raise Refused(f"wrong_columns {number}")
        rows.append([_cell(cells[names.index(one["name"])], one, dialect, number) for one in features])
    return rows


def _lines(content: bytes, separator: str) -> list[tuple[int, list[str]]]:
    text = content.decode("utf-8-sig") + "\n"
    lines: list[tuple[int, list[str]]] = []
    cells, cell, quoted, started, number, first, at = list[str](), "", False, False, 1, 1, 0
    while at < len(text):
        character = text[at]
        line_end = "\r\n" if text[at : at + 2] == "\r\n" else character if character in "\r\n" else ""
        if quoted and text[at : at + 2] == '""':
            cell, at = cell + '"', at + 1
        elif quoted and character == '"':
            quoted = False
        elif quoted:
            cell, at, number = cell + (line_end or character), at + max(len(line_end) - 1, 0), number + bool(line_end)
        elif character == '"' and not started:
            quoted = started = True
        elif character == separator or line_end:
            cells, cell, started = [*cells, cell], "", False
            if line_end:
                lines.append((first, cells))
                cells, number, at = [], number + 1, at + len(line_end) - 1
                first = number
        else:
            cell, started = cell + character, True
        at += 1
    return lines


def _is_blank(cells: list[str]) -> bool:
    return len(cells) == 1 and not cells[0].strip(" \t")


def _names(header: list[str]) -> list[str]:
    names: list[str] = []
    for place, cell in enumerate(header):
        name, again = cell or f"Unnamed: {place}", 0
        while (f"{name}.{again}" if again else name) in names:
            again += 1
        names.append(f"{name}.{again}" if again else name)
    return names


def _cell(cell: str, feature: dict[str, Any], dialect: dict[str, Any], line: int) -> Any:
    if cell in dialect["missing"]:
        return None
    if feature["kind"] in ("text", "any"):
        return cell
    exact = feature["kind"] != "number"
    if cell in WORDS:
        return WORDS[cell] if exact else float(WORDS[cell])
    number = _number(cell, dialect["decimal"])
    if number is None and exact:
        return cell
    if number is None:
        raise Refused(f"not_numeric {line} {feature['name']}")
    if number in [_number(word, dialect["decimal"]) for word in dialect["missing"]]:
        return None
    return int(number) if exact and math.isfinite(number) and number == int(number) else float(number)


def _number(cell: str, decimal: str) -> Fraction | float | None:
    text = cell.strip(" \t").lower()
    if re.fullmatch(r"[+-]?inf(inity)?", text):
        return float(text)
    mark = re.escape(decimal)
    found = re.fullmatch(rf"([+-]?)([0-9]*)(?:{mark}([0-9]*))?(?:e([+-]?[0-9]+))?", text)
    if not found or not (found[2] or found[3]):
        return None
    whole = Fraction(int(f"0{found[2]}{found[3] or ''}"), 10 ** len(found[3] or ""))
    return (-1 if found[1] == "-" else 1) * whole * Fraction(10) ** int(found[4] or 0)
