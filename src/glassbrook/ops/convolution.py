"""Convolutions: products of each window of a tensor with a kernel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike
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
    "atrous_conv2d",
    "conv1d",
    "conv2d",
    "conv3d",
    "convolution",
    "convolved",
    "padded",
    "require_kernel",
]

Sizes = Sequence[int]


@operation
def conv1d(
    input: TensorLike,
    filters: TensorLike,
    stride: Any,
    padding: Any,
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Products of each window of a series with a kernel: see `conv2d`.

    Args:
        input: numbers of shape ``[batch, width, in_channels]``; more leading axes are a batch too.
        filters: of shape ``[window, in_channels, out_channels]``.
        stride: how far it is from one window to the next.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis.
        data_format: ``"NWC"``, or ``"NCW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of shape ``[batch, windows, out_channels]``.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> series = tf.reshape([1.0, 2.0, 4.0, 8.0], [1, 4, 1])
        >>> difference = tf.reshape([-1.0, 1.0], [2, 1, 1])
        >>> print(tf.squeeze(tf.nn.conv1d(series, difference, 1, "VALID")))
        tf.Tensor([1. 2. 4.], shape=(3,), dtype=float32)
    """
    return _convolution("conv1d", 1, input, filters, stride, padding, data_format, dilations)


@operation
def conv2d(
    input: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Products of each window of an image with a kernel.

    output[n, y, x, o] = Σ input[n, y·stride + i·dilation, x·stride + j·dilation, c] ·
    filters[i, j, c, o], summed over i, j and c. With fewer channels in `filters` than in `input`,
    there are groups: each has its own share of the channels of the input and of the output.

    Args:
        input: numbers of shape ``[batch, height, width, in_channels]``; more leading axes are a
            batch too.
        filters: of shape ``[height, width, in_channels / groups, out_channels]``.
        strides: how far it is from one window to the next: one number for all axes, one for each
            of height and width, or one for each axis of the input.
        padding: ``"VALID"``; ``"SAME"``, which adds zeros for ⌈size / stride⌉ windows along each
            axis; or ``[before, after]`` for each axis of the input.
        data_format: ``"NHWC"``, or ``"NCHW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next, written like `strides`.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of shape ``[batch, windows down, windows across, out_channels]``.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
        >>> total = tf.ones([2, 2, 1, 1])
        >>> print(tf.squeeze(tf.nn.conv2d(image, total, strides=1, padding="VALID")))
        tf.Tensor(
        [[ 8. 12.]
         [20. 24.]], shape=(2, 2), dtype=float32)
    """
    return _convolution("conv2d", 2, input, filters, strides, padding, data_format, dilations)


@operation
def conv3d(
    input: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Products of each window of a volume with a kernel: see `conv2d`.

    Args:
        input: numbers of shape ``[batch, depth, height, width, in_channels]``; more leading axes
            are a batch too.
        filters: of shape ``[depth, height, width, in_channels / groups, out_channels]``.
        strides: how far it is from one window to the next: one number for all axes, one for each
            of depth, height and width, or one for each axis of the input.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NDHWC"``, or ``"NCDHW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next, written like `strides`.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of shape ``[batch, *windows, out_channels]``.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> volume, total = tf.ones([1, 3, 3, 3, 1]), tf.ones([2, 2, 2, 1, 1])
        >>> print(tf.nn.conv3d(volume, total, [1, 1, 1, 1, 1], "SAME")[0, 0, 0, :, 0])
        tf.Tensor([8. 8. 4.], shape=(3,), dtype=float32)
    """
    return _convolution("conv3d", 3, input, filters, strides, padding, data_format, dilations)


@operation
def convolution(
    input: TensorLike,
    filters: TensorLike,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Products of each window of a series, an image or a volume with a kernel: see `conv2d`.

    Args:
        input: numbers of shape ``[batch, *sizes, in_channels]`` with one to three sizes.
        filters: of shape ``[*window, in_channels / groups, out_channels]``.
        strides: how far it is from one window to the next; 1 by default.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: with channels last by default, such as ``"NHWC"``; or ``"NCW"``, ``"NCHW"``,
            ``"NCDHW"``.
        dilations: how far it is from one element of a window to the next. Only strides of 1 go
            with dilations above 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format, or both strides and dilations
            are above 1.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.convolution(tf.ones([1, 4, 1]), tf.ones([3, 1, 2])).shape)
        (1, 2, 2)
    """
    kernel = as_node(filters, _dtype_of(input))
    count = _window_axes("convolution", kernel)
    steps = window_argument("convolution", "strides", strides, count)
    gaps = window_argument("convolution", "dilations", dilations, count)
    if max(steps) > 1 and max(gaps) > 1:
        raise InvalidArgumentError(
            f"convolution: strides {list(steps)} and dilations {list(gaps)} are both above 1. "
            "Only one of them may be; tf.nn.conv2d takes both."
        )
    return _convolution("convolution", count, input, kernel, steps, padding, data_format, gaps)


@operation
def atrous_conv2d(
    value: TensorLike, filters: TensorLike, rate: int, padding: str, name: str | None = None
) -> Tensor:
    """`conv2d` with gaps of rate - 1 elements within a window.

    Args:
        value: numbers of shape ``[batch, height, width, in_channels]``.
        filters: of shape ``[height, width, in_channels, out_channels]``.
        rate: how far it is from one element of a window to the next.
        padding: ``"VALID"`` or ``"SAME"``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.ones([1, 5, 5, 1])
        >>> print(tf.nn.atrous_conv2d(x, tf.ones([2, 2, 1, 1]), 3, "VALID").shape)
        (1, 2, 2, 1)
    """
    return _convolution("atrous_conv2d", 2, value, filters, 1, padding, "NHWC", rate)


def _dtype_of(value: TensorLike) -> Any:
    return as_node(value).dtype


def _window_axes(op: str, kernel: Node) -> int:
    count = kernel.rank - 2
    if not 1 <= count <= 3:
        raise ShapeError(
            f"{op}: expected filters with 3 to 5 axes (the window, in_channels and out_channels), "
            f"got shape {list(kernel.shape)}."
        )
    return count


def _convolution(
    op: str,
    count: int,
    input: TensorLike,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    dilations: Any,
) -> Tensor:
    x = as_node(input)
    kernel = filters if isinstance(filters, Node) else as_node(filters, x.dtype)
    require_kernel(op, kernel, count, "in_channels and out_channels")
    first = is_channels_first(op, data_format, count)
    steps = window_argument(op, "strides", strides, count, first)
    gaps = window_argument(op, "dilations", dilations, count, first)
    window = kernel.shape[:count]

    def convolve(x: Node) -> Node:
        moved = channels_last(x, first)
        spatial = moved.shape[1:-1]
        paddings = paddings_argument(op, padding, spatial, window, steps, gaps, first)
        require_fit(op, spatial, window, gaps, paddings)
        return restored(convolved(op, padded(moved, paddings), kernel, steps, gaps), first)

    return Tensor(merged_batch(op, x, count, convolve))


def require_kernel(op: str, kernel: Node, count: int, channels: str) -> None:
    """Raise a `ShapeError` unless a kernel has a window of `count` axes, and two of channels."""
    if kernel.rank != count + 2:
        raise ShapeError(
            f"{op}: expected filters with {count + 2} axes (a window of {count}, {channels}), got "
            f"shape {list(kernel.shape)}."
        )


def padded(x: Node, paddings: Paddings, value: float = 0) -> Node:
    """A tensor with something added around the axes between the first and the last."""
    if not any(map(any, paddings)):
        return x
    return build.pad(x, ((0, 0), *paddings, (0, 0)), value)


def convolved(op: str, x: Node, kernel: Node, strides: Sizes, dilations: Sizes) -> Node:
    """Products of each window of a padded tensor, channels last, with a kernel.

    Raises:
        ShapeError: the numbers of channels do not fit.
    """
    *window, channels, outputs = kernel.shape
    if not channels or x.shape[-1] % channels:
        raise ShapeError(
            f"{op}: the input has {x.shape[-1]} channels, which is no multiple of the {channels} "
            f"of the filters: shapes {list(x.shape)} and {list(kernel.shape)}. Filters have the "
            f"shape [*window, in_channels, out_channels]."
        )
    groups = x.shape[-1] // channels
    if groups and outputs % groups:
        raise ShapeError(
            f"{op}: {outputs} channels of the output are no multiple of the {groups} groups, in "
            f"filters of shape {list(kernel.shape)} for an input of shape {list(x.shape)}."
        )
    if math.prod(window) == 1 and max(strides) == 1:
        views = build.reshape(x, (*x.shape[:-1], *window, x.shape[-1]))
    else:
        views = build.patches(x, tuple(window), tuple(strides), tuple(dilations))
    shape = (*views.shape[: len(window) + 1], outputs)
    if groups > 1:
        return build.reshape(_grouped(views, kernel, groups), shape)
    rows = build.reshape(views, (math.prod(shape[:-1]), math.prod(window) * channels))
    matrix = build.reshape(kernel, (math.prod(window) * channels, outputs))
    return build.reshape(build.matmul(rows, matrix), shape)


def _grouped(views: Node, kernel: Node, groups: int) -> Node:
    """The products of each group of channels, side by side: [windows, out_channels]."""
    *window, channels, outputs = kernel.shape
    places = math.prod(window)
    rows = math.prod(views.shape[: len(window) + 1])
    share = outputs // groups
    by_group = build.transpose(build.reshape(views, (rows, places, groups, channels)), (2, 0, 1, 3))
    left = build.reshape(by_group, (groups, rows, places * channels))
    matrices = build.reshape(kernel, (places * channels, groups, share))
    products = build.matmul(left, build.transpose(matrices, (1, 0, 2)))
    return build.transpose(products, (1, 0, 2))
