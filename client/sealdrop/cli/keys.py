"""`sealdrop keys`: the keyrings on this machine. Nothing secret is shown."""

from datetime import UTC, datetime
from pathlib import Path

from sealdrop.cli import console
from sealdrop.cli.options import Json
from sealdrop.folders import data_folder


def keys(as_json: Json = False) -> None:
    """List the keyrings on this machine: one for each deployment and key configuration."""
    found = [_card(path) for path in sorted(data_folder().glob("*/*.keyring"))]
    if as_json:
        console.print_json({"folder": str(data_folder()), "keyrings": found})
        return
    console.note(f"{len(found)} keyring(s) in {data_folder()}; whoever has them can open your results")
    if found:
        console.print_table(found[0], [card.values() for card in found])


def _card(path: Path) -> dict[str, object]:
    known = path.stat()
    mark = path.with_suffix(".enrolled")
    return {
        "deployment": path.parent.name,
        "configuration": path.stem[:16],
        "bytes": known.st_size,
        "made": datetime.fromtimestamp(known.st_mtime, UTC).isoformat(timespec="seconds"),
        "enrolled": mark.read_text(encoding="ascii", errors="replace").strip()[:16] if mark.exists() else "-",
    }
