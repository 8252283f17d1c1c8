"""Convolutions in which each channel has kernels of its own."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.ops.arguments import TensorLike
from glassbrook.ops.convolution import convolved, padded, require_kernel
from glassbrook.ops.windows import (
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

__all__ = ["depthwise_conv2d", "depthwise_convolved", "separable_conv2d"]


@operation
def depthwise_conv2d(
    input: TensorLike,
    filter: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Products of each window of an image with kernels, for each channel alone.

    output[n, y, x, c·m + k] = Σ input[n, y·stride + i·dilation, x·stride + j·dilation, c] ·
    filter[i, j, c, k], summed over i and j, where m is the number of kernels per channel.

    Args:
        input: numbers of shape ``[batch, height, width, channels]``.
        filter: of shape ``[height, width, channels, kernels per channel]``.
        strides: how far it is from one window to the next, for each axis of the input.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NHWC"`` (the default), or ``"NCHW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next, along height and width.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([[[[1.0, 10.0]], [[2.0, 20.0]]]])
        >>> kernel = tf.ones([2, 1, 2, 1])
        >>> print(tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "VALID"))
        tf.Tensor([[[[ 3. 30.]]]], shape=(1, 1, 1, 2), dtype=float32)
    """
    op = "depthwise_conv2d"
    x = as_node(input)
    kernel = as_node(filter, x.dtype)
    return _depthwise(op, x, kernel, strides, padding, data_format, dilations)


@operation
def separable_conv2d(
    input: TensorLike,
    depthwise_filter: TensorLike,
    pointwise_filter: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """`depthwise_conv2d`, and then `conv2d` with a window of one element, which mixes channels.

    Args:
        input: numbers of shape ``[batch, height, width, channels]``.
        depthwise_filter: of shape ``[height, width, channels, kernels per channel]``.
        pointwise_filter: of shape ``[1, 1, channels · kernels per channel, out_channels]``.
        strides: how far it is from one window to the next, for each axis of the input.
        padding: ``"VALID"``, ``"SAME"``, or ``[before, after]`` for each axis of the input.
        data_format: ``"NHWC"`` (the default), or ``"NCHW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next, along height and width.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> depthwise, pointwise = tf.ones([3, 3, 2, 1]), tf.ones([1, 1, 2, 4])
        >>> x = tf.ones([1, 5, 5, 2])
        >>> print(tf.nn.separable_conv2d(x, depthwise, pointwise, [1, 1, 1, 1], "SAME").shape)
        (1, 5, 5, 4)
    """
    op = "separable_conv2d"
    x = as_node(input)
    kernel = as_node(depthwise_filter, x.dtype)
    mixing = as_node(pointwise_filter, x.dtype)
    require_kernel(op, mixing, 2, "channels and out_channels")
    if mixing.shape[:2] != (1, 1):
        raise ShapeError(
            f"{op}: expected a pointwise_filter of shape [1, 1, channels, out_channels], got "
            f"{list(mixing.shape)}."
        )
    first = is_channels_first(op, data_format, 2)
    middle = _depthwise(op, x, kernel, strides, padding, data_format, dilations)

    def mix(x: Node) -> Node:
        return restored(convolved(op, channels_last(x, first), mixing, (1, 1), (1, 1)), first)

    return Tensor(merged_batch(op, as_node(middle), 2, mix))


def _depthwise(
    op: str,
    x: Node,
    kernel: Node,
    strides: Any,
    padding: Any,
    data_format: str | None,
    dilations: Any,
) -> Tensor:
    require_kernel(op, kernel, 2, "channels and kernels per channel")
    first = is_channels_first(op, data_format, 2)
    steps = window_argument(op, "strides", strides, 2, first)
    gaps = window_argument(op, "dilations", dilations, 2, first)
    window = kernel.shape[:2]

    def convolve(x: Node) -> Node:
        moved = channels_last(x, first)
        spatial = moved.shape[1:-1]
        paddings = paddings_argument(op, padding, spatial, window, steps, gaps, first)
        require_fit(op, spatial, window, gaps, paddings)
        views = padded(moved, paddings)
        return restored(depthwise_convolved(op, views, kernel, steps, gaps), first)

    return Tensor(merged_batch(op, x, 2, convolve, strict=True))


def depthwise_convolved(op: str, x: Node, kernel: Node, strides: Shape, dilations: Shape) -> Node:
    """Products of each window of a padded tensor, channels last, with the kernels of its channel.

    Raises:
        ShapeError: the numbers of channels differ.
    """
    *window, channels, multiplier = kernel.shape
    if x.shape[-1] != channels:
        raise ShapeError(
            f"{op}: the input has {x.shape[-1]} channels, the filters have kernels for {channels}: "
            f"shapes {list(x.shape)} and {list(kernel.shape)}. Filters have the shape "
            "[*window, channels, kernels per channel]."
        )
    views = build.patches(x, tuple(window), tuple(strides), tuple(dilations))
    count = len(window)
    outputs = views.shape[1 : 1 + count]
    axes = tuple(range(1 + count, 1 + 2 * count))
    products = build.mul(build.reshape(views, (*views.shape, 1)), kernel)
    total = build.sum(products, axes)
    return build.reshape(total, (x.shape[0], *outputs, channels * multiplier))
