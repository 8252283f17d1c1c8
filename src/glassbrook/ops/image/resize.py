"""Images in other sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument, integers_argument, node_value
from glassbrook.ops.image.arguments import as_batch, like_given
from glassbrook.ops.image.geometry import pad_to_bounding_box
from glassbrook.ops.image.kernels import (
    area_weights,
    bicubic_weights,
    kernel_weights,
    linear_positions,
    nearest_positions,
)
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["ResizeMethod", "crop_and_resize", "resize", "resize_with_pad"]

_MOST_PIXELS = 2**31


class ResizeMethod:
    """Names of the methods of `tf.image.resize`.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.ResizeMethod.NEAREST_NEIGHBOR
        'nearest'
    """

    BILINEAR: Final = "bilinear"
    NEAREST_NEIGHBOR: Final = "nearest"
    BICUBIC: Final = "bicubic"
    AREA: Final = "area"
    LANCZOS3: Final = "lanczos3"
    LANCZOS5: Final = "lanczos5"
    GAUSSIAN: Final = "gaussian"
    MITCHELLCUBIC: Final = "mitchellcubic"


_METHODS = tuple("bilinear nearest bicubic area lanczos3 lanczos5 gaussian mitchellcubic".split())
_ANTIALIASED = {"bilinear": "triangle", "bicubic": "keyscubic"}


@operation
def resize(
    images: Any,
    size: Any,
    method: str = ResizeMethod.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Tensor:
    """Images in another size, by interpolation.

    The centre of pixel i lies at i + 1/2. The result is float32, except that ``"nearest"`` keeps
    the dtype. All methods have gradients.

    Args:
        images: an image [height, width, channels], or a batch of them.
        size: the new height and width.
        method: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"area"``, ``"lanczos3"``,
            ``"lanczos5"``, ``"gaussian"`` or ``"mitchellcubic"``.
        preserve_aspect_ratio: whether `size` is the largest allowed one, kept in proportion.
        antialias: whether to average over what a new pixel covers when images become smaller;
            ``"nearest"`` and ``"area"`` take no notice.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there are neither 3 nor 4 axes, or `size` is not two numbers.
        InvalidArgumentError: the method is unknown, or a size is not positive.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.reshape(tf.range(4.0), [2, 2, 1])
        >>> tf.image.resize(image, [1, 1]).numpy().ravel()
        array([1.5], dtype=float32)
        >>> tf.image.resize(image, [4, 4], method="nearest")[:, :, 0].numpy()
        array([[0., 0., 1., 1.],
               [0., 0., 1., 1.],
               [2., 2., 3., 3.],
               [2., 2., 3., 3.]], dtype=float32)
    """
    batch, single = as_batch("resize", images)
    height, width = _target_size(size, batch, preserve_aspect_ratio)
    node = _resized("resize", as_node(batch), height, width, method, antialias)
    return like_given(Tensor(node), single)


def _target_size(size: Any, batch: Tensor, keep: bool) -> tuple[int, int]:
    try:
        sizes = integers_argument("image.resize", "size", size)
    except DTypeError as error:
        raise InvalidArgumentError(
            f"image.resize: 'size' must be a 1-D int32 Tensor: {error}"
        ) from None
    if len(sizes) != 2:
        raise ShapeError(f"image.resize: size has to be [height, width], got {list(sizes)}.")
    if keep:
        _, height, width, _ = batch.shape
        factor = min(
            np.float32(sizes[0]) / np.float32(height), np.float32(sizes[1]) / np.float32(width)
        )
        sizes = (int(np.rint(factor * height)), int(np.rint(factor * width)))
    if min(sizes) <= 0:
        raise InvalidArgumentError(f"image.resize: sizes must be positive, got {list(sizes)}.")
    return sizes[0], sizes[1]


def _resized(op: str, x: Node, height: int, width: int, method: str, antialias: bool) -> Node:
    if method not in _METHODS:
        raise InvalidArgumentError(
            f"image.{op}: the method {method!r} is unknown. There are: {', '.join(_METHODS)}."
        )
    if not x.dtype.is_numeric:
        raise DTypeError(f"image.{op}: images hold numbers, not {x.dtype.name}.")
    _, old_height, old_width, _ = x.shape
    if not old_height or not old_width:
        raise InvalidArgumentError(f"image.{op}: there is no pixel in shape {list(x.shape)}.")
    if height * width > _MOST_PIXELS:
        raise InvalidArgumentError(f"image.{op}: {height} × {width} pixels are too many.")
    if method == "nearest":
        rows = _positions(nearest_positions(old_height, height))
        columns = _positions(nearest_positions(old_width, width))
        return build.gather(build.gather(x, rows, 1), columns, 2)
    x = build.cast(x, dtypes.float32)
    # Columns and channels as one axis: long inner loops, whatever the number of channels.
    batch, _, _, channels = x.shape
    rows = build.reshape(x, (batch, old_height, old_width * channels))
    if method == "bilinear" and not antialias:
        rows = _interpolated(rows, 2, channels, *linear_positions(old_width, width))
        rows = _interpolated(rows, 1, 1, *linear_positions(old_height, height))
    else:
        weights = _weights_of(method, antialias)
        rows = _weighted(rows, 1, 1, weights(old_height, height))
        rows = _weighted(rows, 2, channels, weights(old_width, width))
    return build.reshape(rows, (batch, height, width, channels))


def _positions(positions: Any, channels: int = 1) -> Node:
    """Positions of pixels, each as many as there are channels."""
    spread = positions[:, None] * channels + np.arange(channels)
    return build.data(spread.ravel().astype(np.int32))


def _shares(shares: Any, axis: int, channels: int) -> Node:
    shape = (1, -1, 1) if axis == 1 else (1, 1, -1)
    return build.data(np.repeat(shares, channels).astype(np.float32).reshape(shape))


def _interpolated(x: Node, axis: int, channels: int, lower: Any, upper: Any, share: Any) -> Node:
    """Pairs of rows or columns mixed: exactly a if both are a."""
    first = build.gather(x, _positions(lower, channels), axis)
    second = build.gather(x, _positions(upper, channels), axis)
    return _mixed(first, second, _shares(share, axis, channels))


def _weights_of(method: str, antialias: bool) -> Callable[[int, int], Any]:
    if method == "area":
        return area_weights
    if method == "bicubic" and not antialias:
        return bicubic_weights
    kernel = _ANTIALIASED.get(method, method)
    return lambda size, target: kernel_weights(size, target, kernel, antialias)


_MOST_TAPS = 8


def _weighted(x: Node, axis: int, channels: int, weights: Any) -> Node:
    """Sums of rows or columns by a matrix of weights: few terms each, or a product."""
    used = weights != 0.0
    first = used.argmax(1)
    taps = int(max(1, (weights.shape[1] - used[:, ::-1].argmax(1) - first)[used.any(1)].max()))
    if taps > _MOST_TAPS:
        return _product(x, axis, channels, weights)
    total: Node | None = None
    for tap in range(taps):
        places = np.minimum(first + tap, weights.shape[1] - 1)
        share = np.where(first + tap == places, weights[np.arange(len(places)), places], 0.0)
        part = build.gather(x, _positions(places, channels), axis)
        part = build.mul(part, _shares(share, axis, channels))
        total = part if total is None else build.add(total, part)
    assert total is not None
    return total


def _product(x: Node, axis: int, channels: int, weights: Any) -> Node:
    if axis == 1:
        return build.matmul(build.data(weights), x)
    batch, height, _ = x.shape
    x = build.transpose(build.reshape(x, (batch, height, -1, channels)), (0, 1, 3, 2))
    x = build.matmul(build.reshape(x, (batch * height * channels, -1)), build.data(weights.T))
    x = build.reshape(x, (batch, height, channels, len(weights)))
    return build.reshape(build.transpose(x, (0, 1, 3, 2)), (batch, height, -1))


@operation
def resize_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: str = ResizeMethod.BILINEAR,
    antialias: bool = False,
) -> Tensor:
    """Images resized in proportion, with black beside them to fill the given size.

    Args:
        image: an image [height, width, channels], or a batch of them.
        target_height: the new height.
        target_width: the new width.
        method: as for `tf.image.resize`.
        antialias: as for `tf.image.resize`.

    Raises:
        InvalidArgumentError: a size is not positive, or the method is unknown.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.resize_with_pad(tf.ones([2, 4, 1]), 4, 4)[:, 0, 0].numpy()
        array([0., 1., 1., 0.], dtype=float32)
    """
    batch, single = as_batch("resize_with_pad", image)
    height = integer_argument("image.resize_with_pad", "target_height", target_height)
    width = integer_argument("image.resize_with_pad", "target_width", target_width)
    if height <= 0 or width <= 0:
        raise InvalidArgumentError(
            f"image.resize_with_pad: sizes must be positive, got {height} × {width}."
        )
    _, old_height, old_width, _ = batch.shape
    ratio = max(old_width / width, old_height / height)
    new_height = int(np.floor(old_height / ratio))
    new_width = int(np.floor(old_width / ratio))
    above = max(0, int(np.floor((height - old_height / ratio) / 2)))
    left = max(0, int(np.floor((width - old_width / ratio) / 2)))
    node = as_node(batch)
    resized = _resized("resize_with_pad", node, new_height, new_width, method, antialias)
    return like_given(pad_to_bounding_box(Tensor(resized), above, left, height, width), single)


@operation
def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any,
    crop_size: Any,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    name: str | None = None,
) -> Tensor:
    """Boxes cut out of images and brought to one size.

    Args:
        image: a batch [batch, height, width, channels]; gradients flow to it.
        boxes: rows [y1, x1, y2, x2]; 0 is the first row or column of pixels, 1 the last. A box
            with y1 > y2 is cut out upside down.
        box_indices: for each box the number of its image.
        crop_size: the height and width of the result.
        method: ``"bilinear"`` or ``"nearest"``.
        extrapolation_value: what stands where a box reaches beyond its image.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A float32 tensor [boxes, height, width, channels].

    Raises:
        InvalidArgumentError: a box belongs to no image, or the method is unknown.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
        >>> tf.image.crop_and_resize(image, [[0.0, 0.0, 0.5, 0.5]], [0], [2, 2]).numpy().ravel()
        array([0., 1., 3., 4.], dtype=float32)
    """
    op = "image.crop_and_resize"
    x, corners = as_node(image), as_node(boxes, dtypes.float32)
    rows = node_value(corners)
    owners = np.asarray(integers_argument(op, "box_indices", box_indices), np.int64)
    height, width = integers_argument(op, "crop_size", crop_size)
    if x.rank != 4 or rows.ndim != 2 or rows.shape[1] != 4 or len(owners) != len(rows):
        raise ShapeError(
            f"{op}: expected a batch of images, boxes of shape [n, 4] and n box_indices, got "
            f"shapes {list(x.shape)}, {list(rows.shape)} and [{len(owners)}]."
        )
    if method not in ("bilinear", "nearest") or height <= 0 or width <= 0:
        raise InvalidArgumentError(
            f"{op}: method {method!r} has to be 'bilinear' or 'nearest', crop_size {height} × "
            f"{width} positive."
        )
    if len(owners) and not 0 <= owners.min() <= owners.max() < x.shape[0]:
        raise InvalidArgumentError(f"{op}: box_indices {owners} beyond {x.shape[0]} images.")
    y = _box_positions(rows[:, 0], rows[:, 2], x.shape[1], height)
    x_positions = _box_positions(rows[:, 1], rows[:, 3], x.shape[2], width)
    return _cropped(x, owners, y, x_positions, method, extrapolation_value)


def _box_positions(start: Any, end: Any, size: int, target: int) -> Any:
    """Where each new row (or column) of each box lies, in old ones: [boxes, target]."""
    last = np.float32(size - 1)
    if target == 1:
        return (np.float32(0.5) * (start + end) * last)[:, None]
    step = ((end - start) * last / np.float32(target - 1))[:, None]
    return (start * last)[:, None] + np.arange(target, dtype=np.float32) * step


def _cropped(x: Node, owners: Any, y: Any, across: Any, method: str, outside: float) -> Tensor:
    _, height, width, channels = x.shape
    inside = ((y >= 0) & (y <= height - 1))[:, :, None]
    inside = inside & ((across >= 0) & (across <= width - 1))[:, None, :]
    flat = build.reshape(build.cast(x, dtypes.float32), (-1, channels))

    def pixels(rows: Any, columns: Any) -> Node:
        rows = np.clip(rows, 0, height - 1).astype(np.int64)[:, :, None]
        columns = np.clip(columns, 0, width - 1).astype(np.int64)[:, None, :]
        return build.gather(
            flat, build.data((owners[:, None, None] * height + rows) * width + columns)
        )

    if method == "nearest":
        # Halves are rounded away from 0, as C does.
        found = pixels(np.floor(y + 0.5), np.floor(across + 0.5))
    else:
        low_y, low_x = np.floor(y), np.floor(across)
        high_y, high_x = np.ceil(y), np.ceil(across)
        share_y = build.data((y - low_y).astype(np.float32)[:, :, None, None])
        share_x = build.data((across - low_x).astype(np.float32)[:, None, :, None])
        top = _mixed(pixels(low_y, low_x), pixels(low_y, high_x), share_x)
        bottom = _mixed(pixels(high_y, low_x), pixels(high_y, high_x), share_x)
        found = _mixed(top, bottom, share_y)
    mask = build.broadcast_to(build.data(inside[..., None]), found.shape)
    filled = build.broadcast_to(build.data(outside, dtypes.float32), found.shape)
    return Tensor(build.select(mask, found, filled))


def _mixed(first: Node, second: Node, share: Node) -> Node:
    return build.add(first, build.mul(build.sub(second, first), share))
