"""Pooling: the largest element or the mean of each window, for each channel alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.ops.arguments import TensorLike, require_floating
from glassbrook.ops.convolution import padded
from glassbrook.ops.windows import (
    Paddings,
    channels_last,
    is_channels_first,
    merged_batch,
    paddings_argument,
    require_fit,
    restored,
    window_argument,
)
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_with_argmax",
    "pool",
]

_Pooled = Callable[[Node, Shape, Shape, Shape, Paddings], Node]


@operation
def max_pool(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The largest element of each window of a series, an image or a volume.

    The gradient goes to the first element of a window that is as large.

    Args:
        input: numbers of shape ``[batch, *sizes, channels]`` with one to three sizes.
        ksize: the size of a window: one number for all axes, or one for each.
        strides: how far it is from one window to the next, written like `ksize`.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: with channels last by default, such as ``"NHWC"``; or ``"NCW"``, ``"NCHW"``,
            ``"NCDHW"``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
        >>> print(tf.squeeze(tf.nn.max_pool(x, ksize=2, strides=2, padding="VALID")))
        tf.Tensor(
        [[ 5.  7.]
         [13. 15.]], shape=(2, 2), dtype=float32)
    """
    count = _axes_between("max_pool", input)
    return _pool("max_pool", count, _largest, input, ksize, strides, padding, data_format)


@operation
def max_pool1d(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The largest element of each window of a series: see `max_pool`.

    Args:
        input: numbers of shape ``[batch, width, channels]``.
        ksize: the size of a window.
        strides: how far it is from one window to the next.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NWC"``, or ``"NCW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.max_pool1d([[[1.0], [3.0], [2.0]]], 2, 1, "VALID")[0, :, 0])
        tf.Tensor([3. 3.], shape=(2,), dtype=float32)
    """
    return _pool("max_pool1d", 1, _largest, input, ksize, strides, padding, data_format)


@operation
def max_pool2d(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> Tensor:
    """The largest element of each window of an image: see `max_pool`.

    Args:
        input: numbers of shape ``[batch, height, width, channels]``.
        ksize: the size of a window.
        strides: how far it is from one window to the next.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NHWC"``, or ``"NCHW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.max_pool2d(tf.ones([8, 28, 28, 3]), 2, 2, "VALID").shape)
        (8, 14, 14, 3)
    """
    return _pool("max_pool2d", 2, _largest, input, ksize, strides, padding, data_format)


@operation
def max_pool3d(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The largest element of each window of a volume: see `max_pool`.

    Args:
        input: numbers of shape ``[batch, depth, height, width, channels]``.
        ksize: the size of a window.
        strides: how far it is from one window to the next.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NDHWC"``, or ``"NCDHW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.max_pool3d(tf.ones([2, 5, 5, 5, 3]), 2, 2, "SAME").shape)
        (2, 3, 3, 3, 3)
    """
    return _pool("max_pool3d", 3, _largest, input, ksize, strides, padding, data_format)


@operation
def avg_pool(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The mean of each window of a series, an image or a volume; padding does not count.

    Args:
        input: floating-point numbers of shape ``[batch, *sizes, channels]`` with one to three
            sizes.
        ksize: the size of a window: one number for all axes, or one for each.
        strides: how far it is from one window to the next, written like `ksize`.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: with channels last by default, such as ``"NHWC"``; or ``"NCW"``, ``"NCHW"``,
            ``"NCDHW"``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: `input` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
        >>> print(tf.squeeze(tf.nn.avg_pool(x, ksize=2, strides=2, padding="VALID")))
        tf.Tensor(
        [[ 2.5  4.5]
         [10.5 12.5]], shape=(2, 2), dtype=float32)
    """
    count = _axes_between("avg_pool", input)
    return _pool("avg_pool", count, _mean, input, ksize, strides, padding, data_format)


@operation
def avg_pool1d(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The mean of each window of a series: see `avg_pool`.

    Args:
        input: floating-point numbers of shape ``[batch, width, channels]``.
        ksize: the size of a window.
        strides: how far it is from one window to the next.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NWC"``, or ``"NCW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: `input` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.avg_pool1d([[[1.0], [3.0], [2.0]]], 2, 2, "SAME")[0, :, 0])
        tf.Tensor([2. 2.], shape=(2,), dtype=float32)
    """
    return _pool("avg_pool1d", 1, _mean, input, ksize, strides, padding, data_format)


@operation
def avg_pool2d(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> Tensor:
    """The mean of each window of an image: see `avg_pool`.

    Args:
        input: floating-point numbers of shape ``[batch, height, width, channels]``.
        ksize: the size of a window.
        strides: how far it is from one window to the next.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NHWC"``, or ``"NCHW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: `input` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.avg_pool2d(tf.ones([8, 28, 28, 3]), 2, 2, "VALID").shape)
        (8, 14, 14, 3)
    """
    return _pool("avg_pool2d", 2, _mean, input, ksize, strides, padding, data_format)


@operation
def avg_pool3d(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The mean of each window of a volume: see `avg_pool`.

    Args:
        input: floating-point numbers of shape ``[batch, depth, height, width, channels]``.
        ksize: the size of a window.
        strides: how far it is from one window to the next.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NDHWC"``, or ``"NCDHW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: `input` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.avg_pool3d(tf.ones([2, 5, 5, 5, 3]), 2, 2, "SAME").shape)
        (2, 3, 3, 3, 3)
    """
    return _pool("avg_pool3d", 3, _mean, input, ksize, strides, padding, data_format)


@operation
def pool(
    input: TensorLike,
    window_shape: Any,
    pooling_type: str,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The largest element or the mean of each window, which may have gaps.

    Args:
        input: numbers of shape ``[batch, *sizes, channels]`` with one to three sizes.
        window_shape: how many elements a window has along each axis.
        pooling_type: ``"MAX"`` or ``"AVG"``.
        strides: how far it is from one window to the next; 1 by default.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: with channels last by default, such as ``"NHWC"``; or ``"NCW"``, ``"NCHW"``,
            ``"NCDHW"``.
        dilations: how far it is from one element of a window to the next. Only strides of 1 go
            with dilations above 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such type, padding or data format, or both strides and
            dilations are above 1.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.pool([[[1.0], [5.0], [2.0]]], [2], "MAX", dilations=[2])[0, :, 0])
        tf.Tensor([2.], shape=(1,), dtype=float32)
    """
    count = _axes_between("pool", input)
    pooled = {"MAX": _largest, "AVG": _mean}.get(pooling_type)
    if pooled is None:
        raise InvalidArgumentError(
            f'pool: pooling_type has to be "MAX" or "AVG", got {pooling_type!r}.'
        )
    steps = window_argument("pool", "strides", strides, count)
    gaps = window_argument("pool", "dilations", dilations, count)
    if max(steps) > 1 and max(gaps) > 1:
        raise InvalidArgumentError(
            f"pool: strides {list(steps)} and dilations {list(gaps)} are both above 1. "
            "Only one of them may be."
        )
    return _pool("pool", count, pooled, input, window_shape, steps, padding, data_format, gaps)


@operation
def max_pool_with_argmax(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    output_dtype: Any = dtypes.int64,
    include_batch_in_index: bool = False,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """The largest element of each window of an image, and where it is.

    Args:
        input: numbers of shape ``[batch, height, width, channels]``.
        ksize: the size of a window.
        strides: how far it is from one window to the next.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NHWC"``.
        output_dtype: the integer type of the positions.
        include_batch_in_index: whether positions count through all images.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The largest elements, and their positions in the image when it is flattened:
        (y · width + x) · channels + c.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 2, 2, 1])
        >>> values, positions = tf.nn.max_pool_with_argmax(image, 2, 2, "VALID")
        >>> print(values.numpy().item(), positions.numpy().item())
        5.0 1
    """
    op = "max_pool_with_argmax"
    if data_format != "NHWC":
        raise InvalidArgumentError(f'{op}: data_format has to be "NHWC", got {data_format!r}.')
    x = as_node(input)
    window = window_argument(op, "ksize", ksize, 2)
    steps = window_argument(op, "strides", strides, 2)
    positions: list[Node] = []

    def locate(x: Node) -> Node:
        paddings = paddings_argument(op, padding, x.shape[1:-1], window, steps, (1, 1))
        require_fit(op, x.shape[1:-1], window, (1, 1), paddings)
        positions.append(
            _positions(x, window, steps, paddings, dtypes.as_dtype(output_dtype),
                       include_batch_in_index)
        )  # fmt: skip
        return _largest(x, window, steps, (1, 1), paddings)

    values = merged_batch(op, x, 2, locate, strict=True)
    return Tensor(values), Tensor(positions[0])


def _positions(
    x: Node, window: Shape, steps: Shape, paddings: Paddings, dtype: DType, whole: bool
) -> Node:
    """Where the first largest element of each window is in a flattened image, or batch."""
    batch, height, width, channels = x.shape
    lowest = _lowest(x.dtype)
    found = build.cast(
        build.argmax_patches(padded(x, paddings, lowest), window, steps, (1, 1)), dtype
    )
    columns = build.constant(window[1], dtype)

    def along(axis: int, inner: Node) -> Node:
        """Positions along an axis of the image: the window's begin, and further on."""
        size = found.shape[axis + 1]
        begin = np.arange(size) * steps[axis] - paddings[axis][0]
        shape = (size, *(1,) * (2 - axis))
        return build.add(inner, build.data(begin.reshape(shape), dtype))

    rows = along(0, build.floordiv(found, columns))
    across = along(1, build.mod(found, columns))
    place = build.add(build.mul(rows, build.constant(width, dtype)), across)
    channel = build.iota(channels, dtype)
    place = build.add(build.mul(place, build.constant(channels, dtype)), channel)
    if whole:
        image = build.mul(
            build.iota(batch, dtype), build.constant(height * width * channels, dtype)
        )
        place = build.add(place, build.reshape(image, (batch, 1, 1, 1)))
    return place


def _axes_between(op: str, input: TensorLike) -> int:
    """How many axes there are between the batch and the channels."""
    x = as_node(input)
    if not 3 <= x.rank <= 5:
        raise ShapeError(
            f"{op}: expected a tensor with 3 to 5 axes (batch, one to three to slide over, and "
            f"channels), got one of shape {list(x.shape)}."
        )
    return x.rank - 2


def _pool(
    op: str,
    count: int,
    pooled: _Pooled,
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    dilations: Any = None,
) -> Tensor:
    x = as_node(input)
    if pooled is _mean:
        require_floating(op, x)
    first = is_channels_first(op, data_format, count)
    window = window_argument(op, "ksize", ksize, count, first)
    steps = window_argument(op, "strides", strides, count, first)
    gaps = window_argument(op, "dilations", dilations, count, first)

    def fold(x: Node) -> Node:
        moved = channels_last(x, first)
        spatial = moved.shape[1:-1]
        paddings = paddings_argument(op, padding, spatial, window, steps, gaps, first)
        require_fit(op, spatial, window, gaps, paddings)
        return restored(pooled(moved, window, steps, gaps, paddings), first)

    return Tensor(merged_batch(op, x, count, fold, strict=True))


def _lowest(dtype: DType) -> float:
    """What is never larger than an element."""
    return -math.inf if dtype.is_floating else int(dtype.min)


def _largest(x: Node, window: Shape, strides: Shape, dilations: Shape, paddings: Paddings) -> Node:
    filled = padded(x, paddings, _lowest(x.dtype)) if any(map(any, paddings)) else x
    return build.max_patches(filled, window, strides, dilations)


def _mean(x: Node, window: Shape, strides: Shape, dilations: Shape, paddings: Paddings) -> Node:
    count = len(window)
    views = build.patches(padded(x, paddings), window, strides, dilations)
    total = build.sum(views, tuple(range(1 + count, 1 + 2 * count)))
    if not any(map(any, paddings)):
        return build.div(total, build.constant_like(math.prod(window), total))
    return build.div(total, build.data(_inside(x, window, strides, dilations, paddings), x.dtype))


def _inside(x: Node, window: Shape, strides: Shape, dilations: Shape, paddings: Paddings) -> Any:
    """How many elements of each window are not padding: [*outputs, 1]."""
    total: Any = np.ones((1,))
    for axis in reversed(range(len(window))):
        before, after = paddings[axis]
        size = x.shape[axis + 1]
        begins = np.arange(0, size + before + after, strides[axis]) - before
        within = np.arange(window[axis]) * dilations[axis]
        places = begins[:, None] + within
        places = places[places[:, -1] < size + after]
        counts = ((places >= 0) & (places < size)).sum(1)
        total = np.multiply.outer(counts, total)
    return total
