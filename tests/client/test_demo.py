"""The demo, as `make demo` runs it, and its verdict."""

import dataclasses
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import sealdrop.demo
from sealdrop.cli.app import app
from sealdrop.demo import Walk
from sealdrop.timing import Timing

TIMING = Timing(10, 1, 1000, 500, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 21.0)
WALK = Walk("m@1", 10, 3, 2, 0.9, 0.9, 10, 1e-4, TIMING, TIMING, b"sealdrop/1 input\n\n\x1b[31m and more bytes")


@pytest.fixture
def told(monkeypatch):
    """Run the command on a walk that is made up."""

    def run(walk, *arguments):
        monkeypatch.setattr(sealdrop.demo, "walk", lambda announce: (walk,))
        return CliRunner().invoke(app, ["demo", *arguments])

    return run


def test_the_demo_agrees_with_the_plaintext_models():
    command = [sys.executable, "-c", "from sealdrop.cli import main; main()", "demo", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    cancer, digits = json.loads(done.stdout)["walks"]
    assert (cancer["rows"], digits["rows"]) == (171, 540)
    for walk in (cancer, digits):
        assert walk["agreement"] == 1
        assert walk["encrypted_accuracy"] == walk["plaintext_accuracy"] > 0.93
        assert 0 < walk["largest_error"] < 1e-3
        assert walk["single"]["rows"] == 1
        assert bytes.fromhex(walk["seen"]).startswith(b"sealdrop/1 input\nmodel: ")


def test_agreement_passes(told):
    done = told(WALK)
    assert done.exit_code == 0
    assert "100.00%  10 of 10 labels" in done.stdout
    assert "1b 5b 33 31 6d" in done.stdout


@pytest.mark.parametrize("change", [{"agreeing": 9}, {"largest_error": 1e-3}])
def test_a_differing_label_or_logit_fails(told, change):
    walk = dataclasses.replace(WALK, **change)
    done = told(walk)
    assert done.exit_code == 1
    assert "FAILED" in done.stdout
    failed = told(walk, "--json")
    assert failed.exit_code == 1
    assert json.loads(failed.stdout)["walks"][0]["passed"] is False
