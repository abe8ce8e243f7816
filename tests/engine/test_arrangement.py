"""Diagonals, baby and giant steps in plain arrays: every weight meets its input once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealdrop.planning.rotation.arranging import Arranger
from sealdrop_core.circuit import Affine, Array, Circuit, SparseAffine
from sealdrop_core.packing.arrangement import arranged
from sealdrop_core.packing.placement import placed
from sealdrop_core.packing.rotation import Diagonals, ordered, outputs_of, pack_rows, power_of_two
from tests.engine import circuits
from tests.engine.networks import convolution, dense, network, slots_of

PLAIN = settings(max_examples=60, deadline=None)


def _apply(map_: Diagonals, values: Array, rows: int) -> Array:
    """Compute a map in slots that `rows` rows share, the way a server does: babies, giants by Horner's rule, folds."""
    total = np.zeros_like(values)
    for giant in reversed(range(map_.giants + 1)):
        total = np.roll(total, -map_.giant * rows)
        for baby in range(map_.babies + 1):
            offset = giant * map_.giant + baby
            if offset in map_.offsets:
                weights = np.roll(map_.vector(offset), giant * map_.giant)
                total = total + slots_of(np.repeat(weights, rows), len(values)) * np.roll(values, -baby * rows)
    for fold in map_.folds:
        total = total + np.roll(total, -fold * rows)
    return total


@PLAIN
@given(
    widths=st.lists(st.integers(1, 40), min_size=3, max_size=4),
    slots=st.sampled_from([64, 256, 1024, 4096]),
    rows=st.sampled_from([1, 2, 4]),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_network_of_maps_equals_its_matrices(widths: list[int], slots: int, rows: int, seed: int) -> None:
    circuit = network(widths, [1] * (len(widths) - 2), seed)
    slots = max(slots, 64 * rows)
    layout, planned = Arranger(circuit, ["polynomial"] * (len(widths) - 2) + ["none"]).arrange(slots, rows)
    maps = arranged(circuit, layout)
    assert [map_.offsets for map_ in maps] == [map_.offsets for map_ in planned]
    X = circuits.rows(seed, rows, widths[0])
    values, expected = pack_rows(X, layout, slots), X
    for map_, affine in zip(maps, circuit.affines, strict=True):
        values = _apply(map_, values, rows)
        expected = expected @ affine.dense().T
        assert np.array_equal(values, np.roll(values, map_.after * rows)) or np.allclose(
            values, np.roll(values, map_.after * rows)
        )
    assert np.allclose(outputs_of(values[: rows * layout.layers[-1].period], layout, rows), expected)


@PLAIN
@given(
    features=st.integers(1, 60),
    outputs=st.integers(1, 60),
    kept=st.sampled_from([0.0, 0.05, 0.3]),
    repetitions=st.sampled_from([1, 2, 8]),
    seed=st.integers(0, 2**32 - 1),
)
def test_placed_outputs_equal_their_matrix(
    features: int, outputs: int, kept: float, repetitions: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    affine = dense(random, features, outputs)
    affine = Affine(affine.weight * (random.random(affine.weight.shape) < kept), affine.bias)
    wire = ordered(features)
    map_ = placed(affine, wire, wire.period * repetitions, wire.period)
    if map_ is None:
        assert outputs > wire.period * repetitions
        return
    assert len(set(map_.out.slots.tolist())) == outputs
    x = random.normal(size=features)
    values = slots_of(np.concatenate([x, np.zeros(wire.period - features)]), 4096)
    assert np.allclose(_apply(map_, values, 1)[map_.out.slots], affine.weight @ x)


@pytest.mark.parametrize(("side", "kernel", "stride", "maps"), [(8, 3, 1, 5), (29, 5, 2, 5), (16, 4, 4, 3)])
def test_a_convolution_takes_as_many_diagonals_as_its_kernel_has_weights(
    side: int, kernel: int, stride: int, maps: int
) -> None:
    affine = convolution(side, kernel, stride, maps)
    map_ = placed(affine, ordered(side * side), 8 * power_of_two(side * side), kernel**2)
    assert map_ is not None
    assert len(map_.offsets) == kernel**2
    assert map_.babies + map_.giants <= 2 * (kernel - 1)


def test_a_map_too_dense_for_its_limit_is_not_placed() -> None:
    random = np.random.default_rng(0)
    assert placed(dense(random, 20, 20), ordered(20), 32, 19) is None
    scattered = SparseAffine(20, np.arange(20), random.permutation(20), np.ones(20), np.zeros(20))
    assert placed(scattered, ordered(20), 32, 1) is not None


def test_an_arrangement_for_another_circuit_is_refused() -> None:
    circuit: Circuit = network([20, 12, 4], [2])
    layout, _ = Arranger(circuit, ["square", "none"]).arrange(2048, 1)
    for other in (network([20, 40, 4], [2]), network([20, 12, 4, 4], [2, 2]), network([20, 4], [])):
        with pytest.raises(Exception, match="another circuit"):
            arranged(other, layout)
