"""Rows that stand for all others: some of the calibration's, and some from the box of what a client may send."""

import numpy as np

from sealdrop_core.circuit import Array, Circuit

# calibration rows beyond these take longer than they tell
MOST_PRODUCTS = 1 << 26  # of a circuit's weights with rows
MOST_VALUES = 1 << 20  # of rows that the rounding of a map is tried on
LEAST_EVALUATED, LEAST_ROUNDED = 10, 128
GAIN_FACTOR = 1.5  # the largest gain of any row over the largest gain of the rows that are tried


def spaced(rows: Array, most: int) -> Array:
    """Return at most so many rows, evenly spaced."""
    return rows[:: -(-len(rows) // most)]


def for_circuit(rows: Array, circuit: Circuit) -> Array:
    """Return as many rows as the values of a circuit are looked for on."""
    weights = sum(affine.outputs * affine.features for affine in circuit.affines)
    return spaced(rows, max(MOST_PRODUCTS // weights, LEAST_EVALUATED))


def for_rounding(rows: Array, width: int) -> Array:
    """Return as many rows as the rounding of a map of so many features is tried on."""
    return spaced(rows, max(MOST_VALUES // width, LEAST_ROUNDED))


def box(features: int, leeway: float, count: int) -> Array:
    """Return rows from inside the box, and as many from its corners, one column of each as far outside as allowed."""
    random = np.random.default_rng(0)
    rows = random.uniform(-1, 1, size=(count, features))
    rows[::2] = np.sign(rows[::2])
    outside = random.integers(features, size=count)
    rows[np.arange(count), outside] = np.copysign(1 + leeway, rows[np.arange(count), outside])
    return rows
