"""Tensors joined, cut into parts, repeated and padded."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import normalize_axis
from glassbrook.ops.arguments import axis_argument, integer_argument, integers_argument, node_value
from glassbrook.ops.operands import as_nodes, unstacked
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = ["concat", "pad", "repeat", "split", "stack", "tile", "unstack"]


@operation
def concat(values: Any, axis: Any, name: str | None = None) -> Tensor:
    """Tensors joined along an axis that they have.

    Args:
        values: tensors of one dtype, and of one shape but for `axis`; or a single tensor.
        axis: the axis along which they are joined.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the other axes differ, or a tensor is a scalar: `tf.stack` joins scalars.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.concat([[[1, 2]], [[3, 4]]], axis=0).numpy()
        array([[1, 2],
               [3, 4]], dtype=int32)
    """
    if has_node(values):
        return Tensor(as_node(values))
    nodes = as_nodes("concat", values)
    if not nodes[0].rank:
        raise ShapeError("concat: scalars have no axis to be joined along; tf.stack joins them.")
    place = axis_argument("concat", axis, nodes[0].rank)
    return Tensor(build.concat(nodes, place))


@operation
def stack(values: Any, axis: Any = 0, name: str | None = "stack") -> Tensor:
    """Tensors of one shape laid side by side along a new axis.

    Args:
        values: tensors of one shape and dtype.
        axis: the place of the new axis in the result.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes differ.
        DTypeError: the dtypes differ.
        OutOfRangeError: the result has no such axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.stack([[1, 2], [3, 4]], axis=1).numpy()
        array([[1, 3],
               [2, 4]], dtype=int32)
    """
    if has_node(values) or not any(has_node(value) for value in values):
        return Tensor(_first_axis_to(as_node(values), axis))
    nodes = as_nodes("stack", values)
    for position, node in enumerate(nodes):
        if node.shape != nodes[0].shape:
            raise ShapeError(
                f"stack: all tensors need the same shape, but number 0 has shape "
                f"{list(nodes[0].shape)} and number {position} has shape {list(node.shape)}."
            )
    place = axis_argument("stack", axis, nodes[0].rank + 1)
    return Tensor(build.concat([build.expand_dims(node, place) for node in nodes], place))


def _first_axis_to(x: Node, axis: Any) -> Node:
    """The first axis moved to place `axis`."""
    if not x.rank or not x.shape[0]:
        raise InvalidArgumentError("stack: expected a list of at least one tensor.")
    place = axis_argument("stack", axis, x.rank)
    if not place:
        return x
    order = list(range(1, x.rank))
    order.insert(place, 0)
    return build.transpose(x, tuple(order))


@operation
def unstack(
    value: Any, num: int | None = None, axis: int = 0, name: str | None = "unstack"
) -> list[Tensor]:
    """The slices along an axis, without that axis: the inverse of `tf.stack`.

    Args:
        value: a tensor of rank 1 or more.
        num: how many slices there are, as a check.
        axis: the axis to take apart.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        ShapeError: there are not `num` slices.

    Example:
        >>> import glassbrook as tf
        >>> x, y = tf.unstack([[1, 2], [3, 4]], axis=1)
        >>> x.numpy(), y.numpy()
        (array([1, 3], dtype=int32), array([2, 4], dtype=int32))
    """
    x = as_node(value)
    place = axis_argument("unstack", axis, x.rank)
    if num is not None and num != x.shape[place]:
        raise ShapeError(
            f"unstack: num is {num}, but axis {place} of a tensor of shape {list(x.shape)} has "
            f"size {x.shape[place]}."
        )
    return [Tensor(each) for each in unstacked(x, place)]


@operation
def split(
    value: Any,
    num_or_size_splits: Any,
    axis: Any = 0,
    num: int | None = None,
    name: str | None = "split",
) -> list[Tensor]:
    """A tensor cut into parts along an axis.

    Args:
        value: a tensor of rank 1 or more.
        num_or_size_splits: how many equal parts; or a list of sizes, of which one may be -1,
            which stands for whatever is left.
        axis: the axis to cut.
        num: the number of sizes, as a check.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the parts do not add up to the size of the axis.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> [part.numpy().tolist() for part in tf.split([1, 2, 3, 4], 2)]
        [[1, 2], [3, 4]]
        >>> [part.shape[1] for part in tf.split(tf.zeros([5, 30]), [4, -1, 11], axis=1)]
        [4, 15, 11]
    """
    x = as_node(value)
    place = axis_argument("split", axis, x.rank)
    sizes = _part_sizes(num_or_size_splits, x.shape[place])
    if num is not None and num != len(sizes):
        raise ShapeError(f"split: num is {num}, but {len(sizes)} sizes were given.")
    begin = [0] * x.rank
    parts = []
    for size in sizes:
        shape = (*x.shape[:place], size, *x.shape[place + 1 :])
        parts.append(Tensor(build.slice(x, tuple(begin), shape)))
        begin[place] += size
    return parts


def _part_sizes(wanted: Any, length: int) -> list[int]:
    """The sizes of the parts into which an axis of `length` is cut."""
    by_number = isinstance(wanted, int | np.integer) or (
        (has_node(wanted) or isinstance(wanted, np.ndarray)) and not len(wanted.shape)
    )
    if by_number:
        count = integer_argument("split", "num_or_size_splits", wanted)
        if count < 1 or length % count:
            raise ShapeError(
                f"split: an axis of size {length} cannot be cut into {count} equal parts. "
                "Give a list of sizes, of which one may be -1 for what is left."
            )
        return [length // count] * count
    sizes = list(integers_argument("split", "num_or_size_splits", wanted))
    given = list(sizes)
    if sizes.count(-1) == 1:
        place = sizes.index(-1)
        sizes[place] = 0
        sizes[place] = length - sum(sizes)
    if sum(sizes) != length or any(size < 0 for size in sizes):
        raise ShapeError(
            f"split: sizes {given} do not add up to {length}, the size of the axis; "
            "one of them may be -1 for what is left."
        )
    return sizes


@operation
def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """A tensor repeated as a whole, like tiles, along each axis.

    Args:
        input: a tensor of any dtype.
        multiples: how often, for each axis.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there is not one multiple of at least 0 for each axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.tile([[1, 2]], [2, 2]).numpy()
        array([[1, 2, 1, 2],
               [1, 2, 1, 2]], dtype=int32)
    """
    x = as_node(input)
    times = () if isinstance(multiples, int) else integers_argument("tile", "multiples", multiples)
    if isinstance(multiples, int) or len(times) != x.rank or any(each < 0 for each in times):
        raise ShapeError(
            f"tile: multiples {multiples if isinstance(multiples, int) else list(times)} do not "
            f"fit a tensor of shape {list(x.shape)}: expected a list with one number of at least "
            "0 for each axis."
        )
    apart = tuple(itertools.chain.from_iterable((1, size) for size in x.shape))
    stretched = tuple(itertools.chain.from_iterable(zip(times, x.shape)))
    result = tuple(count * size for count, size in zip(times, x.shape))
    return Tensor(build.reshape(build.broadcast_to(build.reshape(x, apart), stretched), result))


@operation
def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:
    """Every element repeated in place, along an axis.

    Args:
        input: a tensor of any dtype.
        repeats: how often: one number, or one for each element along the axis.
        axis: the axis; by default the tensor is flattened first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there is not one number for each element.

    Example:
        >>> import glassbrook as tf
        >>> tf.repeat([[1, 2], [3, 4]], repeats=[1, 2], axis=0).numpy()
        array([[1, 2],
               [3, 4],
               [3, 4]], dtype=int32)
    """
    x = as_node(input)
    if axis is None:
        x = build.reshape(x, (-1,))
    place = normalize_axis("repeat", 0 if axis is None else axis, x.rank)
    length = x.shape[place]
    times = integers_argument("repeat", "repeats", repeats)
    if len(times) not in (1, length) or any(each < 0 for each in times):
        raise ShapeError(
            f"repeat: repeats {list(times)} do not fit axis {place} of a tensor of shape "
            f"{list(x.shape)}: expected one number of at least 0, or {length} of them."
        )
    if len(times) == 1:
        before, after = x.shape[:place], x.shape[place + 1 :]
        stretched = build.broadcast_to(
            build.expand_dims(x, place + 1), (*before, length, times[0], *after)
        )
        return Tensor(build.reshape(stretched, (*before, length * times[0], *after)))
    positions = build.data(np.repeat(np.arange(length), times), dtypes.int64)
    return Tensor(build.gather(x, positions, place))


@operation
def pad(
    tensor: Any,
    paddings: Any,
    mode: str = "CONSTANT",
    constant_values: Any = 0,
    name: str | None = None,
) -> Tensor:
    """Elements added before and after each axis.

    Args:
        tensor: a tensor of any dtype.
        paddings: ``[before, after]`` for each axis.
        mode: ``"CONSTANT"`` adds one value; ``"REFLECT"`` mirrors the tensor about its outermost
            elements, ``"SYMMETRIC"`` about its edges, so that these are repeated.
        constant_values: the value to add in constant mode.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there is no pair of numbers of at least 0 for each axis, or a mirror image
            would need more elements than there are.
        InvalidArgumentError: there is no such mode.

    Example:
        >>> import glassbrook as tf
        >>> tf.pad([1, 2, 3], [[2, 1]]).numpy(), tf.pad([1, 2, 3], [[2, 1]], "REFLECT").numpy()
        (array([0, 0, 1, 2, 3, 0], dtype=int32), array([3, 2, 1, 2, 3, 2], dtype=int32))
    """
    x = as_node(tensor)
    pairs = _paddings(paddings)
    match mode.upper():
        case "CONSTANT":
            return Tensor(build.pad(x, pairs, _padding_value(constant_values, x)))
        case "REFLECT":
            return Tensor(_mirrored(x, pairs, 1))
        case "SYMMETRIC":
            return Tensor(_mirrored(x, pairs, 0))
    raise InvalidArgumentError(
        f'pad: mode must be "CONSTANT", "REFLECT" or "SYMMETRIC", not {mode!r}.'
    )


def _paddings(paddings: Any) -> tuple[tuple[int, int], ...]:
    if has_node(paddings):
        paddings = node_value(as_node(paddings))
    rows = [integers_argument("pad", "paddings", row) for row in paddings]
    if any(len(row) != 2 for row in rows):
        raise ShapeError(
            f"pad: paddings {[list(row) for row in rows]} must be [before, after] for each axis."
        )
    return tuple((row[0], row[1]) for row in rows)


def _padding_value(value: Any, x: Node) -> Any:
    if x.dtype is dtypes.string:
        return b"" if isinstance(value, int) else node_value(as_node(value, dtypes.string)).item()
    if type(value) in (int, float) and not (x.dtype.is_integer and type(value) is float):
        return x.dtype.numpy.type(value).item()
    return node_value(as_node(value, x.dtype)).item()


def _mirrored(x: Node, pairs: tuple[tuple[int, int], ...], skipped: int) -> Node:
    """Padding by mirror images that leave out the first `skipped` elements of the tensor."""
    if len(pairs) != x.rank:
        raise ShapeError(
            f"pad: expected [before, after] for each of the {x.rank} axes of a tensor of shape "
            f"{list(x.shape)}, got {len(pairs)} pairs."
        )
    for axis, (before, after) in enumerate(pairs):
        length = x.shape[axis]
        if min(before, after) < 0 or max(before, after) > length - skipped:
            raise ShapeError(
                f"pad: a mirror image of axis {axis}, which has size {length}, adds between 0 and "
                f"{length - skipped} elements on a side, not {before} and {after}."
            )
        if before or after:
            forward = np.arange(length)
            left = forward[skipped : skipped + before][::-1]
            right = forward[::-1][skipped : skipped + after]
            positions = np.concatenate([left, forward, right])
            x = build.gather(x, build.data(positions, dtypes.int64), axis)
    return x
