"""Tensors made from nothing but a shape and a rule: zeros, ranges, identity matrices, codes."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import (
    TensorLike,
    axis_argument,
    integer_argument,
    node_value,
    require,
    shape_argument,
)
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "eye",
    "fill",
    "linspace",
    "meshgrid",
    "one_hot",
    "ones",
    "ones_like",
    "range",
    "sequence_mask",
    "zeros",
    "zeros_like",
]


@operation
def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of zeros: 0, `False` or the empty string.

    Args:
        shape: the sizes of the axes: a list, tuple, `TensorShape`, integer or integer tensor.
        dtype: the element type; any.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a size is negative or not known.
        DTypeError: a size is not an integer.

    Example:
        >>> import glassbrook as tf
        >>> tf.zeros([2, 3])
        <tf.Tensor: shape=(2, 3), dtype=float32, numpy=
        array([[0., 0., 0.],
               [0., 0., 0.]], dtype=float32)>
    """
    return Tensor(_zeros(shape_argument("zeros", shape), as_dtype(dtype)))


def _zeros(sizes: tuple[int, ...], dtype: DType) -> Node:
    if dtype is dtypes.string:
        return build.broadcast_to(as_node(b""), sizes)
    return build.constant(0, dtype, sizes)


@operation
def zeros_like(input: TensorLike, dtype: Any = None, name: str | None = None) -> Tensor:
    """Zeros of the shape of a tensor, and of its dtype unless another is asked for.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.zeros_like([[1, 2]]))
        tf.Tensor([[0 0]], shape=(1, 2), dtype=int32)
    """
    node = as_node(input)
    return Tensor(_zeros(node.shape, node.dtype if dtype is None else as_dtype(dtype)))


@operation
def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of ones: 1 or `True`.

    Args:
        shape: the sizes of the axes, as for `tf.zeros`.
        dtype: the element type; any but strings.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a size is negative or not known.
        DTypeError: a size is not an integer, or strings were asked for.

    Example:
        >>> import glassbrook as tf
        >>> tf.ones((2,), tf.int64)
        <tf.Tensor: shape=(2,), dtype=int64, numpy=array([1, 1])>
    """
    return Tensor(_ones("ones", shape_argument("ones", shape), as_dtype(dtype)))


def _ones(op: str, sizes: tuple[int, ...], dtype: DType) -> Node:
    if dtype is dtypes.string:
        raise DTypeError(f"{op}: there is no string that stands for 1. Use tf.fill(shape, text).")
    return build.constant(1, dtype, sizes)


@operation
def ones_like(input: TensorLike, dtype: Any = None, name: str | None = None) -> Tensor:
    """Ones of the shape of a tensor, and of its dtype unless another is asked for.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.ones_like([True, False]))
        tf.Tensor([ True  True], shape=(2,), dtype=bool)
    """
    node = as_node(input)
    return Tensor(_ones("ones_like", node.shape, node.dtype if dtype is None else as_dtype(dtype)))


@operation
def fill(dims: Any, value: TensorLike, name: str | None = None) -> Tensor:
    """A tensor that has one value everywhere; gradients flow back to the value.

    Args:
        dims: the sizes of the axes, as for `tf.zeros`.
        value: a single value; its dtype is the result's.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there is more than one value.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.fill([2, 2], 9))
        tf.Tensor(
        [[9 9]
         [9 9]], shape=(2, 2), dtype=int32)
    """
    node = as_node(value)
    if node.size != 1:
        raise ShapeError(
            f"fill: the value has to be a single one, got shape {list(node.shape)}. "
            "tf.broadcast_to(value, dims) repeats a whole tensor."
        )
    sizes = shape_argument("fill", dims)
    # Its own node: leaves of Python numbers are shared, and tapes tell tensors apart.
    return Tensor(build.distinct(build.broadcast_to(build.reshape(node, ()), sizes)))


@operation
def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """The identity matrix, or a batch of them.

    Args:
        num_rows: number of rows.
        num_columns: number of columns; as many as rows by default.
        batch_shape: sizes of further axes in front.
        dtype: the element type; any but strings.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a size is negative.

    Example:
        >>> import glassbrook as tf
        >>> tf.eye(2, 3)
        <tf.Tensor: shape=(2, 3), dtype=float32, numpy=
        array([[1., 0., 0.],
               [0., 1., 0.]], dtype=float32)>
    """
    (rows,) = shape_argument("eye", num_rows)
    (columns,) = (rows,) if num_columns is None else shape_argument("eye", num_columns)
    matrix = build.one_hot(build.iota(rows, dtypes.int32), columns, as_dtype(dtype))
    if batch_shape is None:
        return Tensor(matrix)
    return Tensor(build.broadcast_to(matrix, (*shape_argument("eye", batch_shape), rows, columns)))


# Ranges.

_RANGE_DTYPES = (dtypes.int32, dtypes.int64, dtypes.float16, dtypes.float32, dtypes.float64)


@operation
def range(
    start: TensorLike,
    limit: TensorLike = None,
    delta: TensorLike = 1,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """The numbers ``start, start + delta, start + 2·delta, …`` before `limit`.

    With a single argument they run from 0 up to it.

    Args:
        start: the first number, or the limit if no other is given.
        limit: where to stop; not itself part of the result.
        delta: the step, which may be negative.
        dtype: the element type; by default the widest of the arguments' types, in the order
            int32, int64, float16, float32, float64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the step is 0, or leads away from the limit.
        DTypeError: the arguments are not numbers of such a type.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.range(5), tf.range(3, 0, -1), tf.range(0, 1, 0.5))
        tf.Tensor([0 1 2 3 4], shape=(5,), dtype=int32) tf.Tensor([3 2 1], shape=(3,), \
dtype=int32) tf.Tensor([0.  0.5], shape=(2,), dtype=float32)
    """
    if limit is None:
        start, limit = 0, start
    wanted = None if dtype is None else as_dtype(dtype)
    arguments = [_range_argument(value, wanted) for value in (start, limit, delta)]
    if wanted is None:
        wanted = max((node.dtype for node in arguments), key=_RANGE_DTYPES.index)
    first, last, step = (node_value(build.cast(node, wanted))[()] for node in arguments)
    if step == 0:
        raise InvalidArgumentError("range: requires delta != 0: with a step of 0 it never ends.")
    if (last - first) * (1 if step > 0 else -1) < 0:
        sign, relation = (">", "<=") if step > 0 else ("<", ">=")
        raise InvalidArgumentError(
            f"range: requires start {relation} limit when delta {sign} 0: start {first}, limit "
            f"{last}. {'Give a negative delta to count down.' if step > 0 else ''}"
        )
    if not all(np.isfinite(each) for each in (first, last, step)):
        raise InvalidArgumentError(
            f"range: start {first}, limit {last} and delta {step} have to be finite."
        )
    if wanted.is_floating:
        count = math.ceil(abs((last - first) / step))
    else:
        count = len(builtins.range(int(first), int(last), int(step)))
    if first == 0 and step == 1:
        return Tensor(build.iota(count, wanted))
    numbers = first + np.arange(count, dtype=wanted.numpy) * step
    return Tensor(build.data(numbers, wanted))


def _range_argument(value: TensorLike, wanted: DType | None) -> Node:
    node = as_node(value, None if has_node(value) else wanted)
    if node.shape:
        raise ShapeError(f"range: arguments have to be scalars, got shape {list(node.shape)}.")
    require(
        "range",
        node,
        lambda dtype: dtype.is_numeric if wanted else dtype in _RANGE_DTYPES,
        "int32, int64 or a floating-point dtype",
        "Give dtype= or convert the argument: tf.cast(x, tf.int32).",
    )
    return node


@operation
def linspace(
    start: TensorLike, stop: TensorLike, num: Any, name: str | None = None, axis: Any = 0
) -> Tensor:
    """`num` evenly spaced values from `start` to `stop`, both included.

    ``start + i · (stop - start) / (num - 1)``; gradients flow back to both ends.

    Args:
        start: the first value, or a tensor of first values.
        stop: the last value or values.
        num: how many; with 1 it is `start` alone.
        name: accepted for TensorFlow's sake, without effect.
        axis: where the new axis goes if the ends are tensors.

    Returns:
        Values of the ends' dtype; integers become float64.

    Raises:
        InvalidArgumentError: `num` is negative.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.linspace(0.0, 1.0, 5))
        tf.Tensor([0.   0.25 0.5  0.75 1.  ], shape=(5,), dtype=float32)
    """
    count = integer_argument("linspace", "num", num)
    if count < 0:
        raise InvalidArgumentError(f"linspace: num must be at least 0, got {count}.")
    first = as_node(start)
    last = as_node(stop, None if has_node(stop) else first.dtype)
    if first.dtype.is_integer and last.dtype.is_integer:
        first, last = build.cast(first, dtypes.float64), build.cast(last, dtypes.float64)
    difference = build.sub(last, first)
    rank = difference.rank
    position = axis_argument("linspace", axis, rank + 1)
    starts = build.expand_dims(build.broadcast_to(first, difference.shape), position)
    stops = build.expand_dims(build.broadcast_to(last, difference.shape), position)
    if count < 2:
        sizes = (*difference.shape[:position], count, *difference.shape[position:])
        return Tensor(build.broadcast_to(starts, sizes))
    dtype = first.dtype
    step = build.expand_dims(build.div(difference, build.data(count - 1, dtype)), position)
    steps = build.add(build.iota(count - 2, dtype), build.constant(1, dtype))
    along = _along(steps, position, rank + 1)
    # The last value is `stop` itself, whatever the step was rounded to.
    parts = [starts, build.add(starts, build.mul(step, along)), stops]
    return Tensor(build.concat(parts, position))


# Codes and masks.


@operation
def one_hot(
    indices: TensorLike,
    depth: Any,
    on_value: TensorLike = None,
    off_value: TensorLike = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """A new axis of size `depth`: `on_value` at the index, `off_value` everywhere else.

    An index outside of ``[0, depth)`` gives `off_value` everywhere.

    Args:
        indices: integers of any shape.
        depth: size of the new axis, such as the number of classes.
        on_value: 1 by default.
        off_value: 0 by default.
        axis: place of the new axis in the result; the last by default.
        dtype: the element type; by default that of the values given, or else float32.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the indices are not integers, or the values have different dtypes.
        ShapeError: `depth` is negative, or a value is not a scalar.

    Example:
        >>> import glassbrook as tf
        >>> tf.one_hot([0, 2], 3)
        <tf.Tensor: shape=(2, 3), dtype=float32, numpy=
        array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)>
    """
    node = as_node(indices)
    size = integer_argument("one_hot", "depth", depth)
    if on_value is None and off_value is None:
        wanted = dtypes.float32 if dtype is None else as_dtype(dtype)
        if not wanted.is_numeric:
            raise DTypeError(
                f"one_hot: dtype {wanted.name} has no 1 and 0. Give on_value and off_value."
            )
        coded = build.one_hot(node, size, wanted)
    else:
        on, off = _one_hot_values(on_value, off_value, dtype)
        coded = build.select(build.one_hot(node, size, dtypes.bool), on, off)
    if axis is None or axis == -1:
        return Tensor(coded)
    position = axis_argument("one_hot", axis, coded.rank)
    order = list(builtins.range(node.rank))
    order.insert(position, node.rank)
    return Tensor(build.transpose(coded, tuple(order)))


def _one_hot_values(on_value: TensorLike, off_value: TensorLike, dtype: Any) -> tuple[Node, Node]:
    """Both values as scalars of one dtype."""
    on = None if on_value is None else as_node(on_value)
    off = None if off_value is None else as_node(off_value)
    wanted = as_dtype(dtype) if dtype is not None else next(n.dtype for n in (on, off) if n)
    for what, value in (("on_value", on), ("off_value", off)):
        if value is None:
            continue
        if value.dtype is not wanted:
            raise DTypeError(
                f"one_hot: {what} has dtype {value.dtype.name}, expected {wanted.name}. "
                "Give both values and dtype= the same type."
            )
        if value.shape:
            raise ShapeError(f"one_hot: {what} must be a scalar, got shape {list(value.shape)}.")
    return (
        on if on is not None else _ones("one_hot", (), wanted),
        off if off is not None else _zeros((), wanted),
    )


@operation
def sequence_mask(
    lengths: TensorLike, maxlen: Any = None, dtype: Any = dtypes.bool, name: str | None = None
) -> Tensor:
    """For each length, a row that is true for that many positions and false after.

    Args:
        lengths: integers of any shape.
        maxlen: size of the new last axis; by default the greatest length, which is computed now.
        dtype: the element type of the mask.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the lengths are not integers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.sequence_mask([1, 2], 3, tf.int32))
        tf.Tensor(
        [[1 0 0]
         [1 1 0]], shape=(2, 3), dtype=int32)
    """
    node = as_node(lengths)
    require(
        "sequence_mask",
        node,
        lambda each: each.is_integer,
        "integer lengths",
        "Convert them: tf.cast(lengths, tf.int32).",
    )
    if maxlen is None:
        size = max(int(np.max(node_value(node), initial=0)), 0)
    else:
        size = integer_argument("sequence_mask", "maxlen", maxlen)
    positions = build.iota(size, node.dtype)
    mask = build.less(positions, build.expand_dims(node, node.rank))
    return Tensor(build.cast(mask, as_dtype(dtype)))


@operation
def meshgrid(*args: TensorLike, indexing: str = "xy", name: str | None = None) -> list[Tensor]:
    """Coordinates of a grid: one tensor per axis, each of the shape of the whole grid.

    Args:
        *args: the coordinates along each axis, each of rank 1 at most.
        indexing: ``"xy"`` puts the second axis first, as in pictures; ``"ij"`` keeps the order.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ValueError: `indexing` is neither.
        ShapeError: the coordinates of an axis have more than one axis themselves.

    Example:
        >>> import glassbrook as tf
        >>> x, y = tf.meshgrid([1, 2, 3], [4, 5])
        >>> print(x)
        tf.Tensor(
        [[1 2 3]
         [1 2 3]], shape=(2, 3), dtype=int32)
    """
    if indexing not in ("xy", "ij"):
        raise InvalidArgumentError(f'meshgrid: indexing must be "xy" or "ij", got {indexing!r}.')
    nodes = [as_node(each) for each in args]
    for node in nodes:
        if node.rank > 1:
            raise ShapeError(
                "meshgrid: coordinates have to be vectors, got one of shape "
                f"{list(node.shape)}. Flatten it: tf.reshape(x, [-1])."
            )
    places = list(builtins.range(len(nodes)))
    if indexing == "xy" and len(nodes) > 1:
        places[:2] = [1, 0]
    shape = [0] * len(nodes)
    for node, place in zip(nodes, places, strict=True):
        shape[place] = node.size
    return [
        Tensor(build.broadcast_to(_along(node, place, len(nodes)), tuple(shape)))
        for node, place in zip(nodes, places, strict=True)
    ]


def _along(node: Node, place: int, rank: int) -> Node:
    """A vector as a tensor of the given rank that extends along one axis only."""
    return build.reshape(node, tuple(-1 if axis == place else 1 for axis in builtins.range(rank)))
