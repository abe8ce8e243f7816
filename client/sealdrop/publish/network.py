"""A network: affine maps and nonlinearities as the owner's model has them, before activations become polynomials."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from sealdrop.publish.refusal import UnsupportedModel
from sealdrop_core.circuit import MAX_WEIGHTS, Affine, Array, Circuit, Polynomial, SparseAffine

SPARSE_BELOW = 0.25  # share of non-zero weights


@dataclass(frozen=True)
class Activation:
    """An elementwise function with a name; `activations.fit` replaces it by a polynomial."""

    name: str
    function: Callable[[Array], Array]

    def __call__(self, X: Array) -> Array:
        """Apply to every element."""
        return self.function(X)


Linear = Affine | SparseAffine
Layer = Linear | Polynomial | Activation

_ERF = np.frompyfunc(math.erf, 1, 1)


def _sigmoid(t: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(t / 2)))


ACTIVATIONS: Mapping[str, Activation] = {
    name: Activation(name, function)
    for name, function in {
        "relu": lambda t: np.maximum(t, 0),
        "logistic": _sigmoid,
        "tanh": np.tanh,
        "softplus": lambda t: np.logaddexp(0, t),
        "silu": lambda t: t * _sigmoid(t),
        "gelu": lambda t: 0.5 * t * (1 + _ERF(t / math.sqrt(2)).astype(np.float64)),
        "gelu_tanh": lambda t: 0.5 * t * (1 + np.tanh(math.sqrt(2 / math.pi) * (t + 0.044715 * t**3))),
        "erf": lambda t: _ERF(t).astype(np.float64),
    }.items()
}


def leaky_relu(slope: float) -> Activation:
    """Return max(t, slope * t) as an activation."""
    return Activation(f"leaky_relu({slope:g})", lambda t: np.where(t > 0, t, slope * t))


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


def identity(width: int) -> Affine:
    """Return the map that changes nothing."""
    return Affine(np.eye(width), np.zeros(width))


def chain(features: int, layers: Iterable[Layer]) -> Network:
    """Put layers one after the other: neighbours that are both affine become one, missing affine maps are identities."""
    done: list[Layer] = []
    width = features
    for layer in layers:
        linear = isinstance(layer, Linear)
        if linear and done and isinstance(done[-1], Linear):
            done[-1] = merge(done[-1], layer)
        elif not linear and not (done and isinstance(done[-1], Linear)):
            done += [identity(width), layer]
        else:
            done.append(layer)
        width = layer.outputs if linear else width
    if not done or not isinstance(done[-1], Linear):
        done.append(identity(width))
    return Network(tuple(done))


def merge(first: Linear, then: Linear) -> Linear:
    """Return the affine map x -> then(first(x)), sparse if few weights remain."""
    if max(first.outputs, then.outputs) * first.features > MAX_WEIGHTS:
        raise UnsupportedModel(
            f"two neighbouring layers join {first.features} features to {then.outputs} values",
            code="model_too_large",
            remedy="Reduce the input's resolution or the layer's width.",
        )
    weight = then.dense() @ first.dense()
    return sparsest(Affine(weight, then(first.bias[np.newaxis])[0]))


def sparsest(layer: Affine) -> Linear:
    """Keep only the non-zero weights of a map that has few of them."""
    rows, columns = np.nonzero(layer.weight)
    if not rows.size or rows.size > SPARSE_BELOW * layer.weight.size or layer.weight.size < 1 << 14:
        return layer
    return SparseAffine(layer.features, rows, columns, layer.weight[rows, columns], layer.bias)


def stack(networks: Iterable[Network]) -> Network:
    """Put networks of equal depth side by side, all reading the same features; their outputs follow one another."""
    layers: list[Layer] = []
    for index, side in enumerate(zip(*(network.layers for network in networks), strict=True)):
        layers.append(_beside(side, shared=index == 0))
    return Network(tuple(layers))


def _beside(side: tuple[Layer, ...], *, shared: bool) -> Layer:
    linear = [layer for layer in side if isinstance(layer, Linear)]
    if linear:
        weights = [layer.dense() for layer in linear]
        weight = np.vstack(weights) if shared else block_diagonal(weights)
        return Affine(weight, np.concatenate([layer.bias for layer in linear]))
    first = side[0]
    same = all(layer == first or _same_polynomial(layer, first) for layer in side)
    if not same:
        raise UnsupportedModel(
            "the parts of the ensemble have different nonlinearities",
            remedy="Fit every part with the same activation or kernel.",
        )
    return first


def _same_polynomial(one: Layer, other: Layer) -> bool:
    return (
        isinstance(one, Polynomial)
        and isinstance(other, Polynomial)
        and one.coefficients.ndim == 1
        and np.array_equal(one.coefficients, other.coefficients)
    )


def block_diagonal(blocks: list[Array]) -> Array:
    """Return the matrix with these blocks on its diagonal."""
    out = np.zeros((sum(block.shape[0] for block in blocks), sum(block.shape[1] for block in blocks)))
    row = column = 0
    for block in blocks:
        out[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return out
