"""Convolutions and pooling as sparse affine maps: where each window stands is computed once, on positions."""

import math
from dataclasses import dataclass
from itertools import product
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sealdrop.publish.linear import Linear, sparse
from sealdrop.publish.onnx.graph import Node
from sealdrop_core.circuit import MAX_WEIGHTS, Array


@dataclass(frozen=True)
class Window:
    """A kernel's places over an input of shape (channels, *sizes); `out` is how many there are in each dimension."""

    channels: int
    sizes: tuple[int, ...]
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, node: Node, shape: tuple[int, ...], kernel: tuple[int, ...]) -> Self:
        """Read a node's attributes."""
        channels, *sizes = shape
        if len(sizes) != len(kernel):
            raise node.refuse(f"a kernel of {len(kernel)} dimensions over {len(sizes)}")
        strides = tuple(node.get("strides", [1] * len(kernel)))
        dilations = tuple(node.get("dilations", [1] * len(kernel)))
        auto = node.get("auto_pad", b"NOTSET").decode()
        pads = _same(auto, sizes, kernel, strides, dilations) if auto.startswith("SAME") else None
        if pads is None:
            given = node.get("pads", [0] * 2 * len(kernel)) if auto == "NOTSET" else [0] * 2 * len(kernel)
            pads = tuple(zip(given[: len(kernel)], given[len(kernel) :], strict=True))
        return cls(channels, tuple(sizes), tuple(kernel), strides, dilations, pads)

    @property
    def out(self) -> tuple[int, ...]:
        """Places in each dimension."""
        return tuple(
            (size + sum(pad) - dilation * (width - 1) - 1) // stride + 1
            for size, pad, dilation, width, stride in zip(
                self.sizes, self.pads, self.dilations, self.kernel, self.strides, strict=True
            )
        )

    def positions(self) -> NDArray[np.int64]:
        """Return which input each tap of each place reads, -1 for padding, shape (channels, taps, places)."""
        own = np.arange(self.channels * math.prod(self.sizes)).reshape(self.channels, *self.sizes)
        padded = np.pad(own, [(0, 0), *self.pads], constant_values=-1)
        taps = []
        for offsets in product(*map(range, self.kernel)):
            spans = [
                slice(offset * dilation, offset * dilation + (places - 1) * stride + 1, stride)
                for offset, dilation, places, stride in zip(
                    offsets, self.dilations, self.out, self.strides, strict=True
                )
            ]
            taps.append(padded[(slice(None), *spans)].reshape(self.channels, -1))
        return np.stack(taps, axis=1)


def _same(
    auto: str, sizes: list[int], kernel: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Return the padding that makes as many places as strides fit into the input."""
    pads = []
    for size, width, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
        total = max(0, (-(-size // stride) - 1) * stride + dilation * (width - 1) + 1 - size)
        less, more = total // 2, total - total // 2
        pads.append((less, more) if auto == "SAME_UPPER" else (more, less))
    return tuple(pads)


def convolution(weight: Array, bias: Array, window: Window, groups: int) -> Linear:
    """Return the map of a kernel of shape (outputs, channels / groups, *kernel)."""
    at = window.positions()
    outputs, depth = weight.shape[:2]
    if depth * groups != window.channels or outputs % groups:
        raise ValueError(f"a kernel of {depth} channels in {groups} groups over {window.channels} channels")
    places = at.shape[2]
    if outputs * depth * at.shape[1] * places > MAX_WEIGHTS:
        raise ValueError("the kernel is too large, and stands at too many places")
    group = np.arange(outputs) // (outputs // groups)
    channel = group[:, np.newaxis] * depth + np.arange(depth)
    columns = at[channel]  # (outputs, depth, taps, places)
    rows = np.broadcast_to(np.arange(outputs * places).reshape(outputs, 1, 1, places), columns.shape)
    values = np.broadcast_to(weight.reshape(outputs, depth, -1, 1), columns.shape)
    return _sparse(window, rows, columns, values, np.repeat(bias, places))


def pooling(window: Window, count_padding: bool) -> Linear:
    """Return the map of each window's mean."""
    at = window.positions()
    channels, taps, places = at.shape
    counted = np.full((channels, 1, places), taps) if count_padding else (at >= 0).sum(axis=1, keepdims=True)
    rows = np.broadcast_to(np.arange(channels * places).reshape(channels, 1, places), at.shape)
    values = np.broadcast_to(1 / counted, at.shape)
    return _sparse(window, rows, at, values, np.zeros(channels * places))


def _sparse(window: Window, rows: NDArray[np.int64], columns: NDArray[np.int64], values: Array, bias: Array) -> Linear:
    used = (columns >= 0) & (values != 0)
    features = window.channels * math.prod(window.sizes)
    return sparse(features, rows[used], columns[used], values[used], bias)
