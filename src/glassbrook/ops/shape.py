"""Tensors in another shape, and the family of functions that move elements.

Every function here only moves elements, so each is differentiable: the gradient moves back, and
adds up where an element was used more than once.
"""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import broadcast_shapes, normalize_axes, normalize_axis
from glassbrook.ops.arguments import axis_argument, integers_argument, shape_argument
from glassbrook.ops.joining import concat, pad, repeat, split, stack, tile, unstack
from glassbrook.ops.positions import (
    boolean_mask,
    gather,
    gather_nd,
    scatter_nd,
    searchsorted,
    tensor_scatter_nd_add,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
)
from glassbrook.tensor import Tensor, TensorShape, as_node
from glassbrook.tensor.indexing import index
from glassbrook.tensor.symbolic import operation

__all__ = [
    "boolean_mask",
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "broadcast_to",
    "concat",
    "ensure_shape",
    "expand_dims",
    "gather",
    "gather_nd",
    "pad",
    "repeat",
    "reshape",
    "reverse",
    "roll",
    "scatter_nd",
    "searchsorted",
    "slice",
    "split",
    "squeeze",
    "stack",
    "strided_slice",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "tile",
    "transpose",
    "unstack",
]

_slice = slice


@operation
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The same elements, in row-major order, in another shape.

    Args:
        tensor: a tensor of any dtype.
        shape: the new sizes; one of them may be -1, which stands for whatever is left.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the new shape has another number of elements.

    Example:
        >>> import glassbrook as tf
        >>> tf.reshape([1, 2, 3, 4], [2, -1]).numpy()
        array([[1, 2],
               [3, 4]], dtype=int32)
    """
    return Tensor(build.reshape(as_node(tensor), integers_argument("reshape", "shape", shape)))


@operation
def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str | None = None) -> Tensor:
    """The axes in another order; reversed by default.

    Axis i of the result is axis ``perm[i]`` of `a`.

    Args:
        a: a tensor of any dtype.
        perm: each axis once, in the new order.
        conjugate: without effect, as there are no complex tensors.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `perm` is not an order of the axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.transpose([[1, 2, 3], [4, 5, 6]]).shape
        TensorShape([3, 2])
        >>> tf.transpose(tf.zeros([2, 3, 4]), perm=[0, 2, 1]).shape
        TensorShape([2, 4, 3])
    """
    x = as_node(a)
    if perm is None:
        return Tensor(build.transpose(x))
    rank = x.rank
    order = integers_argument("transpose", "perm", perm)
    return Tensor(
        build.transpose(x, tuple(axis + rank if -rank <= axis < 0 else axis for axis in order))
    )


@operation
def expand_dims(input: Any, axis: Any, name: str | None = None) -> Tensor:
    """A new axis of size 1.

    Args:
        input: a tensor of any dtype.
        axis: its place in the result; -1 makes it the last one.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: the result has no such axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.expand_dims(tf.zeros([28, 28]), -1).shape
        TensorShape([28, 28, 1])
    """
    x = as_node(input)
    if axis is None:
        raise InvalidArgumentError("expand_dims: axis is missing. -1 adds an axis at the end.")
    place = axis_argument("expand_dims", axis, x.rank + 1)
    return Tensor(build.expand_dims(x, place))


@operation
def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """Without axes of size 1.

    Args:
        input: a tensor of any dtype.
        axis: which of them to remove; all by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: an axis that was named has another size.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.squeeze(tf.zeros([1, 3, 1])).shape, tf.squeeze(tf.zeros([1, 3, 1]), axis=0).shape
        (TensorShape([3]), TensorShape([3, 1]))
    """
    x = as_node(input)
    named = () if axis is None else integers_argument("squeeze", "axis", axis)
    if not named:
        return Tensor(build.reshape(x, [size for size in x.shape if size != 1]))
    axes = normalize_axes("squeeze", named, x.rank)
    for each in axes:
        if x.shape[each] != 1:
            raise ShapeError(
                f"squeeze: axis {each} has size {x.shape[each]} in a tensor of shape "
                f"{list(x.shape)}, expected 1: only axes of size 1 can be removed."
            )
    return Tensor(
        build.reshape(x, [size for place, size in enumerate(x.shape) if place not in axes])
    )


@operation
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """Axes of size 1 stretched, and missing axes added in front.

    Args:
        input: a tensor of any dtype.
        shape: the shape of the result.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: an axis of another size than 1 would have to stretch.

    Example:
        >>> import glassbrook as tf
        >>> tf.broadcast_to([1, 2], [2, 2]).numpy()
        array([[1, 2],
               [1, 2]], dtype=int32)
    """
    return Tensor(build.broadcast_to(as_node(input), shape_argument("broadcast_to", shape)))


@operation
def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that elementwise operations on tensors of these shapes give.

    Args:
        shape_x: a `TensorShape` or a list of sizes.
        shape_y: another one.

    Raises:
        ShapeError: two sizes differ and neither is 1.

    Example:
        >>> import glassbrook as tf
        >>> tf.broadcast_static_shape(tf.TensorShape([4, 1]), tf.TensorShape([3]))
        TensorShape([4, 3])
    """
    x = integers_argument("broadcast_static_shape", "shape_x", shape_x)
    y = integers_argument("broadcast_static_shape", "shape_y", shape_y)
    return TensorShape(broadcast_shapes("broadcast_static_shape", x, y))


@operation
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape that elementwise operations on tensors of these shapes give, as a tensor.

    Args:
        shape_x: a tensor or list of sizes.
        shape_y: another one.

    Raises:
        ShapeError: two sizes differ and neither is 1.

    Example:
        >>> import glassbrook as tf
        >>> tf.broadcast_dynamic_shape([4, 1], [3]).numpy()
        array([4, 3], dtype=int32)
    """
    x = integers_argument("broadcast_dynamic_shape", "shape_x", shape_x)
    y = integers_argument("broadcast_dynamic_shape", "shape_y", shape_y)
    return Tensor(build.data(broadcast_shapes("broadcast_dynamic_shape", x, y), dtypes.int32))


@operation
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """The elements in the opposite order along some axes.

    Args:
        tensor: a tensor of any dtype.
        axis: a list of axes.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.reverse([[1, 2], [3, 4]], axis=[-1]).numpy()
        array([[2, 1],
               [4, 3]], dtype=int32)
    """
    x = as_node(tensor)
    axes = normalize_axes("reverse", integers_argument("reverse", "axis", axis), x.rank)
    if not axes or not x.size:
        return Tensor(build.identity(x))
    begin = tuple(x.shape[each] - 1 if each in axes else 0 for each in range(x.rank))
    steps = tuple(-1 if each in axes else 1 for each in range(x.rank))
    return Tensor(build.slice(x, begin, x.shape, steps))


@operation
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """The elements moved along an axis; what leaves at one end enters at the other.

    Args:
        input: a tensor of rank 1 or more.
        shift: by how many places, towards higher positions; one number for each axis.
        axis: the axis, or a list of axes.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there is not one shift for each axis.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.roll([0, 1, 2, 3, 4], shift=2, axis=0).numpy()
        array([3, 4, 0, 1, 2], dtype=int32)
    """
    x = as_node(input)
    shifts = integers_argument("roll", "shift", shift)
    axes = integers_argument("roll", "axis", axis)
    if len(shifts) != len(axes):
        raise ShapeError(f"roll: {len(shifts)} shifts for {len(axes)} axes: expected one for each.")
    for places, each in zip(shifts, axes):
        x = _rolled(x, places, normalize_axis("roll", each, x.rank))
    return Tensor(x)


def _rolled(x: Node, places: int, axis: int) -> Node:
    length = x.shape[axis]
    cut = -places % length if length else 0
    if not cut:
        return x
    origin = [0] * x.rank
    before, after = list(x.shape), list(x.shape)
    before[axis], after[axis] = cut, length - cut
    head = build.slice(x, tuple(origin), tuple(before))
    origin[axis] = cut
    return build.concat([build.slice(x, tuple(origin), tuple(after)), head], axis)


@operation
def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """A block of a tensor.

    Args:
        input_: a tensor of any dtype.
        begin: the first position, for each axis.
        size: how many elements, for each axis; -1 takes all that are left.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: the block does not lie within the tensor.
        ShapeError: there is not one number for each axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.slice([[1, 2, 3], [4, 5, 6]], begin=[0, 1], size=[2, -1]).numpy()
        array([[2, 3],
               [5, 6]], dtype=int32)
    """
    x = as_node(input_)
    first = integers_argument("slice", "begin", begin)
    counts = integers_argument("slice", "size", size)
    if len(first) != x.rank or len(counts) != x.rank:
        raise ShapeError(
            f"slice: begin {list(first)} and size {list(counts)} need one number for each of the "
            f"{x.rank} axes of a tensor of shape {list(x.shape)}."
        )
    block = []
    for axis, (start, count, length) in enumerate(zip(first, counts, x.shape)):
        if not 0 <= start <= length or not -1 <= count <= length - start:
            raise OutOfRangeError(
                f"slice: begin {start} and size {count} leave axis {axis} of a tensor of shape "
                f"{list(x.shape)}: expected begin in [0, {length}] and size in [0, length - begin]"
                ", or -1 for all that are left."
            )
        block.append(length - start if count == -1 else count)
    return Tensor(build.slice(x, first, tuple(block)))


@operation
def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """What ``input_[begin:end:strides, …]`` gives; that notation is the easier one.

    Args:
        input_: a tensor of any dtype.
        begin: the start for each axis.
        end: the stop for each axis; not included.
        strides: the step for each axis; 1 by default.
        begin_mask: bit i set: `begin` of entry i is ignored, as in ``x[:end]``.
        end_mask: bit i set: `end` of entry i is ignored, as in ``x[begin:]``.
        ellipsis_mask: bit i set: entry i is ``...``.
        new_axis_mask: bit i set: entry i is `tf.newaxis`.
        shrink_axis_mask: bit i set: entry i is the integer `begin`, which removes the axis.
        var: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: an integer lies outside of its axis.
        ShapeError: `begin`, `end` and `strides` differ in length.

    Example:
        >>> import glassbrook as tf
        >>> tf.strided_slice([1, 2, 3, 4], [0], [4], [2]).numpy()
        array([1, 3], dtype=int32)
    """
    starts = integers_argument("strided_slice", "begin", begin)
    stops = integers_argument("strided_slice", "end", end)
    steps = (1,) * len(starts)
    if strides is not None:
        steps = integers_argument("strided_slice", "strides", strides)
    if not len(starts) == len(stops) == len(steps):
        raise ShapeError(
            f"strided_slice: begin, end and strides have {len(starts)}, {len(stops)} and "
            f"{len(steps)} entries: expected as many."
        )
    keys: list[Any] = []
    for place, (start, stop, step) in enumerate(zip(starts, stops, steps)):
        bit = 1 << place
        if ellipsis_mask & bit:
            keys.append(...)
        elif new_axis_mask & bit:
            keys.append(None)
        elif shrink_axis_mask & bit:
            keys.append(start)
        else:
            first = None if begin_mask & bit else start
            last = None if end_mask & bit else stop
            keys.append(_slice(first, last, step))
    return Tensor(index(as_node(input_), tuple(keys)))


@operation
def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """The same tensor, whose shape has been checked.

    Args:
        x: a tensor of any dtype.
        shape: the expected sizes; `None` fits any size.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the tensor has another shape.

    Example:
        >>> import glassbrook as tf
        >>> tf.ensure_shape([1, 2], [None]).numpy()
        array([1, 2], dtype=int32)
    """
    node = as_node(x)
    expected = TensorShape(shape)
    if not expected.is_compatible_with(node.shape):
        raise ShapeError(
            f"ensure_shape: the tensor has shape {list(node.shape)}, expected {expected}."
        )
    return Tensor(node)
