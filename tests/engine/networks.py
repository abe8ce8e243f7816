"""Random networks for property tests: of one to three hidden layers, dense or convolutional."""

import numpy as np
from hypothesis import strategies as st

from sealdrop_core.circuit import Affine, Array, Circuit, Layer, Polynomial, SparseAffine


def dense(random: np.random.Generator, features: int, outputs: int) -> Affine:
    """Return an affine map that keeps magnitudes as they are."""
    return Affine(random.normal(size=(outputs, features)) / np.sqrt(features), random.normal(size=outputs) / 4)


def polynomial(random: np.random.Generator, degree: int, width: int, *, each: bool) -> Polynomial:
    """Return a polynomial whose higher powers weigh less, shared or one for each unit."""
    shape = (width, degree + 1) if each else (degree + 1,)
    return Polynomial(random.normal(size=shape) / 2.0 ** np.arange(degree + 1))


def network(widths: list[int], degrees: list[int], seed: int = 0, *, each: bool = False) -> Circuit:
    """Return a dense network: `widths` from features to outputs, `degrees` of the polynomials between."""
    random = np.random.default_rng(seed)
    layers: list[Layer] = [dense(random, *widths[:2])]
    for degree, features, outputs in zip(degrees, widths[1:-1], widths[2:], strict=True):
        layers += [polynomial(random, degree, features, each=each), dense(random, features, outputs)]
    return Circuit(layers)


def convolution(side: int, kernel: int, stride: int, maps: int, seed: int = 0) -> SparseAffine:
    """Return a convolution without padding of a square image of one channel."""
    random, across = np.random.default_rng(seed), (side - kernel) // stride + 1
    weights = random.normal(size=(maps, kernel, kernel)) / kernel
    m, y, x, a, b = np.meshgrid(*map(np.arange, (maps, across, across, kernel, kernel)), indexing="ij")
    return SparseAffine(
        features=side * side,
        rows=((m * across + y) * across + x).ravel(),
        columns=((y * stride + a) * side + x * stride + b).ravel(),
        values=weights[m, a, b].ravel(),
        bias=random.normal(size=maps * across * across) / 4,
    )


def convolutional(side: int = 8, kernel: int = 3, maps: int = 5, outputs: int = 10, degree: int = 2) -> Circuit:
    """Return a convolution, a polynomial and a dense layer."""
    first, random = convolution(side, kernel, 1, maps), np.random.default_rng(1)
    middle = polynomial(random, degree, first.outputs, each=False)
    return Circuit([first, middle, dense(random, first.outputs, outputs)])


@st.composite
def networks(draw: st.DrawFn, max_width: int = 70, max_hidden: int = 3, max_degree: int = 7) -> Circuit:
    """Draw a network; degrees 0 and 1 too, weights that are zero, magnitudes in three decades."""
    hidden = draw(st.integers(1, max_hidden))
    widths = draw(st.lists(st.integers(1, max_width), min_size=hidden + 2, max_size=hidden + 2))
    degrees = [draw(st.integers(2, max_degree)), *draw(st.lists(st.integers(0, 3), min_size=hidden, max_size=hidden))]
    drawn = network(widths, degrees[:hidden], draw(st.integers(0, 2**32 - 1)), each=draw(st.booleans()))
    *inner, last = drawn.layers
    assert isinstance(last, Affine)
    random, magnitude = np.random.default_rng(draw(st.integers(0, 2**32 - 1))), 10.0 ** draw(st.floats(-1, 2))
    weight = last.weight * magnitude * (random.random(last.weight.shape) >= draw(st.sampled_from([0.0, 0.5, 1.0])))
    return Circuit([*inner, Affine(weight, last.bias * magnitude)])


def slots_of(vector: Array, slots: int) -> Array:
    """Repeat a periodic vector until it fills the slots."""
    return np.tile(vector, slots // len(vector))
