"""A worker copied with everything in its memory, as a snapshot copies it: both copies evaluate the same input.

Run as a program, because forking a test process with threads is no good. Prints, for each half of the result (what is
kept of c0, and c1), the share of bytes in which the copies agree: 1/256 by chance, 1 if they draw the same randomness.
"""

import json
import os
import sys

import numpy as np

from sealdrop.planning import plan
from sealdrop_core.circuit import Affine, Circuit
from sealdrop_core.sealed import split
from tests.engine.twin import Twin


def main() -> None:
    """Evaluate once, to have all in memory that a warm worker has; then copy, evaluate, compare."""
    random = np.random.default_rng(3)
    circuit = Circuit([Affine(random.normal(size=(8, 30)), np.zeros(8))])
    X = random.uniform(-1, 1, (64, 30))
    twin = Twin.of(circuit, plan(circuit, X, rows=(64,))[0])
    sealed = twin.keyring.seal(twin.manifest, twin.plan, X)
    twin.evaluate(sealed)
    first, second = (np.frombuffer(_in_a_copy(twin, sealed), np.uint8) for _ in range(2))
    kept = twin.plan.kept_bits[0] * twin.plan.layout.kept(64) // 8
    halves = (slice(0, kept), slice(kept + 1, None))
    json.dump([float((first[half] == second[half]).mean()) for half in halves], sys.stdout)


def _in_a_copy(twin: Twin, sealed: bytes) -> bytes:
    readable, writable = os.pipe()
    if os.fork() == 0:
        with os.fdopen(writable, "wb") as answer:
            answer.write(split(twin.evaluate(sealed), "result")[1])
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as answer:
        body = answer.read()
    os.wait()
    return body


main()
