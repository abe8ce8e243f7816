"""Results as a table for people and as raw JSON for whoever checks them."""

import json
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Claim:
    """One measured figure and the bar it is held to; a bar of None is for information."""

    subject: str
    figure: str
    value: float
    unit: str = ""
    bar: float | None = None
    at_least: bool = True
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.bar is None or (self.value >= self.bar if self.at_least else self.value <= self.bar)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return {"cpu": model, "python": platform.python_version(), "tenseal": version("tenseal"), "numpy": version("numpy")}


def show(name: str, claims: list[Claim]) -> bool:
    """Print a subject's claims, write them to results/<name>.json, and return whether every bar is met."""
    table = Table(title=name.replace("_", " "), title_justify="left", title_style="bold")
    for column in ("subject", "figure", "measured", "bar"):
        table.add_column(column, justify="right" if column in ("measured", "bar") else "left")
    for claim in claims:
        bar = "" if claim.bar is None else f"{'≥' if claim.at_least else '≤'} {claim.bar:g}"
        mark = "" if claim.bar is None else (" ✓" if claim.met else " ✗")
        table.add_row(claim.subject, claim.figure, f"{claim.value:,.4g} {claim.unit}".strip(), bar + mark)
    Console(width=118).print(table)
    RESULTS.mkdir(exist_ok=True)
    raw = {"machine": machine(), "claims": [asdict(claim) for claim in claims]}
    (RESULTS / f"{name}.json").write_text(json.dumps(raw, indent=1) + "\n")
    return all(claim.met for claim in claims)
