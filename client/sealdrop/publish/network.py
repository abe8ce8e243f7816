"""A network: affine maps and nonlinearities as the owner's model has them; activations are no polynomials yet."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sealdrop.publish.linear import Linear, block_diagonal, identity, merge
from sealdrop.publish.nonlinearities import Activation
from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.circuit import Affine, Array, Circuit, Polynomial

Layer = Linear | Polynomial | Activation


@dataclass(frozen=True)
class Network:
    """Layers that alternate between affine and not, affine first and last."""

    layers: tuple[Layer, ...]

    @property
    def features(self) -> int:
        """Width of a row."""
        return self.layers[0].features  # type: ignore[union-attr]  # the first layer is affine

    @property
    def outputs(self) -> int:
        """Number of scores for a row."""
        return self.layers[-1].outputs  # type: ignore[union-attr]  # and so is the last

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The layers that are no polynomials yet, in order."""
        return tuple(layer for layer in self.layers if isinstance(layer, Activation))

    def evaluate(self, X: Array) -> Array:
        """Map rows (rows, features) to scores (rows, outputs) with the activations as they are."""
        for layer in self.layers:
            X = layer(X)
        return X

    def circuit(self) -> Circuit:
        """Return the network as a circuit; it must have no activations left."""
        return Circuit([layer for layer in self.layers if not isinstance(layer, Activation)])


def affine(weight: Array, bias: Array) -> Network:
    """Return the network of one affine map."""
    return Network((Affine(np.asarray(weight, np.float64), np.asarray(bias, np.float64)),))


def chain(features: int, layers: Iterable[Layer]) -> Network:
    """Put layers in a row: neighbours that are both affine become one, missing affine maps are identities."""
    done: list[Layer] = []
    width = features
    for layer in layers:
        last = done[-1] if done else None
        if isinstance(layer, Linear):
            width = layer.outputs
            if isinstance(last, Linear):
                done.pop()
                layer = merge(last, layer)
        elif not isinstance(last, Linear):
            done.append(identity(width))
        done.append(layer)
    if not done or not isinstance(done[-1], Linear):
        done.append(identity(width))
    return Network(tuple(done))


def stack(networks: Iterable[Network]) -> Network:
    """Put networks of equal depth side by side, all reading the same features; their outputs follow one another."""
    parts = list(networks)
    layers: list[Layer] = []
    depth = max(len(part.layers) for part in parts)
    parts = [_deepened(part, depth) for part in parts]
    for side in zip(*(part.layers for part in parts), strict=True):
        linear = [layer for layer in side if isinstance(layer, Linear)]
        if linear:
            widths = [layer.outputs for layer in linear]
            layers.append(_beside(linear, shared=not layers))
        else:
            layers.append(_elementwise(side, widths))
    return Network(tuple(layers))


def _deepened(part: Network, depth: int) -> Network:
    """Return a network of so many layers that computes the same: units that change nothing follow."""
    unchanged = (Polynomial(np.array([0.0, 1.0])), identity(part.outputs))
    return Network(part.layers + unchanged * ((depth - len(part.layers)) // 2))


def _beside(side: list[Linear], *, shared: bool) -> Affine:
    weights = [layer.dense() for layer in side]
    weight = np.vstack(weights) if shared else block_diagonal(weights)
    return Affine(weight, np.concatenate([layer.bias for layer in side]))


def _elementwise(side: tuple[Layer, ...], widths: list[int]) -> Layer:
    if all(layer == side[0] for layer in side):
        return side[0]
    coefficients = [np.atleast_2d(layer.coefficients) for layer in side if isinstance(layer, Polynomial)]
    if len(coefficients) != len(side):
        raise _unequal()
    powers = max(rows.shape[1] for rows in coefficients)
    padded = [np.pad(rows, ((0, 0), (0, powers - rows.shape[1]))) for rows in coefficients]
    units = [np.broadcast_to(rows, (width, powers)) for rows, width in zip(padded, widths, strict=True)]
    return Polynomial(np.vstack(units))


def _unequal() -> UnsupportedModel:
    return UnsupportedModel(
        "parts that stand side by side differ in depth or activation, and sealdrop does not join such parts yet",
        remedy="Give every part the same layers and activation, or publish them one by one.",
    )
