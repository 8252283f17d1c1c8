"""Operations that move elements, on NumPy."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.graph.node import Node


@evaluates("reshape")
def _reshape(node: Node, x: Array) -> Any:
    return x.reshape(node.shape)


@evaluates("transpose")
def _transpose(node: Node, x: Array) -> Any:
    return np.transpose(x, node.attrs["permutation"])


@evaluates("broadcast_to")
def _broadcast_to(node: Node, x: Array) -> Any:
    return np.broadcast_to(x, node.shape)


@evaluates("concat")
def _concat(node: Node, *inputs: Array) -> Any:
    return np.concatenate(inputs, node.attrs["axis"])


@evaluates("pad")
def _pad(node: Node, x: Array) -> Any:
    result = np.full(node.shape, node.attrs["value"], x.dtype)
    result[
        tuple(
            builtins.slice(before, before + size)
            for size, (before, _) in zip(x.shape, node.attrs["paddings"], strict=True)
        )
    ] = x
    return result


def _window(
    begin: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[builtins.slice, ...]:
    """Python slices for begin, count and step; a negative step that reaches 0 ends at `None`."""
    windows = []
    for first, count, step in zip(begin, size, strides, strict=True):
        end: int | None = first + count * step
        if end is not None and end < 0:
            end = None
        windows.append(builtins.slice(first, end, step) if count else builtins.slice(0, 0))
    return tuple(windows)


@evaluates("slice")
def _slice(node: Node, x: Array) -> Any:
    return x[_window(node.attrs["begin"], node.attrs["size"], node.attrs["strides"])]


@evaluates("unslice")
def _unslice(node: Node, x: Array) -> Any:
    result = np.zeros(node.shape, x.dtype)
    result[_window(node.attrs["begin"], x.shape, node.attrs["strides"])] = x
    return result
