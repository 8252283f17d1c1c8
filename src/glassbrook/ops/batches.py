"""Blocks of space moved to the batch and back, and sequences turned around."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import axis_argument, integers_argument, node_value
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "batch_to_space",
    "required_space_to_batch_paddings",
    "reverse_sequence",
    "space_to_batch",
    "space_to_batch_nd",
]

_Pairs = npt.NDArray[np.int64]


def _pairs(op: str, what: str, value: Any, count: int) -> _Pairs:
    """A pair of numbers, each at least 0, for each of some axes."""
    array = np.asarray(node_value(as_node(value)))
    if array.shape != (count, 2) or array.dtype.kind not in "iu" or np.any(array < 0):
        raise ShapeError(
            f"{op}: {what} must be {count} pairs of integers, none negative, got {array.tolist()}."
        )
    return array.astype(np.int64)


@operation
def space_to_batch_nd(
    input: Any, block_shape: Any, paddings: Any, name: str | None = None
) -> Tensor:
    """Blocks cut out of the axes after the first; each place in a block gets a batch of its own.

    Args:
        input: a tensor of shape ``[batch, …]``.
        block_shape: the size of the blocks along each of the axes after the first.
        paddings: for each of these axes, how many zeros to put before and behind.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor whose batch is larger, and the other axes smaller, by the sizes of a block.

    Raises:
        ShapeError: a size is not a multiple of the block's.

    Example:
        >>> import glassbrook as tf
        >>> tf.space_to_batch_nd([[1, 2, 3, 4]], [2], [[0, 0]]).numpy()
        array([[1, 3],
               [2, 4]], dtype=int32)
    """
    op = "space_to_batch"
    node = as_node(input)
    blocks = integers_argument(op, "block_shape", block_shape)
    count = len(blocks)
    pads = _pairs(op, "paddings", paddings, count)
    if node.rank < count + 1 or any(block < 1 for block in blocks):
        raise ShapeError(
            f"{op}: blocks of sizes {list(blocks)} need as many axes after the batch, and sizes of "
            f"at least 1; the input has shape {list(node.shape)}."
        )
    rest = node.rank - 1 - count
    widths = [(0, 0), *((int(a), int(b)) for a, b in pads), *[(0, 0)] * rest]
    padded = build.pad(node, tuple(widths))
    sizes = padded.shape[1 : count + 1]
    for size, block in zip(sizes, blocks):
        if size % block:
            raise ShapeError(
                f"{op}: padded sizes {list(sizes)} must be multiples of the block's {list(blocks)}."
            )
    cut = [each for size, block in zip(sizes, blocks) for each in (size // block, block)]
    split = build.reshape(padded, (node.shape[0], *cut, *node.shape[count + 1 :]))
    places = [2 * axis + 2 for axis in range(count)]
    outer = [2 * axis + 1 for axis in range(count)]
    order = (*places, 0, *outer, *range(2 * count + 1, split.rank))
    moved = build.transpose(split, order)
    batch = node.shape[0] * int(np.prod(blocks))
    small = (size // block for size, block in zip(sizes, blocks))
    return Tensor(build.reshape(moved, (batch, *small, *node.shape[count + 1 :])))


@operation
def space_to_batch(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Tensor:
    """The same as `tf.space_to_batch_nd`; one number for `block_shape` stands for two axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.space_to_batch([[[[1], [2]], [[3], [4]]]], [2, 2], [[0, 0], [0, 0]]).shape
        TensorShape([4, 1, 1, 1])
    """
    return space_to_batch_nd(input, _two_axes(block_shape), paddings)


def _two_axes(block_shape: Any) -> tuple[int, ...]:
    blocks = integers_argument("space_to_batch", "block_shape", block_shape)
    return blocks * 2 if isinstance(block_shape, int) else blocks


@operation
def batch_to_space(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """What `tf.space_to_batch` undoes: batches put together to blocks of the axes after the first.

    Args:
        input: a tensor of shape ``[batch, …]``.
        block_shape: the size of the blocks along each of the axes after the first; one number
            stands for two axes.
        crops: for each of these axes, how much to cut off before and behind.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the batch is not a multiple of a block's size, or too much is cut off.

    Example:
        >>> import glassbrook as tf
        >>> tf.batch_to_space([[1, 3], [2, 4]], [2], [[0, 0]]).numpy()
        array([[1, 2, 3, 4]], dtype=int32)
    """
    op = "batch_to_space"
    node = as_node(input)
    blocks = _two_axes(block_shape)
    count = len(blocks)
    cut = _pairs(op, "crops", crops, count)
    whole = int(np.prod(blocks))
    if node.rank < count + 1 or whole < 1 or node.shape[0] % whole:
        raise ShapeError(
            f"{op}: the batch of an input of shape {list(node.shape)} must be a multiple of the "
            f"size of a block, {list(blocks)}."
        )
    batch, sizes, rest = node.shape[0] // whole, node.shape[1 : count + 1], node.shape[count + 1 :]
    split = build.reshape(node, (*blocks, batch, *node.shape[1:]))
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    moved = build.transpose(split, (*order, *range(2 * count + 1, split.rank)))
    full = [size * block for size, block in zip(sizes, blocks)]
    joined = build.reshape(moved, (batch, *full, *rest))
    kept = [size - int(a) - int(b) for size, (a, b) in zip(full, cut)]
    if min(kept, default=0) < 0:
        raise ShapeError(f"{op}: crops {cut.tolist()} cut off more than sizes {full} have.")
    begin = (0, *(int(a) for a, _ in cut), *(0,) * len(rest))
    return Tensor(build.slice(joined, begin, (batch, *kept, *rest)))


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Paddings that make sizes multiples of those of a block, and the crops that undo them.

    Example:
        >>> import glassbrook as tf
        >>> paddings, crops = tf.required_space_to_batch_paddings([5, 7], [2, 3])
        >>> paddings.numpy().tolist(), crops.numpy().tolist()
        ([[0, 1], [0, 2]], [[0, 1], [0, 2]])
    """
    op = "required_space_to_batch_paddings"
    sizes = np.asarray(integers_argument(op, "input_shape", input_shape))
    blocks = np.asarray(integers_argument(op, "block_shape", block_shape))
    if sizes.shape != blocks.shape:
        raise InvalidArgumentError(
            f"{op}: {len(blocks)} block sizes do not fit {len(sizes)} sizes of the input."
        )
    zeros = np.zeros((len(sizes), 2), np.int64)
    base = (
        zeros if base_paddings is None else _pairs(op, "base_paddings", base_paddings, len(sizes))
    )
    extra = -(sizes + base.sum(axis=1)) % blocks
    paddings = np.stack([base[:, 0], base[:, 1] + extra], axis=1)
    crops = np.stack([np.zeros_like(extra), extra], axis=1)
    return (
        Tensor(build.data(paddings, dtypes.int32)),
        Tensor(build.data(crops, dtypes.int32)),
    )


@operation
def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: Any = None,
    batch_axis: Any = None,
    name: str | None = None,
) -> Tensor:
    """The first elements of each sequence turned around; what comes after them stays.

    Args:
        input: a tensor.
        seq_lengths: for each row of the batch how many elements to turn around; computed now.
        seq_axis: the axis along which sequences run.
        batch_axis: the axis of the batch; the first by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a length is larger than the axis.
        ShapeError: there are not as many lengths as rows.

    Example:
        >>> import glassbrook as tf
        >>> tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1).numpy()
        array([[2, 1, 3],
               [6, 5, 4]], dtype=int32)
    """
    op = "reverse_sequence"
    node = as_node(input)
    along = axis_argument(op, 0 if seq_axis is None else seq_axis, node.rank)
    batch = axis_argument(op, 0 if batch_axis is None else batch_axis, node.rank)
    lengths = np.asarray(integers_argument(op, "seq_lengths", seq_lengths))
    if along == batch or len(lengths) != node.shape[batch]:
        raise ShapeError(
            f"{op}: {len(lengths)} lengths do not fit axis {batch} of shape {list(node.shape)}, "
            f"with sequences along axis {along}."
        )
    size = node.shape[along]
    if np.any((lengths < 0) | (lengths > size)):
        raise InvalidArgumentError(
            f"{op}: seq_lengths must lie in [0, {size}], got {lengths.tolist()}."
        )
    rest = [axis for axis in range(node.rank) if axis not in (batch, along)]
    order = (batch, along, *rest)
    rows = build.transpose(node, order)
    steps = np.arange(size)
    places = np.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
    turned = build.gather(rows, build.data(places, dtypes.int64), 1, 1)
    back = tuple(int(each) for each in np.argsort(order))
    return Tensor(build.transpose(turned, back))
