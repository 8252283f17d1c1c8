"""`x[...]`: integers, slices, `...`, `tf.newaxis`, scalar tensors, and a boolean mask."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.realize import realize
from glassbrook.errors import DTypeError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, leaf
from glassbrook.tensor.convert import has_node

__all__ = ["index", "mask_positions"]


def index(x: Node, key: Any) -> Node:
    """The node of ``x[key]``.

    Raises:
        OutOfRangeError: an integer points outside of its axis, or there are too many indices.
        DTypeError: an index is of a kind that tensors do not take.
    """
    if _is_mask(key):
        return _masked(x, key)
    if isinstance(key, list):
        key = tuple(key)
    keys = _expand_ellipsis(key if isinstance(key, tuple) else (key,), x.rank)
    begin: list[int] = []
    size: list[int] = []
    strides: list[int] = []
    shape: list[int] = []
    for each in keys:
        if each is None:
            shape.append(1)
            continue
        axis = len(begin)
        length = x.shape[axis]
        if isinstance(each, slice):
            start, stop, step = _slice_bounds(each, length)
            count = len(range(start, stop, step))
            shape.append(count)
        else:
            start, step, count = _position(each, axis, length), 1, 1
        begin.append(start)
        size.append(count)
        strides.append(step)
    taken = x
    if tuple(size) != x.shape or any(step != 1 for step in strides):
        taken = build.slice(x, tuple(begin), tuple(size), tuple(strides))
    return build.reshape(taken, shape)


def mask_positions(mask: Node) -> Node:
    """The positions (int64, one row each) at which a mask holds; the mask is computed for it."""
    realize([mask])
    assert mask.value is not None
    positions = np.argwhere(mask.value)
    return leaf(np.ascontiguousarray(positions, np.int64), dtypes.int64)


def _is_mask(key: Any) -> bool:
    if has_node(key):
        return bool(key.dtype.is_bool and len(key.shape))
    return isinstance(key, np.ndarray) and key.dtype == np.bool_ and key.ndim > 0


def _masked(x: Node, key: Any) -> Node:
    mask = key.used_node() if has_node(key) else build.data(np.array(key))
    if mask.shape != x.shape[: mask.rank]:
        raise ShapeError(
            f"A mask of shape {list(mask.shape)} does not fit the first axes of a tensor of shape "
            f"{list(x.shape)}."
        )
    return build.gather_nd(x, mask_positions(mask))


def _expand_ellipsis(keys: tuple[Any, ...], rank: int) -> list[Any]:
    """`...`, or the end if there is none, replaced by full slices for the axes left over."""
    used = sum(1 for each in keys if each is not None and not isinstance(each, EllipsisType))
    if used > rank:
        raise OutOfRangeError(
            f"Index out of range: {used} indices for a tensor of rank {rank}, which has "
            f"{rank} axes to index."
        )
    full = [slice(None)] * (rank - used)
    expanded: list[Any] = []
    seen = False
    for each in keys:
        if isinstance(each, EllipsisType):
            if seen:
                raise DTypeError("An index may hold only one ellipsis (...).")
            seen = True
            expanded.extend(full)
        else:
            expanded.append(each)
    return expanded if seen else expanded + full


def _slice_bounds(key: slice, length: int) -> tuple[int, int, int]:
    start, stop, step = (
        None if each is None else _integer(each) for each in (key.start, key.stop, key.step)
    )
    if step == 0:
        raise OutOfRangeError("A slice needs a step other than 0.")
    return slice(start, stop, step).indices(length)


def _position(key: Any, axis: int, length: int) -> int:
    position = _integer(key)
    if not -length <= position < length:
        raise OutOfRangeError(
            f"slice index {position} of dimension {axis} out of bounds: expected a value in "
            f"[{-length}, {length})."
        )
    return position + length if position < 0 else position


def _integer(key: Any) -> int:
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    if isinstance(key, np.integer) or (
        (has_node(key) or isinstance(key, np.ndarray))
        and len(key.shape) == 0
        and dtypes.as_dtype(key.dtype).is_integer
    ):
        return int(key)
    raise DTypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
        f"tf.int32/tf.int64 tensors are valid indices, got {key!r}. "
        "tf.gather(x, positions) takes a list of positions, x[mask] a boolean mask."
    )
