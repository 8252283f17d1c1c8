"""Sliding windows on NumPy: a view where they are taken, strided sums where they are added up."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.graph.node import Node

Sizes = tuple[int, ...]


@evaluates("patches")
def _patches(node: Node, x: Array) -> Any:
    """A view of all windows; nothing is copied."""
    strides, dilations = node.attrs["strides"], node.attrs["dilations"]
    if not node.size:
        return np.zeros(node.shape, x.dtype)
    first, *spatial, last = x.strides
    between = [step * size for step, size in zip(strides, spatial, strict=True)]
    within = [step * size for step, size in zip(dilations, spatial, strict=True)]
    return as_strided(x, node.shape, (first, *between, *within, last), writeable=False)


def _elements(node: Node, x: Array) -> Iterator[Array]:
    """Views of all windows' first element, of their second, and so on."""
    strides, dilations = node.attrs["strides"], node.attrs["dilations"]
    for place in itertools.product(*map(range, node.attrs["window"])):
        yield x[(slice(None), *_lattice(place, node.shape[1:-1], strides, dilations))]


def _lattice(place: Sizes, outputs: Sizes, strides: Sizes, dilations: Sizes) -> tuple[slice, ...]:
    """Where one element of each window is."""
    return tuple(
        slice(step * at, step * at + (size - 1) * stride + 1, stride) if size else slice(0)
        for at, step, size, stride in zip(place, dilations, outputs, strides, strict=True)
    )


@evaluates("max_patches")
def _max_patches(node: Node, x: Array) -> Any:
    first, *others = _elements(node, x)
    result = first.copy()
    for each in others:
        np.maximum(result, each, out=result)
    return result


@evaluates("argmax_patches")
def _argmax_patches(node: Node, x: Array) -> Any:
    first, *others = _elements(node, x)
    best = first.copy()
    result = np.zeros(node.shape, np.int32)
    for number, each in enumerate(others, 1):
        better = each > best
        result[better] = number
        np.copyto(best, each, where=better)
    return result


@evaluates("unpatches")
def _unpatches(node: Node, x: Array) -> Any:
    strides, dilations = node.attrs["strides"], node.attrs["dilations"]
    count = len(strides)
    outputs, window = x.shape[1 : 1 + count], x.shape[1 + count : -1]
    result = np.zeros(node.shape, x.dtype)
    for place in itertools.product(*map(range, window)):
        target = _lattice(place, outputs, strides, dilations)
        result[(slice(None), *target)] += x[(slice(None),) * (1 + count) + place]
    return result
