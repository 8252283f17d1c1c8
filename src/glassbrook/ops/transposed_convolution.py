"""Transposed convolutions: each element spreads a kernel, and what overlaps is added up."""

from __future__ import annotations

import math
from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.windows import extent, output_sizes
from glassbrook.ops.arguments import TensorLike, shape_argument
from glassbrook.ops.convolution import require_kernel
from glassbrook.ops.windows import (
    Paddings,
    channels_last,
    is_channels_first,
    paddings_argument,
    restored,
    window_argument,
)
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "atrous_conv2d_transpose",
    "conv1d_transpose",
    "conv2d_transpose",
    "conv3d_transpose",
    "conv_transpose",
    "spread",
]


@operation
def conv1d_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The adjoint of `conv1d`: see `conv2d_transpose`.

    Args:
        input: numbers of shape ``[batch, width, in_channels]``.
        filters: of shape ``[window, out_channels, in_channels]``.
        output_shape: ``[batch, width, out_channels]`` of the result.
        strides: how far it is from one window to the next.
        padding: ``"SAME"``, ``"VALID"``, or ``[before, after]`` for each axis.
        data_format: ``"NWC"``, or ``"NCW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> x, kernel = tf.reshape([1.0, 2.0], [1, 2, 1]), tf.ones([2, 1, 1])
        >>> print(tf.squeeze(tf.nn.conv1d_transpose(x, kernel, [1, 4, 1], 2)))
        tf.Tensor([1. 1. 2. 2.], shape=(4,), dtype=float32)
    """
    return _transposed(
        "conv1d_transpose",
        1, input, filters, output_shape, strides, padding, data_format, dilations,
    )  # fmt: skip


@operation
def conv2d_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The adjoint of `conv2d`, which is the gradient of a convolution with respect to its input.

    Each element of the input spreads the kernel, times itself, over a window of the output; what
    overlaps is added up.

    Args:
        input: numbers of shape ``[batch, height, width, in_channels]``.
        filters: of shape ``[height, width, out_channels, in_channels]``.
        output_shape: ``[batch, height, width, out_channels]`` of the result, for which `conv2d`
            would give the shape of `input`.
        strides: how far it is from one window of the output to the next: one number for all axes,
            one for each of height and width, or one for each axis of the input.
        padding: ``"SAME"``, ``"VALID"``, or ``[before, after]`` for each axis; it is cut off.
        data_format: ``"NHWC"``, or ``"NCHW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next, written like `strides`.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> x, kernel = tf.reshape([1.0, 2.0], [1, 1, 2, 1]), tf.ones([2, 2, 1, 1])
        >>> print(tf.nn.conv2d_transpose(x, kernel, [1, 2, 4, 1], strides=2)[0, :, :, 0])
        tf.Tensor(
        [[1. 1. 2. 2.]
         [1. 1. 2. 2.]], shape=(2, 4), dtype=float32)
    """
    return _transposed(
        "conv2d_transpose",
        2, input, filters, output_shape, strides, padding, data_format, dilations,
    )  # fmt: skip


@operation
def conv3d_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The adjoint of `conv3d`: see `conv2d_transpose`.

    Args:
        input: numbers of shape ``[batch, depth, height, width, in_channels]``.
        filters: of shape ``[depth, height, width, out_channels, in_channels]``.
        output_shape: ``[batch, depth, height, width, out_channels]`` of the result.
        strides: how far it is from one window of the output to the next.
        padding: ``"SAME"``, ``"VALID"``, or ``[before, after]`` for each axis; it is cut off.
        data_format: ``"NDHWC"``, or ``"NCDHW"`` if the channels come second.
        dilations: how far it is from one element of a window to the next.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> x, kernel = tf.ones([1, 2, 2, 2, 3]), tf.ones([3, 3, 3, 5, 3])
        >>> print(tf.nn.conv3d_transpose(x, kernel, [1, 4, 4, 4, 5], 2).shape)
        (1, 4, 4, 4, 5)
    """
    return _transposed(
        "conv3d_transpose",
        3, input, filters, output_shape, strides, padding, data_format, dilations,
    )  # fmt: skip


@operation
def conv_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The adjoint of `convolution`, along one to three axes: see `conv2d_transpose`.

    Args:
        input: numbers of shape ``[batch, *sizes, in_channels]``.
        filters: of shape ``[*window, out_channels, in_channels]``.
        output_shape: ``[batch, *sizes, out_channels]`` of the result.
        strides: how far it is from one window of the output to the next.
        padding: ``"SAME"``, ``"VALID"``, or ``[before, after]`` for each axis; it is cut off.
        data_format: with channels last by default, such as ``"NHWC"``; or ``"NCW"``, ``"NCHW"``,
            ``"NCDHW"``.
        dilations: how far it is from one element of a window to the next.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: there is no such padding or data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> x, kernel = tf.ones([1, 3, 3]), tf.ones([2, 5, 3])
        >>> print(tf.nn.conv_transpose(x, kernel, [1, 4, 5], 1, "VALID").shape)
        (1, 4, 5)
    """
    count = len(shape_argument("conv_transpose", output_shape)) - 2
    if not 1 <= count <= 3:
        raise ShapeError(
            f"conv_transpose: expected an output_shape with 3 to 5 axes, got {count + 2}."
        )
    return _transposed(
        "conv_transpose",
        count, input, filters, output_shape, strides, padding, data_format, dilations,
    )  # fmt: skip


@operation
def atrous_conv2d_transpose(
    value: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    rate: int,
    padding: str,
    name: str | None = None,
) -> Tensor:
    """The adjoint of `atrous_conv2d`: see `conv2d_transpose`.

    Args:
        value: numbers of shape ``[batch, height, width, in_channels]``.
        filters: of shape ``[height, width, out_channels, in_channels]``.
        output_shape: ``[batch, height, width, out_channels]`` of the result.
        rate: how far it is from one element of a window to the next.
        padding: ``"SAME"`` or ``"VALID"``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: there is no such padding.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> x, kernel = tf.ones([1, 2, 2, 1]), tf.ones([2, 2, 1, 1])
        >>> print(tf.nn.atrous_conv2d_transpose(x, kernel, [1, 4, 4, 1], 2, "VALID").shape)
        (1, 4, 4, 1)
    """
    return _transposed(
        "atrous_conv2d_transpose", 2, value, filters, output_shape, 1, padding, "NHWC", rate
    )


def _transposed(
    op: str,
    count: int,
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    dilations: Any,
) -> Tensor:
    x = as_node(input)
    kernel = as_node(filters, x.dtype)
    require_kernel(op, kernel, count, "out_channels and in_channels")
    if x.rank != count + 2:
        raise ShapeError(
            f"{op}: expected a tensor with {count + 2} axes (batch, {count} to slide over, and "
            f"channels), got one of shape {list(x.shape)}."
        )
    first = is_channels_first(op, data_format, count)
    steps = window_argument(op, "strides", strides, count, first)
    gaps = window_argument(op, "dilations", dilations, count, first)
    moved = channels_last(x, first)
    target = _target(op, shape_argument(op, output_shape), moved, kernel, first)
    spatial = target[1:-1]
    window = kernel.shape[:count]
    paddings = paddings_argument(op, padding, spatial, window, steps, gaps, first)
    _require_origin(op, moved, target, window, steps, gaps, paddings)
    return Tensor(restored(spread(moved, kernel, spatial, steps, gaps, paddings), first))


def _target(op: str, shape: Shape, x: Node, kernel: Node, channels_first: bool) -> Shape:
    """The shape of the result with channels last."""
    if len(shape) != x.rank:
        raise ShapeError(
            f"{op}: output_shape {list(shape)} has {len(shape)} sizes, expected {x.rank}: those of "
            "the batch, the axes to slide over, and the channels."
        )
    target = (shape[0], *shape[2:], shape[1]) if channels_first else shape
    outputs, inputs = kernel.shape[-2:]
    if (target[0], target[-1], x.shape[-1]) != (x.shape[0], outputs, inputs):
        raise ShapeError(
            f"{op}: an input with a batch of {x.shape[0]} and {x.shape[-1]} channels, an "
            f"output_shape {list(shape)} and filters of shape {list(kernel.shape)} do not fit "
            "together. Filters have the shape [*window, out_channels, in_channels]."
        )
    return target


def _require_origin(
    op: str, x: Node, target: Shape, window: Shape, steps: Shape, gaps: Shape, paddings: Paddings
) -> None:
    sizes = [size + sum(pair) for size, pair in zip(target[1:-1], paddings, strict=True)]
    origin = output_sizes(sizes, window, steps, gaps)
    if origin != x.shape[1:-1]:
        smallest = [
            (size - 1) * step + extent(width, gap) - sum(pair)
            for size, step, width, gap, pair in zip(
                x.shape[1:-1], steps, window, gaps, paddings, strict=True
            )
        ]
        raise ShapeError(
            f"{op}: a convolution of sizes {list(target[1:-1])} (in output_shape) would give "
            f"{list(origin)}, but the input has {list(x.shape[1:-1])}. "
            f"With this padding, sizes from {smallest} on fit, up to strides - 1 more."
        )


def spread(
    x: Node, kernel: Node, spatial: Shape, strides: Shape, dilations: Shape, paddings: Paddings
) -> Node:
    """Every element times a kernel ``[*window, out_channels, in_channels]``, added up in place.

    Args:
        x: numbers with channels last.
        kernel: what each element spreads.
        spatial: the sizes of the result.
        strides: how far it is from one window of the result to the next.
        dilations: how far it is from one element of a window to the next.
        paddings: how much is cut off before and after each axis.
    """
    *window, outputs, inputs = kernel.shape
    places = math.prod(window)
    rows = build.reshape(x, (math.prod(x.shape[:-1]), inputs))
    matrix = build.reshape(kernel, (places * outputs, inputs))
    products = build.matmul(rows, matrix, False, True)
    windows = build.reshape(products, (*x.shape[:-1], *window, outputs))
    whole = tuple(size + sum(pair) for size, pair in zip(spatial, paddings, strict=True))
    added = build.unpatches(windows, whole, tuple(strides), tuple(dilations))
    if whole == tuple(spatial):
        return added
    begin = (0, *(before for before, _ in paddings), 0)
    return build.slice(added, begin, (x.shape[0], *spatial, outputs))
