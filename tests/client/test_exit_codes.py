"""Exit codes and streams, as a shell sees them."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from sealdrop.cli.app import app

USAGE = [
    ["predict"],
    ["no-such-command"],
    ["predict", "missing.csv", "--model", "m"],
    ["jobs", "--limit", "0"],
    ["inspect"],
]


def run(*arguments, **environment):
    command = [sys.executable, "-c", "from sealdrop.cli import main; main()", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEALDROP_U")}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**kept, **environment})


def test_the_version_is_shown():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "sealdrop 0.1.0\n", "")


def test_a_refusal_ends_with_1_and_a_hint():
    done = run("models")
    assert done.returncode == 1
    assert done.stderr.startswith("error: no deployment was chosen [no_profile]\nhint: ")
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_wrong_usage_ends_with_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Usage:" in done.stderr


def test_a_file_that_is_not_sealed_is_refused(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"not sealed")
    done = run("inspect", str(path))
    assert done.returncode == 1
    assert "[malformed_header]" in done.stderr


def test_help_names_every_command():
    shown = run("--help").stdout
    for command in app.registered_commands:
        assert f"  {command.callback.__name__} " in shown


def test_an_interruption_ends_with_130():
    """Ctrl-C while the service does not answer ends at once, without a traceback."""
    # a shell starts what runs in the background with interrupts ignored, and children inherit that
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    script = heed + "from sealdrop.cli import main; main()"
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        command = [sys.executable, "-c", script, "models", "--url", url, "--token", "t"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running, server.accept()[0]:
            running.send_signal(signal.SIGINT)
            _, told = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Traceback" not in told


def test_an_interruption_while_modules_are_loaded_ends_with_130():
    script = """
import signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "typer":
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting())
from sealdrop.cli import main; main()
"""
    done = subprocess.run([sys.executable, "-c", script, "--version"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
