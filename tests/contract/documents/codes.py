"""The table of codes in CONTRACT.md: who says a code is written here, the rest is read from the code that raises it."""

from collections import Counter
from collections.abc import Mapping

from tests.contract.documents.raised import CLASSES, ROOT, Refusal, refusals

CONTRACT = ROOT / "contract" / "CONTRACT.md"
BEGIN, END = "<!-- written by `make contract` -->\n", "<!-- until here -->\n"
_OUTER = ("api.", "cloud.")  # the modules whose refusals are answers

SAID: Mapping[str, tuple[str, ...]] = {
    "invalid_request": ("answer",),
    "unsupported_version": ("answer", "part"),
    "key_required": ("answer",),
    "too_large": ("answer", "part"),
    "unauthenticated": ("answer",),
    "not_found": ("answer",),
    "model_not_found": ("answer",),
    "plan_not_found": ("answer",),
    "key_not_found": ("answer", "part"),
    "job_not_found": ("answer",),
    "idempotency_conflict": ("answer",),
    "part_conflict": ("answer",),
    "model_retired": ("answer",),
    "manifest_mismatch": ("answer",),
    "wrong_key": ("answer", "part"),
    "wrong_length": ("answer", "part"),
    "internal_error": ("answer",),
    "unavailable": ("answer", "part"),
    "evaluation_failed": ("answer", "part"),
    "malformed_header": ("part",),
    "wrong_kind": ("part",),
    "wrong_checksum": ("part",),
    "wrong_model": ("part",),
    "wrong_plan": ("part",),
    "wrong_rows": ("part",),
    "residue_out_of_range": ("part",),
    "key_malformed": ("part",),
    "malformed_weights": ("part",),
    "worker_died": ("part",),
    "delivery_failed": ("part",),
    "evaluation_timeout": ("part", "job"),
    "upload_expired": ("part", "job"),
    "upload_incomplete": ("job",),
}
# raised where no request leads: planning happens on the model owner's machine
UNSAID = frozenset({"infeasible", "no_primes"})


def answers() -> Mapping[str, int]:
    """Return the HTTP status of every code an answer can have."""
    return {code: _status(code) for code, said in SAID.items() if "answer" in said}


def table() -> str:
    """Return the table; codes of which the same is said share a line."""
    lines: dict[str, list[str]] = {}
    for code in SAID:
        lines.setdefault(_facts(code), []).append(f"`{code}`")
    head = ["| code | said of | status | again | remedy |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *(f"| {', '.join(named)} | {facts} |" for facts, named in lines.items())]) + "\n"


def document(text: str) -> str:
    """Return CONTRACT.md with the table in it as it should be."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


def undocumented() -> set[str]:
    """Return the codes that are raised and not documented, or documented and never raised."""
    return {found.code for found in refusals()} ^ (SAID.keys() | UNSAID)


def _facts(code: str) -> str:
    places = _places(code)
    status = str(_status(code)) if "answer" in SAID[code] else "-"
    again = "yes" if any(place.retryable for place in places) else "no"
    return f"{', '.join(SAID[code])} | {status} | {again} | {_remedy(places)}"


def _places(code: str) -> list[Refusal]:
    """Return where a code is raised; of one that answers can have, where those come from."""
    places = [found for found in refusals() if found.code == code]
    outer = [found for found in places if found.module.startswith(_OUTER)]
    return outer if "answer" in SAID[code] and outer else places


def _remedy(places: list[Refusal]) -> str:
    """Return the remedy that is given most often; one made for the place rather than for the class."""
    defaults = {kind.remedy for kind in CLASSES.values()}
    given = Counter(place.remedy for place in places)
    return min(given, key=lambda remedy: (-given[remedy], remedy in defaults))


def _status(code: str) -> int:
    statuses = {place.status for place in _places(code) if place.module.startswith("api.")}
    statuses |= set() if statuses else {place.status for place in _places(code)}
    if len(statuses) != 1:
        raise ValueError(f"{code} has the statuses {statuses}")
    return statuses.pop()
