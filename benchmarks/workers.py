"""The worker pool: two workers against one on batches, and the memory a worker peaks at for every kind of plan."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks import models, server
from benchmarks.report import Claim
from benchmarks.timing import medians
from sealdrop.planning import plan
from sealdrop_core.circuit import Circuit
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import split

sys.path.insert(0, str(Path(__file__).parents[1] / "functions"))

from evaluate.pool import Pool
from evaluate.process import Work

MEMORY = 4 << 30
FASTER = 1.8  # two workers than one
ROWS = 32_768  # a part of several blocks: one block is one worker's


def run() -> list[Claim]:
    """Measure parts of 32,768 rows."""
    subjects = (models.breast_cancer(), models.digits(), models.lifted_network(), models.batch_network())
    return [claim for subject in subjects for claim in _measure(subject)]


@contextmanager
def _pool(workers: int) -> Iterator[Pool]:
    pool = Pool(workers, MEMORY)
    try:
        yield pool
    finally:
        pool.close()


def _measure(subject: models.Subject) -> list[Claim]:
    X = np.resize(subject.held_out, (ROWS, subject.circuit.features))
    (chosen,) = plan(subject.circuit, subject.calibration, rows=(ROWS,))
    work, body = _work(subject.circuit, chosen, X)
    with _pool(1) as one, _pool(2) as two:

        def evaluate(pool: Pool) -> bytes:
            return pool.evaluate(work, body, ROWS, time.monotonic() + 60)

        same = len(evaluate(one)) == len(evaluate(two))
        taken = medians({"one": lambda: evaluate(one), "two": lambda: evaluate(two)}, rounds=9)
        peak = max(_peak_megabytes(pid) for pid in (*one.pids, *two.pids))
    bar = 1.5e3 if chosen.keys.relinearization or chosen.keys.galois_elements else 512
    detail = {"plan": chosen.id, "milliseconds": taken, "same_length": same}
    return [
        Claim(
            subject.name,
            "two workers over one",
            taken["one"] / taken["two"],
            "x",
            bar=FASTER,
            detail=detail,
        ),
        Claim(subject.name, "a worker's peak memory", peak, "MB", bar=bar, at_least=False, detail=detail),
    ]


def _work(circuit: Circuit, chosen: Plan, X: np.ndarray) -> tuple[Work, memoryview]:
    made = server.request(circuit, chosen, X)
    keys = bytes(split(made.keys, "keys")[1]) if made.keys else b""
    work = Work(chosen, program=chosen.id, weights=circuit.to_bytes(), keys="keys" if keys else None, key_body=keys)
    return work, split(made.sealed, "input")[1]


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1e3
