"""Operations on the windows of series, images and volumes: convolution and pooling."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import glassbrook.nn as networks
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras import backend
from glassbrook.keras.promotion import common, tensor
from glassbrook.ops import shape as shapes
from glassbrook.tensor import Tensor
from glassbrook.tensor.symbolic import operation

_LAYOUTS = {
    ("channels_last", 3): "NWC",
    ("channels_last", 4): "NHWC",
    ("channels_last", 5): "NDHWC",
    ("channels_first", 3): "NCW",
    ("channels_first", 4): "NCHW",
    ("channels_first", 5): "NCDHW",
}


def _format(data_format: str | None) -> str:
    found = data_format or backend.image_data_format()
    if found not in ("channels_last", "channels_first"):
        raise InvalidArgumentError(
            f"data_format is {data_format!r}, expected 'channels_last' or 'channels_first'."
        )
    return found


def _layout(x: Tensor, data_format: str | None) -> str:
    found = _LAYOUTS.get((_format(data_format), x.ndim))
    if found is None:
        raise InvalidArgumentError(
            f"Expected a batch of series, images or volumes with channels, so 3 to 5 axes, got a "
            f"tensor of shape {tuple(x.shape)}."
        )
    return found


def _each(value: Any, count: int) -> list[int]:
    return [value] * count if isinstance(value, int) else list(value)


@operation
def conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """The products of each window with kernels, summed.

    Args:
        inputs: of shape [batch, *sizes, channels], or with the channels in front of the sizes.
        kernel: of shape [*window, channels, filters].
        strides: how far it is from one window to the next.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: how far it is from one element of a window to the next.
    """
    x, weights = common(inputs, kernel)
    return networks.convolution(
        x, weights, strides, padding.upper(), _layout(x, data_format), dilation_rate
    )


@operation
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """The adjoint of `conv`: every element spread over a window.

    Args:
        inputs: as for `conv`.
        kernel: of shape [*window, filters, channels].
        strides: as for `conv`.
        padding: as for `conv`.
        output_padding: how much the result is larger than it needs to be.
        data_format: as for `conv`.
        dilation_rate: as for `conv`.
    """
    x, weights = common(inputs, kernel)
    layout = _layout(x, data_format)
    count = x.ndim - 2
    steps, gaps = _each(strides, count), _each(dilation_rate, count)
    extra = [None] * count if output_padding is None else _each(output_padding, count)
    sizes = x.shape[1:-1] if layout.endswith("C") else x.shape[2:]
    found = [
        _spread_size(size, gap * (window - 1) + 1, step, padding, more)
        for size, window, step, gap, more in zip(
            sizes, weights.shape[:-2], steps, gaps, extra, strict=True
        )
    ]
    filters = weights.shape[-2]
    last = layout.endswith("C")
    shape = [x.shape[0], *found, filters] if last else [x.shape[0], filters, *found]
    return networks.conv_transpose(x, weights, shape, steps, padding.upper(), layout, gaps)


def _spread_size(size: int, window: int, step: int, padding: str, extra: int | None) -> int:
    if extra is None:
        return size * step + (max(window - step, 0) if padding == "valid" else 0)
    cut = window // 2 if padding == "same" else 0
    return (size - 1) * step + window - 2 * cut + extra


def _as_images(x: Tensor, kernels: Sequence[Tensor], layout: str) -> tuple[Tensor, list[Tensor]]:
    """A series as an image of height 1."""
    axis = 1 if layout.endswith("C") else 2
    return shapes.expand_dims(x, axis), [shapes.expand_dims(each, 0) for each in kernels]


@operation
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """The products of each window with kernels, for each channel alone.

    Args:
        inputs: series or images, as for `conv`.
        kernel: of shape [*window, channels, kernels per channel].
        strides: as for `conv`.
        padding: as for `conv`.
        data_format: as for `conv`.
        dilation_rate: as for `conv`.
    """
    x, weights = common(inputs, kernel)
    run = functools.partial(_depthwise, padding=padding)
    return _on_images(run, x, [weights], strides, data_format, dilation_rate)


def _depthwise(
    x: Tensor, kernels: list[Tensor], strides: list[int], layout: str, gaps: list[int], padding: str
) -> Tensor:
    return networks.depthwise_conv2d(x, kernels[0], strides, padding.upper(), layout, gaps)


def _separable(
    x: Tensor, kernels: list[Tensor], strides: list[int], layout: str, gaps: list[int], padding: str
) -> Tensor:
    depthwise, pointwise = kernels
    return networks.separable_conv2d(
        x, depthwise, pointwise, strides, padding.upper(), layout, gaps
    )


def _on_images(
    function: Any,
    x: Tensor,
    kernels: list[Tensor],
    strides: Any,
    data_format: str | None,
    dilation_rate: Any,
) -> Tensor:
    layout = _layout(x, data_format)
    count = x.ndim - 2
    steps, gaps = _each(strides, count), _each(dilation_rate, count)
    series = count == 1
    if series:
        x, kernels = _as_images(x, kernels, layout)
        steps, gaps = steps * 2, [1, *gaps]
    last = layout.endswith("C")
    full = [1, *steps, 1] if last else [1, 1, *steps]
    found: Tensor = function(x, kernels, full, "NHWC" if last else "NCHW", gaps)
    return shapes.squeeze(found, 1 if last else 2) if series else found


@operation
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """`depthwise_conv`, and then sums over the channels.

    Args:
        inputs: as for `depthwise_conv`.
        depthwise_kernel: as for `depthwise_conv`.
        pointwise_kernel: of shape [1, …, channels, filters].
        strides: as for `conv`.
        padding: as for `conv`.
        data_format: as for `conv`.
        dilation_rate: as for `conv`.
    """
    x, depthwise, pointwise = common(inputs, depthwise_kernel, pointwise_kernel)
    run = functools.partial(_separable, padding=padding)
    return _on_images(run, x, [depthwise, pointwise], strides, data_format, dilation_rate)


def _pool(
    kind: str, inputs: Any, size: Any, strides: Any, padding: str, data_format: str | None
) -> Tensor:
    x = tensor(inputs)
    window = _each(size, x.ndim - 2)
    steps = window if strides is None else _each(strides, x.ndim - 2)
    layout = _layout(x, data_format)
    return networks.pool(x, window, kind, steps, padding.upper(), layout)


@operation
def max_pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The largest element of each window.

    Args:
        inputs: as for `conv`.
        pool_size: how many elements a window has along each axis.
        strides: how far it is from one window to the next; as far as it is wide by default.
        padding: as for `conv`.
        data_format: as for `conv`.
    """
    return _pool("MAX", inputs, pool_size, strides, padding, data_format)


@operation
def average_pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The mean of each window; see `max_pool`."""
    return _pool("AVG", inputs, pool_size, strides, padding, data_format)


def _blocks(function: Any, x: Any, block_size: int, data_format: str) -> Tensor:
    layout = "NHWC" if _format(data_format) == "channels_last" else "NCHW"
    found: Tensor = function(tensor(x), block_size, layout)
    return found


@operation
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Channels laid out as blocks of pixels."""
    return _blocks(networks.depth_to_space, x, block_size, data_format)


@operation
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Blocks of pixels laid out as channels."""
    return _blocks(networks.space_to_depth, x, block_size, data_format)
