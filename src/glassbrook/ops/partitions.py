"""Tensors taken apart by numbers and put together again, and positions that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import integer_argument, integers_argument, node_value
from glassbrook.ops.operands import as_nodes, beside
from glassbrook.ops.positions import tensor_scatter_nd_update
from glassbrook.ops.segments import unsorted_segment_max, unsorted_segment_min
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "bitcast",
    "dynamic_partition",
    "dynamic_stitch",
    "parallel_stack",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
    "unravel_index",
]


@operation
def dynamic_partition(
    data: Any, partitions: Any, num_partitions: Any, name: str | None = None
) -> list[Tensor]:
    """The rows of a tensor dealt out by number.

    Args:
        data: a tensor whose shape begins with that of `partitions`.
        partitions: for each row the number of its part; computed now.
        num_partitions: how many parts there are.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A list of tensors, one for each part.

    Raises:
        InvalidArgumentError: a number is negative, or not below `num_partitions`.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> low, high = tf.dynamic_partition([10, 20, 30], [0, 1, 0], 2)
        >>> low.numpy(), high.numpy()
        (array([10, 30], dtype=int32), array([20], dtype=int32))
    """
    op = "dynamic_partition"
    node = as_node(data)
    numbers = node_value(as_node(partitions))
    count = integer_argument(op, "num_partitions", num_partitions)
    if node.shape[: numbers.ndim] != numbers.shape:
        raise ShapeError(
            f"{op}: data of shape {list(node.shape)} must begin with the shape of partitions, "
            f"{list(numbers.shape)}."
        )
    if np.any((numbers < 0) | (numbers >= count)):
        raise InvalidArgumentError(
            f"{op}: partitions must lie in [0, {count}), got {numbers.tolist()}."
        )
    rows = build.reshape(node, (numbers.size, *node.shape[numbers.ndim :]))
    flat = numbers.ravel()
    return [
        Tensor(build.gather(rows, build.data(np.flatnonzero(flat == number), dtypes.int64)))
        for number in range(count)
    ]


@operation
def dynamic_stitch(indices: Sequence[Any], data: Sequence[Any], name: str | None = None) -> Tensor:
    """Rows of several tensors put at the given places of one; of equal places the last one counts.

    Args:
        indices: a list of tensors of places; computed now.
        data: as many tensors, each of a shape that begins with that of its places.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit together.
        InvalidArgumentError: a place is negative.

    Example:
        >>> import glassbrook as tf
        >>> tf.dynamic_stitch([[0, 2], [1]], [[10, 30], [20]]).numpy()
        array([10, 20, 30], dtype=int32)
    """
    op = "dynamic_stitch"
    places = [node_value(as_node(each)) for each in indices]
    nodes = as_nodes(op, list(data))
    if len(places) != len(nodes):
        raise ShapeError(f"{op}: {len(places)} tensors of places for {len(nodes)} of data.")
    rest = nodes[0].shape[places[0].ndim :]
    rows = []
    for place, node in zip(places, nodes):
        if node.shape != (*place.shape, *rest):
            raise ShapeError(
                f"{op}: data of shape {list(node.shape)} does not fit places of shape "
                f"{list(place.shape)} with rows of shape {list(rest)}."
            )
        rows.append(build.reshape(node, (place.size, *rest)))
    flat = np.concatenate([place.ravel() for place in places]).astype(np.int64)
    if np.any(flat < 0):
        raise InvalidArgumentError(f"{op}: places must be at least 0, got {flat.tolist()}.")
    size = int(flat.max(initial=-1)) + 1
    # A place that nobody names stays 0, which stands after all rows.
    source = np.full(size, len(flat))
    source[flat] = np.arange(len(flat))
    empty = build.zeros((1, *rest), nodes[0].dtype)
    return Tensor(build.gather(build.concat([*rows, empty], 0), build.data(source, dtypes.int64)))


@operation
def parallel_stack(values: Any, name: str | None = "parallel_stack") -> Tensor:
    """Tensors one after the other along a new first axis, as `tf.stack` gives them.

    Example:
        >>> import glassbrook as tf
        >>> tf.parallel_stack([[1, 2], [3, 4]]).shape
        TensorShape([2, 2])
    """
    nodes = as_nodes("parallel_stack", values)
    return Tensor(build.concat([build.expand_dims(each, 0) for each in nodes], 0))


@operation
def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """Places in a flattened tensor as places along its axes.

    Args:
        indices: integers; computed now.
        dims: the sizes of the axes.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor with one row for each axis.

    Raises:
        InvalidArgumentError: a place lies outside.

    Example:
        >>> import glassbrook as tf
        >>> tf.unravel_index([3, 5], [2, 3]).numpy()
        array([[1, 1],
               [0, 2]], dtype=int32)
    """
    node = as_node(indices)
    sizes = integers_argument("unravel_index", "dims", dims)
    places = node_value(node)
    count = int(np.prod(sizes))
    if np.any((places < 0) | (places >= count)):
        raise InvalidArgumentError(
            f"unravel_index: index is out of bound as with dims {list(sizes)}: {places.tolist()}."
        )
    found = np.stack([np.asarray(each) for each in np.unravel_index(places, sizes)])
    return Tensor(build.data(found.astype(node.dtype.numpy), node.dtype))


@operation
def bitcast(input: Any, type: Any, name: str | None = None) -> Tensor:
    """The bits of a tensor read as another dtype; computed now.

    Args:
        input: a tensor of numbers.
        type: the dtype; if it is smaller, there is a new last axis; if it is larger, the last axis
            goes into it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: one of the dtypes has no bits, as strings have none.
        ShapeError: the last axis does not fill an element of the larger dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.bitcast(1.0, tf.uint32).numpy()
        np.uint32(1065353216)
    """
    node, wanted = as_node(input), as_dtype(type)
    if dtypes.string in (node.dtype, wanted):
        raise DTypeError("bitcast: strings have no bits of their own.")
    array = np.array(node_value(node), order="C")
    ratio = wanted.size // node.dtype.size
    if wanted.size > node.dtype.size:
        if not node.shape or node.shape[-1] != ratio:
            raise ShapeError(
                f"bitcast: from {node.dtype.name} to {wanted.name}, the last axis must have size "
                f"{ratio}; the shape is {list(node.shape)}."
            )
        return Tensor(build.data(array.view(wanted.numpy)[..., 0].copy(), wanted))
    widened = array if wanted.size == node.dtype.size else array[..., None]
    return Tensor(build.data(widened.view(wanted.numpy).copy(), wanted))


@operation
def tensor_scatter_nd_max(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with the larger of its own value and the updates at some positions.

    Args:
        tensor: numbers.
        indices: integers of shape ``[…, depth]``, computed now: positions in the first axes.
        updates: values of shape ``indices.shape[:-1] + tensor.shape[depth:]``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside; found when the value is computed.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.tensor_scatter_nd_max([1, 5, 2], [[0], [1]], [3, 3]).numpy()
        array([3, 5, 2], dtype=int32)
    """
    x, places, best = _folded(tensor, indices, updates, unsorted_segment_max)
    merged = build.maximum(build.gather_nd(x, places), best)
    return tensor_scatter_nd_update(Tensor(x), Tensor(places), Tensor(merged))


@operation
def tensor_scatter_nd_min(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with the smaller of its own value and the updates at some positions.

    Args:
        tensor: numbers.
        indices: integers of shape ``[…, depth]``, computed now: positions in the first axes.
        updates: values of shape ``indices.shape[:-1] + tensor.shape[depth:]``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: a position lies outside; found when the value is computed.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.tensor_scatter_nd_min([1, 5, 2], [[0], [1]], [3, 3]).numpy()
        array([1, 3, 2], dtype=int32)
    """
    x, places, best = _folded(tensor, indices, updates, unsorted_segment_min)
    merged = build.minimum(build.gather_nd(x, places), best)
    return tensor_scatter_nd_update(Tensor(x), Tensor(places), Tensor(merged))


def _folded(tensor: Any, indices: Any, updates: Any, fold: Any) -> tuple[Node, Node, Node]:
    """The tensor, each position once, and the updates of each position folded to one."""
    x = as_node(tensor)
    values, positions = beside(updates, x.dtype), as_node(indices)
    # Raises an error if the shapes do not fit.
    build.scatter_nd(positions, values, x.shape)
    array: Array = node_value(positions).reshape(-1, positions.shape[-1])
    unique, groups = np.unique(array, axis=0, return_inverse=True)
    rows = build.reshape(values, (len(array), *x.shape[array.shape[1] :]))
    best = fold(Tensor(rows), Tensor(build.data(groups.ravel())), len(unique))
    return x, build.data(unique, positions.dtype), as_node(best)
