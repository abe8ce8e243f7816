"""The README shows what its commands print and what the benchmarks measured."""

import json
import re
import subprocess
import sys

import pytest

from tests.docs.documents import ROOT, blocks, text

README = ROOT / "README.md"
SEALDROP = [sys.executable, "-c", "from sealdrop.cli import main; main()"]


def _shape(text: str) -> list[str]:
    """Return the lines without what differs between two runs: numbers, hexadecimal bytes, widths."""
    lines = (re.sub(r"\b[0-9a-f]{2}( [0-9a-f]{2}){5,}", "HEX", line) for line in text.splitlines())
    return [" ".join(re.sub(r"\d[\d,.]*(e-?\d+)?%?", "N", line).split()) for line in lines if line.strip()]


def test_the_output_shown_is_what_the_demo_prints() -> None:
    shown = blocks(README, "console")[0].split("$ make demo\n", 1)[1].split("$ make test", 1)[0]
    done = subprocess.run([*SEALDROP, "demo"], capture_output=True, text=True, timeout=120, check=True)
    assert _shape(shown) == _shape(done.stderr + done.stdout)


def test_its_figures_are_the_benchmarks() -> None:
    rows = re.findall(r"^\| (.+?) \| \*\*(.+?) ms\*\* / (.+?) ms \| (.+?) ms \|$", text(README), re.MULTILINE)
    claims = json.loads((ROOT / "benchmarks/results/single_row.json").read_text())["claims"]
    measured = {(claim["subject"], claim["figure"]): claim["value"] for claim in claims}
    assert len(rows) == len({subject for subject, _ in measured})
    for subject, private, opened, tenseal in rows:
        assert float(private) == pytest.approx(measured[subject, "server, private"], abs=0.006)
        assert float(opened) == pytest.approx(measured[subject, "server, open"], abs=0.006)
        assert float(tenseal) == pytest.approx(measured[subject, "TenSEAL"], rel=0.01)
