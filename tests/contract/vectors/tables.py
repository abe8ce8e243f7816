"""Golden tables: files, and what every reader makes of them."""

import json
from dataclasses import dataclass
from typing import Any

from sealdrop_core.dialect import MISSING
from tests.contract.vectors.vector import FOLDER

TABLES = FOLDER / "tables"


@dataclass(frozen=True)
class GoldenTable:
    """A file's text, the dialect and features of its model, and its rows or the refusal: code, line and column."""

    name: str
    text: str
    kinds: dict[str, str]
    rows: list[list[Any]] | None = None
    refused: str | None = None
    separator: str = ","
    decimal: str = "."
    missing: tuple[str, ...] = MISSING

    def document(self) -> dict[str, Any]:
        """Return the table as it is kept."""
        dialect = {"separator": self.separator, "decimal": self.decimal, "missing": list(self.missing)}
        features = [{"name": name, "kind": kind} for name, kind in self.kinds.items()]
        expected = {"refused": self.refused} if self.refused else {"rows": self.rows}
        return {"file": self.text, "dialect": dialect, "features": features} | expected

    def rendered(self) -> str:
        """Return the document as it is written."""
        return json.dumps(self.document(), indent=1) + "\n"


N, T = "number", "text"
GOLDEN = (
    GoldenTable(
        "numbers",
        'a\n1\n 2.50\t\n"3e2"\n.5\n-7.\n+0.1\n1E-3\n',
        {"a": N},
        [[1.0], [2.5], [300.0], [0.5], [-7.0], [0.1], [0.001]],
    ),
    GoldenTable(
        "nearest",
        "a\n0.1234567890123456789\n9007199254740993\n2.2250738585072011e-308\n",
        {"a": N},
        [[0.12345678901234568], [9007199254740992.0], [2.2250738585072011e-308]],
    ),
    GoldenTable(
        "booleans",
        "a,b\nTrue,FALSE\ntrue,1\n0,False\n",
        {"a": N, "b": "boolean"},
        [[1.0, False], [1.0, 1], [0.0, False]],
    ),
    GoldenTable(
        "missing",
        "a,b\n,\nNA,n/a\nnull,<NA>\n1, NA\n",
        {"a": N, "b": T},
        [[None, None], [None, None], [None, None], [1.0, " NA"]],
    ),
    GoldenTable(
        "missing-words",
        "a,b,c\n-999,?,-999.0\n-999.0,-999,5\n",
        {"a": N, "b": T, "c": "integer"},
        [[None, None, None], [None, None, 5]],
        missing=("?", "-999"),
    ),
    GoldenTable("nothing-missing", "b\nNA\nNone\n", {"b": T}, [["NA"], ["None"]], missing=("",)),
    GoldenTable("spaces", "a,b\n1, Private\n2,Private \n", {"a": N, "b": T}, [[1.0, " Private"], [2.0, "Private "]]),
    GoldenTable("quotes", 'b,a\n"x,""y""\nz",1\n\'q\',2\n', {"a": N, "b": T}, [[1.0, 'x,"y"\nz'], [2.0, "'q'"]]),
    GoldenTable(
        "integers",
        "a\n9007199254740993\n1152921504606846983\n3.0\n1e3\n007\n",
        {"a": "integer"},
        [[9007199254740993], [1152921504606846983], [3], [1000], [7]],
    ),
    GoldenTable("codes", "a\n02139\n10001\n1.0\n", {"a": T}, [["02139"], ["10001"], ["1.0"]]),
    GoldenTable("dates", "a\n2026-11-30\n30.11.2026\n", {"a": T}, [["2026-11-30"], ["30.11.2026"]]),
    GoldenTable(
        "comma", "a;b\n1,5;x,y\n-0,25;z\n", {"a": N, "b": T}, [[1.5, "x,y"], [-0.25, "z"]], separator=";", decimal=","
    ),
    GoldenTable("tabs", "a\tb\r\n1\tx\r\n2\ty\r\n", {"a": N, "b": T}, [[1.0, "x"], [2.0, "y"]], separator="\t"),
    GoldenTable("lines", "\ufeffa,b\n\n1,2\n  \t\n3,4", {"a": N, "b": N}, [[1.0, 2.0], [3.0, 4.0]]),
    GoldenTable(
        "names", "a,,a,b, c \n1,2,3,4,5\n", {"b": N, "Unnamed: 1": N, "a.1": N, " c ": N}, [[4.0, 2.0, 3.0, 5.0]]
    ),
    GoldenTable("other-columns", "z,a,y\nsecret,1,\n", {"a": N}, [[1.0]]),
    GoldenTable("unread", "a,b\n1,\n2,x\n", {"a": N, "b": "any"}, [[1.0, None], [2.0, "x"]]),
    GoldenTable("infinite", "a\ninf\n-Infinity\n", {"a": N}, [[float("inf")], [float("-inf")]]),
    GoldenTable("word", 'a,b\n1,"x\ny"\nold,z\n', {"a": N, "b": T}, refused="not_numeric 4 a"),
    GoldenTable("grouped", "a\n1_000\n", {"a": N}, refused="not_numeric 2 a"),
    GoldenTable("hexadecimal", "a\n1\n0x1A\n", {"a": N}, refused="not_numeric 3 a"),
    GoldenTable("other-digits", "a\n\uff19\n", {"a": N}, refused="not_numeric 2 a"),
    GoldenTable("space-missing", "a\nNA \n", {"a": N}, refused="not_numeric 2 a"),
    GoldenTable("point-for-comma", "a;b\n1.5;2\n", {"a": N}, refused="not_numeric 2 a", separator=";", decimal=","),
    GoldenTable("thousands", "a;b\n1.234,5;2\n", {"a": N}, refused="not_numeric 2 a", separator=";", decimal=","),
    GoldenTable("true-with-space", "a\n True\n", {"a": N}, refused="not_numeric 2 a"),
    GoldenTable("word-among-integers", "a\n1\nnone\n", {"a": "integer"}, [[1], ["none"]]),
    GoldenTable("short-line", "a,b\n1,2\n3\n", {"a": N, "b": N}, refused="wrong_columns 3"),
    GoldenTable("long-line", "a,b\n1,2\n\n3,4,\n", {"a": N, "b": N}, refused="wrong_columns 4"),
    GoldenTable("capital", "A,b\n1,2\n", {"a": N, "b": N}, refused="wrong_columns"),
    GoldenTable("a-name-less", "a\n1\n", {"a": N, "b": N}, refused="wrong_columns"),
)


def write() -> None:
    """Write every golden table."""
    TABLES.mkdir(exist_ok=True)
    for table in GOLDEN:
        (TABLES / f"{table.name}.json").write_text(table.rendered())
