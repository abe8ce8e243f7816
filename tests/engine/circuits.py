"""Random circuits for property tests: shapes, ranges and values drawn by hypothesis."""

import numpy as np
from hypothesis import strategies as st

from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial


def rows(seed: int, count: int, features: int) -> Array:
    """Return `count` rows inside the box |x| <= 1."""
    return np.random.default_rng(seed).uniform(-1, 1, size=(count, features))


@st.composite
def linear(draw: st.DrawFn, max_features: int = 200, max_outputs: int = 12) -> Circuit:
    """Draw one affine layer, some of its weights zero, its magnitude anywhere in four decades."""
    features, outputs = draw(st.integers(1, max_features)), draw(st.integers(1, max_outputs))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    magnitude = 10.0 ** draw(st.floats(-2, 1))
    weight = random.normal(size=(outputs, features)) * magnitude / np.sqrt(features)
    weight[random.random(weight.shape) < draw(st.sampled_from([0.0, 0.5, 0.95]))] = 0.0
    return Circuit([Affine(weight, random.normal(size=outputs) * magnitude)])


@st.composite
def quadratic(draw: st.DrawFn, max_features: int = 40, max_hidden: int = 16, max_outputs: int = 5) -> Circuit:
    """Draw one hidden layer with a polynomial of degree 2, shared or one for each unit."""
    features, hidden = draw(st.integers(1, max_features)), draw(st.integers(1, max_hidden))
    outputs = draw(st.integers(1, max_outputs))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (hidden, 3) if draw(st.booleans()) else (3,)
    first = Affine(random.normal(size=(hidden, features)) / np.sqrt(features), random.normal(size=hidden) / 2)
    second = Affine(random.normal(size=(outputs, hidden)) / np.sqrt(hidden), random.normal(size=outputs))
    return Circuit([first, Polynomial(random.normal(size=shape) / 2), second])


def wide(features: int, outputs: int) -> Circuit:
    """Return a linear circuit with more weights than a polynomial has coefficients."""
    random = np.random.default_rng(7)
    return Circuit([Affine(random.normal(size=(outputs, features)) / np.sqrt(features), np.zeros(outputs))])


def constant(features: int, bias: list[float]) -> Circuit:
    """Return a circuit whose weights are all zero."""
    return Circuit([Affine(np.zeros((len(bias), features)), np.array(bias))])
