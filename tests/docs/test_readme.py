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


def _measured(subject: str) -> dict[tuple[str, str], float]:
    claims = json.loads((ROOT / f"benchmarks/results/{subject}.json").read_text())["claims"]
    return {(claim["subject"], claim["figure"]): claim["value"] for claim in claims}


def test_its_figures_are_the_benchmarks() -> None:
    rows = re.findall(r"^\| (.+?) \| \*\*(.+?) ms\*\* / (.+?) ms \| ([\d,.]+) ms.*\|$", text(README), re.MULTILINE)
    single = _measured("single_row")
    measured = single | _measured("networks")
    assert len(rows) == len({subject for subject, _ in single}) + 1
    for subject, private, opened, tenseal in rows:
        precision = 0.006 if float(private) < 1 else 0.6
        assert float(private) == pytest.approx(measured[subject, "server, private"], abs=precision)
        assert float(opened) == pytest.approx(measured[subject, "server, open"], abs=precision)
        assert float(tenseal.replace(",", "")) == pytest.approx(measured[subject, "TenSEAL"], rel=0.01)


def test_its_figures_of_large_networks_are_the_benchmarks() -> None:
    measured = _measured("networks")
    shown = re.search(r"784-392-10 takes (\d+) / (\d+) ms, .*? (\d+) / (\d+) ms", text(README))
    assert shown
    subjects = ("784-392-10 square", "CryptoNets 28x28")
    wanted = [measured[subject, f"server, {response}"] for subject in subjects for response in ("private", "open")]
    assert [float(figure) for figure in shown.groups()] == pytest.approx(wanted, abs=0.6)
