"""The README shows what its commands print, and names no command that is not there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SEALDROP = [sys.executable, "-c", "from sealdrop.cli import main; main()"]


def _shape(text: str) -> list[str]:
    """Return the lines without what differs between two runs: numbers, hexadecimal bytes, widths."""
    lines = (re.sub(r"\b[0-9a-f]{2}( [0-9a-f]{2}){5,}", "HEX", line) for line in text.splitlines())
    return [" ".join(re.sub(r"\d[\d,.]*(e-?\d+)?%?", "N", line).split()) for line in lines if line.strip()]


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_output_shown_is_what_the_demo_prints() -> None:
    shown = _blocks("console")[0].split("$ make demo\n", 1)[1].split("$ make test", 1)[0]
    done = subprocess.run([*SEALDROP, "demo"], capture_output=True, text=True, timeout=120, check=True)
    assert _shape(shown) == _shape(done.stderr + done.stdout)


def test_its_figures_are_the_benchmarks() -> None:
    rows = re.findall(r"^\| (.+?) \| \*\*(.+?) ms\*\* / (.+?) ms \| (.+?) ms \|$", README, re.MULTILINE)
    claims = json.loads((ROOT / "benchmarks/results/single_row.json").read_text())["claims"]
    measured = {(claim["subject"], claim["figure"]): claim["value"] for claim in claims}
    assert len(rows) == len({subject for subject, _ in measured})
    for subject, private, opened, tenseal in rows:
        assert float(private) == pytest.approx(measured[subject, "server, private"], abs=0.006)
        assert float(opened) == pytest.approx(measured[subject, "server, open"], abs=0.006)
        assert float(tenseal) == pytest.approx(measured[subject, "TenSEAL"], rel=0.01)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z][a-z-]*)[`\n]", README))))
def test_its_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def _commands() -> list[str]:
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = "\n".join(document.read_text(encoding="utf-8") for document in documents)
    return sorted(set(re.findall(r"(?:\$ |`)sealdrop ([a-z]+)", text)))


@pytest.mark.parametrize("command", _commands())
def test_every_command_of_the_documents_exists(command: str) -> None:
    done = subprocess.run([*SEALDROP, command, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)h#][^)]*)\)", README))))
def test_its_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
