"""Convolution, pooling and resizing under the names of Keras's old backend."""

from __future__ import annotations

from typing import Any

import glassbrook.nn as networks
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.backend import settings
from glassbrook.keras.ops import windows
from glassbrook.ops import joining
from glassbrook.ops import shape as shapes
from glassbrook.ops.image.resize import resize
from glassbrook.tensor import Tensor, convert_to_tensor
from glassbrook.tensor.symbolic import operation


@operation
def conv1d(
    x: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """The convolution of series; ``padding="causal"`` looks at the past alone."""
    if padding == "causal":
        window = convert_to_tensor(kernel).shape[0]
        x = joining.pad(x, [[0, 0], [dilation_rate * (window - 1), 0], [0, 0]])
        padding = "valid"
    return windows.conv(x, kernel, strides, padding, data_format, dilation_rate)


@operation
def conv2d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Tensor:
    """The convolution of images."""
    return windows.conv(x, kernel, strides, padding, data_format, dilation_rate)


@operation
def conv3d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1, 1),
) -> Tensor:
    """The convolution of volumes."""
    return windows.conv(x, kernel, strides, padding, data_format, dilation_rate)


@operation
def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Tensor:
    """The adjoint of `conv2d`, with a result of a given shape."""
    value = convert_to_tensor(x)
    first = (data_format or settings.image_data_format()) == "channels_first"
    sizes = [value.shape[0] if output_shape[0] is None else output_shape[0], *output_shape[1:]]
    return networks.conv_transpose(
        value,
        kernel,
        sizes,
        list(strides),
        padding.upper(),
        "NCHW" if first else "NHWC",
        list(dilation_rate),
    )


@operation
def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Tensor:
    """The convolution of images, for each channel alone."""
    return windows.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


@operation
def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Tensor:
    """`depthwise_conv2d`, and then sums over the channels."""
    return windows.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def _pooled(
    x: Any, size: Any, strides: Any, padding: str, data_format: str | None, mode: str
) -> Tensor:
    functions = {"max": windows.max_pool, "avg": windows.average_pool}
    if mode not in functions:
        raise InvalidArgumentError(f"Invalid pooling mode: {mode!r}. Expected 'max' or 'avg'.")
    found: Tensor = functions[mode](x, size, strides, padding, data_format)
    return found


@operation
def pool2d(
    x: Any,
    pool_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Tensor:
    """The largest element or the mean of each window of images."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


@operation
def pool3d(
    x: Any,
    pool_size: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Tensor:
    """The largest element or the mean of each window of volumes."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


@operation
def resize_images(
    x: Any,
    height_factor: int,
    width_factor: int,
    data_format: str,
    interpolation: str = "nearest",
) -> Tensor:
    """Images so many times as high and as wide."""
    value = convert_to_tensor(x)
    first = _is_first(data_format)
    if first:
        value = shapes.transpose(value, [0, 2, 3, 1])
    height, width = value.shape[1:3]
    value = resize(value, [height * height_factor, width * width_factor], interpolation)
    return shapes.transpose(value, [0, 3, 1, 2]) if first else value


@operation
def resize_volumes(
    x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str
) -> Tensor:
    """Volumes with every element repeated so many times along each axis."""
    value = convert_to_tensor(x)
    start = 2 if _is_first(data_format) else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor)):
        value = joining.repeat(value, factor, axis=start + axis)
    return value


def _is_first(data_format: str) -> bool:
    if data_format not in ("channels_first", "channels_last"):
        raise InvalidArgumentError(f"Invalid `data_format` argument: {data_format}")
    return data_format == "channels_first"
