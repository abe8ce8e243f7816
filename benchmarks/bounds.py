"""Predicted errors against measured ones, over random circuits: never violated, and never far above what happens.

`SEALDROP_EXAMPLES` sets how many circuits are drawn (1000 by default here).
"""

import os
from collections import defaultdict
from itertools import pairwise

import numpy as np
from tests.engine.twin import Twin

from benchmarks.report import Claim
from sealdrop.planning import Privacy, plan
from sealdrop_core.circuit import Affine, Circuit, Polynomial
from sealdrop_core.errors import Infeasible

CIRCUITS = int(os.environ.get("SEALDROP_EXAMPLES", "1000"))
SCORES = 400  # a maximum over this many lies near three standard deviations
RESPONSES: tuple[Privacy, ...] = ("open", "private")
# hidden widths and polynomial degrees, and how often a kind is drawn
KINDS: tuple[tuple[tuple[int, ...], int, float], ...] = (
    ((), 0, 0.45),
    ((12,), 2, 0.25),
    ((24,), 3, 0.12),
    ((12, 12), 3, 0.06),
    ((8,), 5, 0.06),
    ((6, 6), 2, 0.06),
)


def run() -> list[Claim]:
    """Draw circuits of every kind, evaluate every plan on ciphertexts, and compare."""
    random = np.random.default_rng(2026)
    ratios: dict[str, list[float]] = defaultdict(list)
    infeasible = 0
    for number in range(CIRCUITS):
        kind = random.choice(len(KINDS), p=[share for *_, share in KINDS])
        circuit = _circuit(random, *KINDS[kind][:2])
        error = 2.0 ** -random.choice([4, 7, 10])
        try:
            for packing, ratio in _ratios(random, circuit, error, RESPONSES[number % 2]):
                ratios[packing].append(ratio)
        except Infeasible:
            infeasible += 1
    return [claim for packing, found in sorted(ratios.items()) for claim in _claims(packing, found)] + [
        Claim("all", "circuits without a plan", infeasible),
    ]


def _claims(packing: str, ratios: list[float]) -> list[Claim]:
    detail = {"quantiles": np.quantile(ratios, [0, 0.05, 0.5, 0.95, 1]).tolist()}
    return [
        Claim(packing, "plans measured", len(ratios)),
        Claim(packing, "smallest bound over measured error", min(ratios), "x", bar=1.0, detail=detail),
        Claim(packing, "largest bound over measured error", max(ratios), "x", bar=30.0, at_least=False),
    ]


def _circuit(random: np.random.Generator, hidden: tuple[int, ...], degree: int) -> Circuit:
    sizes = (int(random.integers(2, 60)), *hidden, int(random.integers(1, 8)))
    magnitude = 10.0 ** random.uniform(-1, 0.7) if not hidden else 1.0
    layers: list[Affine | Polynomial] = []
    for inputs, outputs in pairwise(sizes):
        weight = random.normal(size=(outputs, inputs)) * magnitude / np.sqrt(inputs)
        powers = random.normal(size=degree + 1) / 2.0 ** np.arange(degree + 1)
        layers += [Affine(weight, random.normal(size=outputs) * magnitude / 2), Polynomial(powers)]
    return Circuit(layers[:-1])


def _ratios(random: np.random.Generator, circuit: Circuit, error: float, response: Privacy) -> list[tuple[str, float]]:
    """Return, for each plan of a circuit, the predicted error over the largest measured one."""
    calibration = random.uniform(-1, 1, size=(200, circuit.features))
    found = []
    for chosen in plan(circuit, calibration, error=error, rows=(1, 5000), response=response):
        X = random.uniform(-1, 1, size=(_rows(circuit, chosen.layout.rows_per_block), circuit.features))
        measured = Twin.of(circuit, chosen).largest_error(X)
        found.append((chosen.layout.packing, chosen.quote.error / measured))
    return found


def _rows(circuit: Circuit, rows_per_block: int) -> int:
    """Return how many rows to measure: enough scores, but few blocks."""
    return int(np.clip(SCORES // circuit.outputs, 1, 8 * rows_per_block))
