"""Names: where each of a model's columns stands in a table."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Literal

from sealdrop.errors import RefusedInput

Matching = Literal["name", "position"]
BY_POSITION = 'or pass columns="position" (--columns position) if its columns stand in the model\'s order'


def match(header: Sequence[Hashable], names: Sequence[str], columns: Matching = "name") -> list[int]:
    """Return where each of the model's `names` stands in a table with this header.

    By name, a table must have each of the names once; its other columns are not used. By position, it must have as many
    columns, and not the model's names in another order. Raises RefusedInput (`wrong_columns`); the message has names of
    the model and never one of the header.
    """
    texts = [str(name) for name in header]
    if columns == "position":
        return _by_position(texts, names)
    counts = Counter(texts)
    missing = [name for name in names if not counts[name]]
    if missing:
        raise _refusal(_difference(texts, names, missing), _remedy(texts, missing))
    twice = [name for name in names if counts[name] > 1]
    if twice:
        raise _refusal(
            f"the table has the column {listed(twice)} more than once", "Give each column a name of its own."
        )
    places = {text: place for place, text in enumerate(texts)}
    return [places[name] for name in names]


def listed(names: Sequence[str]) -> str:
    """Return the first five names in quotes, and how many more there are."""
    shown = ", ".join(f"'{name}'" for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _by_position(texts: Sequence[str], names: Sequence[str]) -> list[int]:
    if len(texts) != len(names):
        raise refuse_count(len(texts), names)
    if sorted(texts) == sorted(names) and list(texts) != list(names):
        raise _refusal("the table has the model's column names in another order", "Match the columns by name.")
    return list(range(len(names)))


def refuse_count(count: int, names: Sequence[str]) -> RefusedInput:
    """Return the refusal of a table without names that has another number of columns than the model."""
    return _refusal(
        f"the model takes {len(names)} columns and the table has {count}",
        f"Pass the columns in this order: {listed(names)}.",
    )


def _difference(texts: Sequence[str], names: Sequence[str], missing: Sequence[str]) -> str:
    others = len(texts) - (len(names) - len(missing))
    if len(missing) == len(names):
        return f"none of the table's {len(texts)} column names is one of the model's {len(names)}"
    has = f"; {others} of its {len(texts)} columns have other names" if others > 0 else ""
    return f"the table lacks the model's column {listed(missing)}{has}"


def _remedy(texts: Sequence[str], missing: Sequence[str]) -> str:
    alike = {text.strip().casefold() for text in texts}
    if any(name.strip().casefold() in alike for name in missing):
        return "Rename the columns: some differ from the model's in capital letters or spaces only."
    return f"Rename the columns (`sealdrop describe` lists the model's), {BY_POSITION}."


def _refusal(message: str, remedy: str) -> RefusedInput:
    return RefusedInput(message, code="wrong_columns", remedy=remedy)
