"""Grayscale morphology: the largest, or smallest, element of each window after adding a kernel."""

from __future__ import annotations

import math
from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, floating_node
from glassbrook.ops.convolution import padded
from glassbrook.ops.windows import paddings_argument, require_fit, window_argument
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["dilation2d", "erosion2d"]


@operation
def dilation2d(
    input: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    """The largest element of each window, after adding a kernel to it.

    output[n, y, x, c] = max of input[n, y·stride + i·dilation, x·stride + j·dilation, c] +
    filters[i, j, c] over i and j.

    Args:
        input: floating-point numbers of shape ``[batch, height, width, channels]``.
        filters: of shape ``[height, width, channels]``.
        strides: how far it is from one window to the next.
        padding: ``"VALID"`` or ``"SAME"``; padding is never the largest.
        data_format: ``"NHWC"``.
        dilations: how far it is from one element of a window to the next.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape([1.0, 5.0, 2.0], [1, 1, 3, 1])
        >>> kernel = tf.zeros([1, 2, 1])
        >>> print(tf.squeeze(tf.nn.dilation2d(x, kernel, 1, "VALID", "NHWC", 1)))
        tf.Tensor([5. 5.], shape=(2,), dtype=float32)
    """
    x = floating_node("dilation2d", input)
    kernel = as_node(filters, x.dtype)
    return Tensor(_dilated("dilation2d", x, kernel, strides, padding, data_format, dilations))


@operation
def erosion2d(
    value: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    """The smallest element of each window, after subtracting a kernel turned by 180 degrees.

    output[n, y, x, c] = min of value[n, y·stride + i·dilation, x·stride + j·dilation, c] -
    filters[height - 1 - i, width - 1 - j, c] over i and j.

    Args:
        value: floating-point numbers of shape ``[batch, height, width, channels]``.
        filters: of shape ``[height, width, channels]``.
        strides: how far it is from one window to the next.
        padding: ``"VALID"`` or ``"SAME"``; padding is never the smallest.
        data_format: ``"NHWC"``.
        dilations: how far it is from one element of a window to the next.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit, or no window fits.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape([1.0, 5.0, 2.0], [1, 1, 3, 1])
        >>> kernel = tf.zeros([1, 2, 1])
        >>> print(tf.squeeze(tf.nn.erosion2d(x, kernel, 1, "VALID", "NHWC", 1)))
        tf.Tensor([1. 2.], shape=(2,), dtype=float32)
    """
    x = floating_node("erosion2d", value)
    kernel = as_node(filters, x.dtype)
    if kernel.rank == 3:
        height, width, _ = kernel.shape
        begin = (max(height - 1, 0), max(width - 1, 0), 0)
        kernel = build.slice(kernel, begin, kernel.shape, (-1, -1, 1))
    dilated = _dilated("erosion2d", build.neg(x), kernel, strides, padding, data_format, dilations)
    return Tensor(build.neg(dilated))


def _dilated(
    op: str, x: Node, kernel: Node, strides: Any, padding: str, data_format: str, dilations: Any
) -> Node:
    if data_format != "NHWC":
        raise InvalidArgumentError(f'{op}: data_format has to be "NHWC", got {data_format!r}.')
    if x.rank != 4 or kernel.rank != 3 or x.shape[-1] != kernel.shape[-1]:
        raise ShapeError(
            f"{op}: expected images of shape [batch, height, width, channels] and filters of shape "
            f"[height, width, channels], got {list(x.shape)} and {list(kernel.shape)}."
        )
    steps = window_argument(op, "strides", strides, 2)
    gaps = window_argument(op, "dilations", dilations, 2)
    window, channels = kernel.shape[:2], kernel.shape[2]
    paddings = paddings_argument(op, padding, x.shape[1:3], window, steps, gaps)
    require_fit(op, x.shape[1:3], window, gaps, paddings)
    views = build.patches(padded(x, paddings, -math.inf), window, steps, gaps)
    batch, down, across = views.shape[:3]
    sums = build.reshape(build.add(views, kernel), (batch * down * across, *window, channels))
    largest = build.max_patches(sums, window, window, (1, 1))
    return build.reshape(largest, (batch, down, across, channels))
