"""Reading and writing at positions that are computed: gather, scatter, masks, search.

Positions are integers and have no gradient; the values that are read or written have one.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.shapes import element_count, normalize_axis
from glassbrook.ops.arguments import integer_argument, node_value, shape_argument
from glassbrook.ops.operands import beside
from glassbrook.tensor import Tensor, as_node, as_nodes_alike
from glassbrook.tensor.indexing import mask_positions
from glassbrook.tensor.symbolic import operation

__all__ = [
    "boolean_mask",
    "gather",
    "gather_nd",
    "scatter_nd",
    "searchsorted",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
]


@operation
def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Tensor:
    """Slices at the given positions along an axis.

    With ``axis=0``: ``result[i, j, …] = params[indices[i, j], …]``. The shape of the result is
    ``params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:]``.

    Args:
        params: a tensor of rank 1 or more.
        indices: positions, integers from 0; negative ones are errors.
        validate_indices: accepted for TensorFlow's sake, without effect.
        axis: the axis to read along; `batch_dims` by default.
        batch_dims: how many leading axes `params` and `indices` share, in step.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside of the axis; found when the value is computed.
        ShapeError: the shared axes differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.gather([[1, 2], [3, 4], [5, 6]], [2, 0]).numpy()
        array([[5, 6],
               [1, 2]], dtype=int32)
        >>> tf.gather([[1, 2], [3, 4]], [1, 0], axis=1, batch_dims=1).numpy()
        array([2, 3], dtype=int32)
    """
    x = as_node(params)
    positions = as_node(indices)
    shared = batch_dims + positions.rank if batch_dims < 0 else batch_dims
    place = shared if axis is None else integer_argument("gather", "axis", axis)
    return Tensor(build.gather(x, positions, normalize_axis("gather", place, x.rank), shared))


@operation
def gather_nd(
    params: Any,
    indices: Any,
    batch_dims: int = 0,
    name: str | None = None,
    bad_indices_policy: str = "",
) -> Tensor:
    """Elements or slices at positions in several axes at once.

    ``result[i, …] = params[tuple(indices[i]), …]``: the last axis of `indices` holds one position
    for each of the leading axes of `params`.

    Args:
        params: a tensor.
        indices: integers of shape ``[…, depth]``.
        batch_dims: how many leading axes both share, in step.
        name: accepted for TensorFlow's sake, without effect.
        bad_indices_policy: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside; found when the value is computed.
        ShapeError: `indices` holds more positions than `params` has axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.gather_nd([["a", "b"], ["c", "d"]], [[0, 0], [1, 1]]).numpy()
        array([b'a', b'd'], dtype=object)
    """
    x = as_node(params)
    positions = as_node(indices)
    shared = integer_argument("gather_nd", "batch_dims", batch_dims)
    if not shared:
        return Tensor(build.gather_nd(x, positions))
    batch = positions.shape[:shared]
    if not 0 <= shared < positions.rank or x.shape[:shared] != batch:
        raise ShapeError(
            f"gather_nd: batch_dims {shared} does not fit a tensor of shape {list(x.shape)} and "
            f"indices of shape {list(positions.shape)}: these axes must agree."
        )
    grid = [
        build.broadcast_to(_along(axis, size, positions), (*positions.shape[:-1], 1))
        for axis, size in enumerate(batch)
    ]
    return Tensor(build.gather_nd(x, build.concat([*grid, positions], positions.rank - 1)))


def _along(axis: int, size: int, like: Node) -> Node:
    """The positions along one axis, in a shape that stretches to that of `like`."""
    shape = [1] * like.rank
    shape[axis] = size
    return build.reshape(build.iota(size, like.dtype), shape)


@operation
def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Values written into a tensor of zeros; what meets at one place adds up.

    Args:
        indices: integers of shape ``[…, depth]``: positions in the first `depth` axes.
        updates: numbers of shape ``indices.shape[:-1] + shape[depth:]``.
        shape: the shape of the result.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside; found when the value is computed.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.scatter_nd([[4], [3], [1], [4]], [9, 10, 11, 12], [6]).numpy()
        array([ 0, 11,  0, 10, 21,  0], dtype=int32)
    """
    sizes = shape_argument("scatter_nd", shape)
    return Tensor(build.scatter_nd(as_node(indices), as_node(updates), sizes))


@operation
def tensor_scatter_nd_add(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with values added at some positions.

    Args:
        tensor: a tensor of numbers.
        indices: integers of shape ``[…, depth]``: positions in the first `depth` axes.
        updates: numbers of shape ``indices.shape[:-1] + tensor.shape[depth:]``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside; found when the value is computed.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.tensor_scatter_nd_add([1, 1, 1], [[0], [2], [0]], [1, 2, 3]).numpy()
        array([5, 1, 3], dtype=int32)
    """
    x, values = _target_and_updates(tensor, updates)
    return Tensor(build.add(x, build.scatter_nd(as_node(indices), values, x.shape)))


@operation
def tensor_scatter_nd_sub(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with values subtracted at some positions.

    Args:
        tensor: a tensor of numbers.
        indices: integers of shape ``[…, depth]``: positions in the first `depth` axes.
        updates: numbers of shape ``indices.shape[:-1] + tensor.shape[depth:]``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside; found when the value is computed.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.tensor_scatter_nd_sub([1, 1, 1], [[0], [2]], [1, 2]).numpy()
        array([ 0,  1, -1], dtype=int32)
    """
    x, values = _target_and_updates(tensor, updates)
    return Tensor(build.sub(x, build.scatter_nd(as_node(indices), values, x.shape)))


@operation
def tensor_scatter_nd_update(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with other values at some positions; the last one written stays.

    Args:
        tensor: a tensor of numbers or truth values.
        indices: integers of shape ``[…, depth]``: positions in the first `depth` axes.
        updates: values of shape ``indices.shape[:-1] + tensor.shape[depth:]``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside; found when the value is computed.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.tensor_scatter_nd_update([1, 2, 3], [[2], [0]], [9, 8]).numpy()
        array([8, 2, 9], dtype=int32)
    """
    x, values = _target_and_updates(tensor, updates)
    positions = as_node(indices)
    # Checked here, so that the message speaks of what the user gave.
    build.scatter_nd(positions, values, x.shape)
    depth = positions.shape[-1]
    count = element_count(positions.shape[:-1])
    rows = build.reshape(positions, (count, depth))
    rows, values = _last_of_each(rows, build.reshape(values, (count, *x.shape[depth:])), x.shape)
    written = build.scatter_nd(rows, build.ones((count,), dtypes.int32), x.shape[:depth])
    is_new = build.greater(written, build.zeros((), dtypes.int32))
    is_new = build.reshape(is_new, (*x.shape[:depth], *(1,) * (x.rank - depth)))
    return Tensor(build.select(is_new, build.scatter_nd(rows, values, x.shape), x))


def _target_and_updates(tensor: Any, updates: Any) -> tuple[Node, Node]:
    x = as_node(tensor)
    return x, beside(updates, x.dtype)


def _last_of_each(rows: Node, values: Node, shape: Shape) -> tuple[Node, Node]:
    """Both in an order that brings equal rows together, all but the last value of them zero."""
    count, depth = rows.shape
    if count < 2:
        return rows, values
    # The place in row-major order names a row by one number.
    weights = np.array([element_count(shape[axis + 1 : depth]) for axis in range(depth)], np.int64)
    places = build.sum(build.mul(build.cast(rows, dtypes.int64), build.data(weights)), axes=(1,))
    order = build.argsort(places, 0)
    places = build.gather(places, order)
    follows = build.not_equal(
        build.slice(places, (1,), (count - 1,)), build.slice(places, (0,), (count - 1,))
    )
    is_last = build.concat([follows, build.data(np.array([True]))], 0)
    is_last = build.reshape(is_last, (count, *(1,) * (values.rank - 1)))
    kept = build.select(is_last, build.gather(values, order), build.zeros((), values.dtype))
    return build.gather(rows, order), kept


@operation
def boolean_mask(
    tensor: Any, mask: Any, axis: Any = None, name: str | None = "boolean_mask"
) -> Tensor:
    """The elements or slices at which a mask holds; the mask is computed for it.

    Args:
        tensor: a tensor of rank 1 or more.
        mask: truth values of rank K, whose shape is that of axes `axis` to ``axis + K - 1``.
        axis: the first axis that the mask covers; 0 by default.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor in which one axis stands for the K that the mask covers.

    Raises:
        ShapeError: the mask has another shape.
        InvalidArgumentError: the mask is a scalar, or no truth values.

    Example:
        >>> import glassbrook as tf
        >>> tf.boolean_mask([[1, 2], [3, 4], [5, 6]], [True, False, True]).numpy()
        array([[1, 2],
               [5, 6]], dtype=int32)
    """
    x = as_node(tensor)
    condition = as_node(mask)
    if not condition.dtype.is_bool or not condition.rank:
        raise InvalidArgumentError(
            f"boolean_mask: expected a mask of truth values of rank 1 or more, got dtype "
            f"{condition.dtype.name} and shape {list(condition.shape)}."
        )
    place = 0 if axis is None else integer_argument("boolean_mask", "axis", axis)
    place = normalize_axis("boolean_mask", place, x.rank)
    end = place + condition.rank
    if x.shape[place:end] != condition.shape:
        raise ShapeError(
            f"boolean_mask: a mask of shape {list(condition.shape)} does not fit axes {place} to "
            f"{end - 1} of a tensor of shape {list(x.shape)}."
        )
    flat = build.reshape(x, (*x.shape[:place], condition.size, *x.shape[end:]))
    positions = mask_positions(build.reshape(condition, (condition.size,)))
    return Tensor(build.gather(flat, build.reshape(positions, (positions.size,)), place))


@operation
def searchsorted(
    sorted_sequence: Any,
    values: Any,
    side: str = "left",
    out_type: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """Where values would have to be inserted for a sequence to stay in ascending order.

    Both arguments are computed for it.

    Args:
        sorted_sequence: ascending numbers along the last axis.
        values: numbers; all axes but the last are those of `sorted_sequence`.
        side: ``"left"`` gives the first such position, ``"right"`` the last.
        out_type: the dtype of the result: int32 or int64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the leading axes differ.
        InvalidArgumentError: there is no such side.

    Source:
        Binary search: Knuth, The Art of Computer Programming, volume 3, section 6.2.1.

    Example:
        >>> import glassbrook as tf
        >>> tf.searchsorted([1, 3, 5], [0, 3, 9]).numpy()
        array([0, 1, 3], dtype=int32)
    """
    x, y = as_nodes_alike(sorted_sequence, values)
    dtype: DType = as_dtype(out_type)
    if side not in ("left", "right"):
        raise InvalidArgumentError(f'searchsorted: side must be "left" or "right", not {side!r}.')
    if not x.rank or x.shape[:-1] != y.shape[:-1] or x.rank != y.rank:
        raise ShapeError(
            f"searchsorted: sequences of shape {list(x.shape)} and values of shape "
            f"{list(y.shape)} must agree on every axis but the last."
        )
    sequences = node_value(x).reshape(-1, x.shape[-1])
    wanted = node_value(y).reshape(-1, y.shape[-1])
    end: Literal["left", "right"] = "left" if side == "left" else "right"
    found = [np.searchsorted(row, each, end) for row, each in zip(sequences, wanted)]
    return Tensor(build.data(np.reshape(np.array(found, dtype.numpy), y.shape), dtype))
