"""Operations that fold, scan or order an axis, on NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.graph.node import Node


@evaluates("sum")
def _sum(node: Node, x: Array) -> Any:
    return np.sum(x, node.attrs["axes"], x.dtype, keepdims=node.attrs["keepdims"])


@evaluates("prod")
def _prod(node: Node, x: Array) -> Any:
    return np.prod(x, node.attrs["axes"], x.dtype, keepdims=node.attrs["keepdims"])


@evaluates("max")
def _max(node: Node, x: Array) -> Any:
    lowest = -np.inf if node.dtype.is_floating else node.dtype.min
    return np.max(x, node.attrs["axes"], keepdims=node.attrs["keepdims"], initial=lowest)


@evaluates("min")
def _min(node: Node, x: Array) -> Any:
    highest = np.inf if node.dtype.is_floating else node.dtype.max
    return np.min(x, node.attrs["axes"], keepdims=node.attrs["keepdims"], initial=highest)


@evaluates("any")
def _any(node: Node, x: Array) -> Any:
    return np.any(x, node.attrs["axes"], keepdims=node.attrs["keepdims"])


@evaluates("all")
def _all(node: Node, x: Array) -> Any:
    return np.all(x, node.attrs["axes"], keepdims=node.attrs["keepdims"])


@evaluates("argmax", "argmin")
def _position(node: Node, x: Array) -> Any:
    axis = node.attrs["axis"]
    search, worst = (np.argmax, -np.inf) if node.op == "argmax" else (np.argmin, np.inf)
    positions = search(x, axis)
    if x.dtype.kind != "f":
        return positions
    # NumPy stops at the first NaN; here NaN never wins, unless there is nothing else.
    found = np.take_along_axis(x, np.expand_dims(positions, axis), axis)
    return search(np.where(np.isnan(x), worst, x), axis) if np.isnan(found).any() else positions


@evaluates("cumsum", "cumprod")
def _scan(node: Node, x: Array) -> Any:
    axis = node.attrs["axis"]
    scan, neutral = (np.cumsum, 0) if node.op == "cumsum" else (np.cumprod, 1)
    source = np.flip(x, axis) if node.attrs["reverse"] else x
    if node.attrs["exclusive"] and x.shape[axis]:
        source = np.roll(source, 1, axis)
        source[(slice(None),) * axis + (0,)] = neutral
    result = scan(source, axis=axis, dtype=x.dtype)
    return np.flip(result, axis) if node.attrs["reverse"] else result


@evaluates("argsort")
def _argsort(node: Node, x: Array) -> Any:
    axis = node.attrs["axis"]
    if not node.attrs["descending"]:
        return np.argsort(x, axis, kind="stable")
    # Sort the mirror image and mirror the positions: equal elements then keep their order.
    mirrored = np.argsort(np.flip(x, axis), axis, kind="stable")
    return x.shape[axis] - 1 - np.flip(mirrored, axis)


@evaluates("softmax")
def _softmax(node: Node, x: Array) -> Any:
    # Shift by the row maximum: exp() of a large logit overflows float32.
    weights = np.exp(x - np.max(x, -1, keepdims=True, initial=-np.inf))
    return weights / np.sum(weights, -1, keepdims=True)


@evaluates("log_softmax")
def _log_softmax(node: Node, x: Array) -> Any:
    shifted = x - np.max(x, -1, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.sum(np.exp(shifted), -1, keepdims=True))
