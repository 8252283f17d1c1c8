"""Operations that read and write at computed positions, on NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.errors import OutOfRangeError
from glassbrook.graph.node import Node


def _check(op: str, indices: Array, size: int) -> None:
    """Raise an `OutOfRangeError` that names the first index outside of [0, size)."""
    if indices.size == 0:
        return
    outside = (indices < 0) | (indices >= size)
    if outside.any():
        position = tuple(int(each) for each in np.argwhere(outside)[0])
        raise OutOfRangeError(
            f"{op}: indices{list(position)} = {indices[position]} is not in [0, {size}). "
            "Indices count from 0; -1 does not mean the last one here."
        )


def _batched(x: Array, indices: Array, batch_dims: int) -> tuple[Array, Array]:
    """Both sides with their batch axes flattened into one."""
    count = int(np.prod(x.shape[:batch_dims]))
    return (
        x.reshape(count, *x.shape[batch_dims:]),
        indices.reshape(count, *indices.shape[batch_dims:]),
    )


@evaluates("gather")
def _gather(node: Node, x: Array, indices: Array) -> Any:
    axis, batch_dims = node.attrs["axis"], node.attrs["batch_dims"]
    _check("gather", indices, x.shape[axis])
    if not batch_dims:
        return np.take(x, indices, axis)
    flat_x, flat_indices = _batched(x, indices, batch_dims)
    rows = [
        np.take(row, positions, axis - batch_dims)
        for row, positions in zip(flat_x, flat_indices, strict=True)
    ]
    return np.reshape(rows, node.shape)


@evaluates("scatter_add")
def _scatter_add(node: Node, indices: Array, updates: Array) -> Any:
    axis, batch_dims = node.attrs["axis"], node.attrs["batch_dims"]
    _check("scatter_add", indices, node.shape[axis])
    result = np.zeros(node.shape, updates.dtype)
    if not batch_dims:
        _add_rows(result, indices, updates, axis)
        return result
    flat_result, flat_indices = _batched(result, indices, batch_dims)
    flat_updates = updates.reshape(len(flat_result), *updates.shape[batch_dims:])
    for row, positions, update in zip(flat_result, flat_indices, flat_updates, strict=True):
        _add_rows(row, positions, update, axis - batch_dims)
    return flat_result.reshape(node.shape)


def _add_rows(result: Array, indices: Array, updates: Array, axis: int) -> None:
    """Add the slices of `updates` to `result` along `axis`, in place."""
    moved = np.moveaxis(updates, tuple(range(axis, axis + indices.ndim)), range(indices.ndim))
    target = np.moveaxis(result, axis, 0)
    np.add.at(target, indices.ravel(), moved.reshape(indices.size, *target.shape[1:]))


@evaluates("take_along")
def _take_along(node: Node, x: Array, indices: Array) -> Any:
    _check("take_along_axis", indices, x.shape[node.attrs["axis"]])
    return np.take_along_axis(x, indices.astype(np.intp), node.attrs["axis"])


@evaluates("put_along_add")
def _put_along_add(node: Node, indices: Array, updates: Array) -> Any:
    axis = node.attrs["axis"]
    _check("put_along_axis", indices, node.shape[axis])
    result = np.zeros(node.shape, updates.dtype)
    positions: list[Array] = list(np.indices(indices.shape, sparse=True))
    positions[axis] = indices.astype(np.intp)
    np.add.at(result, tuple(positions), updates)
    return result


def _nd_positions(indices: Array, shape: tuple[int, ...], op: str) -> tuple[Array, ...]:
    """The last axis of `indices` as one index array for each leading axis of `shape`."""
    for axis in range(indices.shape[-1]):
        _check(op, indices[..., axis], shape[axis])
    return tuple(np.moveaxis(indices, -1, 0))


@evaluates("gather_nd")
def _gather_nd(node: Node, x: Array, indices: Array) -> Any:
    return x[_nd_positions(indices, x.shape, "gather_nd")]


@evaluates("scatter_nd")
def _scatter_nd(node: Node, indices: Array, updates: Array) -> Any:
    result = np.zeros(node.shape, updates.dtype)
    np.add.at(result, _nd_positions(indices, node.shape, "scatter_nd"), updates)
    return result


@evaluates("one_hot")
def _one_hot(node: Node, indices: Array) -> Any:
    classes = np.arange(node.attrs["depth"], dtype=np.int64)
    return (indices[..., np.newaxis] == classes).astype(node.dtype.numpy)
