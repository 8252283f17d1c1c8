"""Sets of values: each row along the last axis is one; computed now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import node_value
from glassbrook.ops.sparse import SparseTensor, as_sparse
from glassbrook.tensor import Tensor, as_node

__all__ = ["difference", "intersection", "size", "union"]

_Set = set[Any]


def _sets(value: Any) -> tuple[tuple[int, ...], list[_Set], dtypes.DType]:
    """The shape without the last axis, the sets in row-major order, and the dtype."""
    if isinstance(value, SparseTensor):
        outer = value.sizes[:-1]
        rows: list[_Set] = [set() for _ in range(int(np.prod(outer)))]
        values = node_value(as_node(value.values)).tolist()
        for place, item in zip(value.places, values):
            row = int(np.ravel_multi_index(tuple(place[:-1]), outer)) if outer else 0
            rows[row].add(item)
        return tuple(outer), rows, value.dtype
    node = as_node(value)
    if node.rank < 2:
        raise ShapeError(f"sets: expected rows along the last axis, got shape {list(node.shape)}.")
    table = node_value(node).reshape(-1, node.shape[-1])
    return node.shape[:-1], [set(row.tolist()) for row in table], node.dtype


def _combined(op: str, a: Any, b: Any, combine: Callable[[_Set, _Set], _Set]) -> SparseTensor:
    outer, left, dtype = _sets(a)
    other, right, _ = _sets(b)
    if outer != other:
        raise ShapeError(f"sets.{op}: rows of shapes {list(outer)} and {list(other)} do not match.")
    results = [sorted(combine(x, y)) for x, y in zip(left, right)]
    places, values = [], []
    for row, items in enumerate(results):
        position = np.unravel_index(row, outer)
        for column, item in enumerate(items):
            places.append([*(int(each) for each in position), column])
            values.append(item)
    longest = max(map(len, results), default=0)
    array = np.empty(len(values), dtype.numpy)
    array[:] = values
    table = np.asarray(places, np.int64).reshape(-1, len(outer) + 1)
    return SparseTensor(table, Tensor(build.data(array, dtype)), [*outer, longest])


def intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What each row of two tensors has in common.

    Example:
        >>> import glassbrook as tf
        >>> tf.sets.intersection([[1, 2, 3]], [[2, 3, 4]]).values.numpy()
        array([2, 3], dtype=int32)
    """
    return _combined("intersection", a, b, lambda x, y: x & y)


def union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in a row of one of two tensors.

    Example:
        >>> import glassbrook as tf
        >>> tf.sets.union([[1, 2]], [[2, 3]]).values.numpy()
        array([1, 2, 3], dtype=int32)
    """
    return _combined("union", a, b, lambda x, y: x | y)


def difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in a row of the first tensor only; of the second only, without `aminusb`.

    Example:
        >>> import glassbrook as tf
        >>> tf.sets.difference([[1, 2, 3]], [[2, 3, 4]]).values.numpy()
        array([1], dtype=int32)
    """
    return _combined("difference", a, b, lambda x, y: x - y if aminusb else y - x)


def size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different values each row of a sparse tensor has, as int32.

    Example:
        >>> import glassbrook as tf
        >>> tf.sets.size(tf.sparse.from_dense([[1, 1, 2], [3, 3, 3]])).numpy()
        array([2, 1], dtype=int32)
    """
    outer, rows, _ = _sets(as_sparse("size", a))
    counts = np.asarray([len(row) for row in rows], np.int32).reshape(outer)
    return Tensor(build.data(counts, dtypes.int32))
