"""A fresh process that holds one program and one set of keys and answers one request: how long, how much memory.

`python -m benchmarks.served FOLDER` reads plan.json, weights.npz, keys and input, and prints JSON.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.server import Request
from sealdrop_core.circuit import Circuit
from sealdrop_core.evaluation import Program
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import Header, split


@dataclass(frozen=True)
class Served:
    """Milliseconds to compile the program and to load the keys, and the process's largest resident memory."""

    compile_milliseconds: float
    keys_milliseconds: float
    peak_megabytes: float


def served(circuit: Circuit, made: Request) -> Served:
    """Answer a request in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plan.json").write_text(made.plan.model_dump_json())
        (folder / "weights.npz").write_bytes(circuit.to_bytes())
        (folder / "keys").write_bytes(made.keys)
        (folder / "input").write_bytes(made.sealed)
        command = [sys.executable, "-m", "benchmarks.served", name]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Served(**json.loads(done.stdout))


def main(folder: Path) -> None:
    """Compile, load keys, answer once, and print what it took."""
    chosen = Plan.model_validate_json((folder / "plan.json").read_text())
    started = time.perf_counter()
    program = Program.load((folder / "weights.npz").read_bytes(), chosen)
    compiled = time.perf_counter()
    enrolled = (folder / "keys").read_bytes()
    keys = program.load_keys(split(enrolled, "keys")[1]) if enrolled else None
    loaded = time.perf_counter()
    sealed = (folder / "input").read_bytes()
    program.evaluate(split(sealed, "input")[1], Header.parse(sealed).rows, keys)
    sys.stdout.write(json.dumps(asdict(Served((compiled - started) * 1e3, (loaded - compiled) * 1e3, _peak()))))


def _peak() -> float:
    """Return this process's high-water mark; getrusage's is the parent's if that is higher."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
