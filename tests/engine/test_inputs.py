"""Inputs of column plans: expanded once, when they are read, and forgotten when they are not read any more."""

import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sealdrop.planning import column
from sealdrop_core.circuit import Affine, Circuit
from sealdrop_core.errors import MalformedSeal
from sealdrop_core.evaluation.inputs import WINDOW
from sealdrop_core.folding import SQUARE
from sealdrop_core.seal import Ring
from sealdrop_core.sealed import Header, split
from tests.engine import circuits
from tests.engine.networks import convolution, convolutional, network
from tests.engine.twin import Twin


class Expansions:
    """How many inputs were expanded, how many of them live, and how many did at most."""

    def __init__(self) -> None:
        self.all = self.alive = self.most = 0

    def count(self, ciphertext: Any) -> Any:
        """Count a ciphertext for as long as it lives."""
        self.all += 1
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(ciphertext, self._forget)
        return ciphertext

    def _forget(self) -> None:
        self.alive -= 1


@pytest.fixture
def expansions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Expansions]:
    counted, seeded = Expansions(), Ring.seeded
    monkeypatch.setattr(Ring, "seeded", lambda *given: counted.count(seeded(*given)))
    yield counted
    assert not counted.alive


def _twin(circuit: Circuit) -> Twin:
    chosen = next(column.candidates(circuit, circuits.rows(0, 50, circuit.features), 2.0**-5, "open", 0.0))
    return Twin.of(circuit, chosen)


@pytest.mark.parametrize(
    "circuit",
    [convolutional(side=24, maps=1), network([600, 70, 2], [2]), network([600, 3], [])],
    ids=["convolution", "dense", "linear"],
)
def test_no_more_inputs_live_than_a_window_holds(circuit: Circuit, expansions: Expansions) -> None:
    assert circuit.features > 2 * WINDOW
    twin = _twin(circuit)
    assert twin.largest_error(circuits.rows(1, 20, circuit.features)) <= twin.plan.quote.error
    assert expansions.all == circuit.features
    assert expansions.most <= WINDOW + 8


def test_residues_that_no_unit_reads_are_checked_too() -> None:
    first = convolution(side=6, kernel=2, stride=3, maps=2)
    assert first.columns.max() < 32
    last = Affine(np.ones((2, first.outputs)) / 8, np.zeros(2))
    twin = _twin(Circuit([first, SQUARE, last]))
    header, body = split(twin.seal(circuits.rows(2, 5, 36)), "input")
    with pytest.raises(MalformedSeal) as refusal:
        twin.evaluate(Header("input", header.fields).render() + bytes(body[:-100]) + b"\xff" * 100)
    assert refusal.value.code == "residue_out_of_range"
