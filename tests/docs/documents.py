"""The documents, and the examples in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "contract" / "CONTRACT.md")


def text(document: Path) -> str:
    """Return a document."""
    return document.read_text(encoding="utf-8")


def blocks(document: Path, language: str) -> list[str]:
    """Return the code blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", text(document), re.DOTALL)


def commands(document: Path) -> list[str]:
    """Return what stands behind a `$` in console blocks, and `make` and `sealdrop` commands in running text."""
    typed = [
        line.removeprefix("$ ").partition("   # ")[0]
        for block in blocks(document, "console")
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    return typed + re.findall(r"`((?:make|sealdrop) [a-z][^`]*)`", text(document))
