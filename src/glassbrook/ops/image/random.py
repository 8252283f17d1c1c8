"""Random changes of images, from the global seed or from seeds given with each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import integer_argument, shape_argument
from glassbrook.ops.image import codec, color, geometry
from glassbrook.ops.image.arguments import image_argument
from glassbrook.ops.random import uniform
from glassbrook.ops.stateless_random import stateless_uniform
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "random_brightness",
    "random_contrast",
    "random_crop",
    "random_flip_left_right",
    "random_flip_up_down",
    "random_hue",
    "random_jpeg_quality",
    "random_saturation",
    "stateless_random_brightness",
    "stateless_random_contrast",
    "stateless_random_crop",
    "stateless_random_flip_left_right",
    "stateless_random_flip_up_down",
    "stateless_random_hue",
    "stateless_random_jpeg_quality",
    "stateless_random_saturation",
]

Draw = Callable[..., Tensor]


def _drawing(seed: Any) -> Draw:
    """Numbers from the global seed, and from an operation's own."""
    return lambda shape, low, high, dtype=dtypes.float32: uniform(
        shape, low, high, dtype=dtype, seed=seed
    )


def _stateless(seed: Any) -> Draw:
    """Numbers that depend on nothing but a pair of integers."""
    return lambda shape, low, high, dtype=dtypes.float32: stateless_uniform(
        shape, seed, low, high, dtype=dtype
    )


def _flipped(image: Any, flip: Callable[[Any], Tensor], draw: Draw) -> Tensor:
    node = image_argument(flip.__name__, image)
    mirrored = as_node(flip(Tensor(node)))
    if node.rank == 3:
        chosen = build.less(as_node(draw([], 0, 1.0)), build.data(0.5, dtypes.float32))
    else:
        numbers = as_node(draw([node.shape[0]], 0, 1.0))
        chosen = build.greater(
            build.round(build.reshape(numbers, (node.shape[0], 1, 1, 1))),
            build.data(0.0, dtypes.float32),
        )
    return Tensor(build.select(build.broadcast_to(chosen, node.shape), mirrored, node))


@operation
def random_flip_left_right(image: Any, seed: int | None = None) -> Tensor:
    """Images that are mirrored with probability 1/2, each image of a batch by itself.

    Args:
        image: an image [height, width, channels], or a batch of them.
        seed: a seed of this operation's own; see `tf.random.set_seed` for the global one.

    Example:
        >>> import glassbrook as tf
        >>> sorted(tf.image.random_flip_left_right([[[1], [2]]]).numpy().ravel().tolist())
        [1, 2]
    """
    return _flipped(image, geometry.flip_left_right, _drawing(seed))


@operation
def random_flip_up_down(image: Any, seed: int | None = None) -> Tensor:
    """Images that are put upside down with probability 1/2, each of a batch by itself.

    Args:
        image: an image [height, width, channels], or a batch of them.
        seed: a seed of this operation's own; see `tf.random.set_seed` for the global one.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.random_flip_up_down(tf.zeros([2, 3, 1])).shape
        TensorShape([2, 3, 1])
    """
    return _flipped(image, geometry.flip_up_down, _drawing(seed))


@operation
def stateless_random_flip_left_right(image: Any, seed: Any) -> Tensor:
    """As `random_flip_left_right`, decided by `seed` alone.

    Args:
        image: an image [height, width, channels], or a batch of them.
        seed: two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_flip_left_right(tf.zeros([2, 3, 1]), (1, 2)).shape
        TensorShape([2, 3, 1])
    """
    return _flipped(image, geometry.flip_left_right, _stateless(seed))


@operation
def stateless_random_flip_up_down(image: Any, seed: Any) -> Tensor:
    """As `random_flip_up_down`, decided by `seed` alone.

    Args:
        image: an image [height, width, channels], or a batch of them.
        seed: two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_flip_up_down(tf.zeros([2, 3, 1]), (1, 2)).shape
        TensorShape([2, 3, 1])
    """
    return _flipped(image, geometry.flip_up_down, _stateless(seed))


def _cropped(op: str, value: Any, size: Any, draw: Draw) -> Tensor:
    node = as_node(value)
    sizes = shape_argument(op, size)
    if len(sizes) != node.rank or any(
        want > have for want, have in zip(sizes, node.shape, strict=False)
    ):
        raise ShapeError(
            f"{op}: need value.shape >= size, got {list(node.shape)} and {list(sizes)}."
        )
    limits = build.data(
        np.array([have - want + 1 for have, want in zip(node.shape, sizes)], np.int32)
    )
    drawn = as_node(draw([node.rank], 0, 2**31 - 1, dtypes.int32))
    offsets = build.mod(drawn, limits)
    for axis, (have, want) in enumerate(zip(node.shape, sizes)):
        if want < have:
            first = build.slice(offsets, (axis,), (1,))
            node = build.gather(node, build.add(build.iota(want, dtypes.int32), first), axis)
    return Tensor(build.identity(node))


@operation
def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """A box of a given size, cut out at a random place.

    Args:
        value: a tensor of any dtype and rank, such as an image.
        size: the size of the box along each axis.
        seed: a seed of this operation's own.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the box is larger than the tensor.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.random_crop(tf.zeros([5, 6, 3]), [2, 2, 3]).shape
        TensorShape([2, 2, 3])
    """
    return _cropped("random_crop", value, size, _drawing(seed))


@operation
def stateless_random_crop(value: Any, size: Any, seed: Any, name: str | None = None) -> Tensor:
    """As `random_crop`, decided by `seed` alone.

    Args:
        value: a tensor of any dtype and rank, such as an image.
        size: the size of the box along each axis.
        seed: two integers.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_crop(tf.zeros([5, 6, 3]), [2, 2, 3], seed=(1, 2)).shape
        TensorShape([2, 2, 3])
    """
    return _cropped("stateless_random_crop", value, size, _stateless(seed))


def _up_to(op: str, limit: float, most: float = float("inf")) -> None:
    if not 0 <= limit <= most:
        above = f" and at most {most}" if most < float("inf") else ""
        raise InvalidArgumentError(f"image.{op}: max_delta must be non-negative{above}: {limit}.")


def _range(op: str, lower: float, upper: float) -> None:
    if upper <= lower or lower < 0:
        raise InvalidArgumentError(
            f"image.{op}: upper must be > lower, and lower non-negative, got {lower} and {upper}."
        )


@operation
def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """Images with a random number from [-max_delta, max_delta) added, on the scale from 0 to 1.

    Args:
        image: images of any shape.
        max_delta: the limit, at least 0.
        seed: a seed of this operation's own.

    Raises:
        InvalidArgumentError: the limit is negative.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.random_brightness(tf.zeros([2, 2, 3]), 0.2).shape
        TensorShape([2, 2, 3])
    """
    _up_to("random_brightness", max_delta)
    return color.adjust_brightness(image, _drawing(seed)([], -max_delta, max_delta))


@operation
def stateless_random_brightness(image: Any, max_delta: float, seed: Any) -> Tensor:
    """As `random_brightness`, decided by `seed` alone, two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_brightness(tf.zeros([2, 2, 3]), 0.2, (1, 2)).shape
        TensorShape([2, 2, 3])
    """
    _up_to("stateless_random_brightness", max_delta)
    return color.adjust_brightness(image, _stateless(seed)([], -max_delta, max_delta))


@operation
def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """Images with their contrast multiplied by a random number from [lower, upper).

    Args:
        image: images whose last axes are [height, width, channels].
        lower: the least factor, at least 0.
        upper: the limit of the factor.
        seed: a seed of this operation's own.

    Raises:
        InvalidArgumentError: the limits make no range.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.random_contrast(tf.zeros([2, 2, 3]), 0.5, 1.5).shape
        TensorShape([2, 2, 3])
    """
    _range("random_contrast", lower, upper)
    return color.adjust_contrast(image, _drawing(seed)([], lower, upper))


@operation
def stateless_random_contrast(image: Any, lower: float, upper: float, seed: Any) -> Tensor:
    """As `random_contrast`, decided by `seed` alone, two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_contrast(tf.zeros([2, 2, 3]), 0.5, 1.5, (1, 2)).shape
        TensorShape([2, 2, 3])
    """
    _range("stateless_random_contrast", lower, upper)
    return color.adjust_contrast(image, _stateless(seed)([], lower, upper))


@operation
def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """Images with their saturation multiplied by a random number from [lower, upper).

    Args:
        image: colours, the last axis of size 3.
        lower: the least factor, at least 0.
        upper: the limit of the factor.
        seed: a seed of this operation's own.

    Raises:
        InvalidArgumentError: the limits make no range.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.random_saturation(tf.zeros([2, 2, 3]), 0.5, 1.5).shape
        TensorShape([2, 2, 3])
    """
    _range("random_saturation", lower, upper)
    return color.adjust_saturation(image, _drawing(seed)([], lower, upper))


@operation
def stateless_random_saturation(image: Any, lower: float, upper: float, seed: Any) -> Tensor:
    """As `random_saturation`, decided by `seed` alone, two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_saturation(tf.zeros([2, 2, 3]), 0.5, 1.5, (1, 2)).shape
        TensorShape([2, 2, 3])
    """
    _range("stateless_random_saturation", lower, upper)
    return color.adjust_saturation(image, _stateless(seed)([], lower, upper))


@operation
def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """Images with their hues moved by a random number from [-max_delta, max_delta).

    Args:
        image: colours, the last axis of size 3.
        max_delta: the limit, from 0 to 0.5.
        seed: a seed of this operation's own.

    Raises:
        InvalidArgumentError: the limit lies outside of [0, 0.5].

    Example:
        >>> import glassbrook as tf
        >>> tf.image.random_hue(tf.zeros([2, 2, 3]), 0.1).shape
        TensorShape([2, 2, 3])
    """
    _up_to("random_hue", max_delta, 0.5)
    return color.adjust_hue(image, _drawing(seed)([], -max_delta, max_delta))


@operation
def stateless_random_hue(image: Any, max_delta: float, seed: Any) -> Tensor:
    """As `random_hue`, decided by `seed` alone, two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_hue(tf.zeros([2, 2, 3]), 0.1, (1, 2)).shape
        TensorShape([2, 2, 3])
    """
    _up_to("stateless_random_hue", max_delta, 0.5)
    return color.adjust_hue(image, _stateless(seed)([], -max_delta, max_delta))


def _in_random_quality(image: Any, least: int, most: int, draw: Draw) -> Tensor:
    if not 0 <= least < most <= 100:
        raise InvalidArgumentError(
            f"image.random_jpeg_quality: expected 0 <= min_jpeg_quality < max_jpeg_quality <= 100, "
            f"got {least} and {most}."
        )
    quality = draw([], least, most, dtypes.int32)
    drawn = integer_argument("image.random_jpeg_quality", "quality", quality)
    return codec.adjust_jpeg_quality(image, drawn)


def random_jpeg_quality(
    image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None
) -> Tensor:
    """An image as it looks after it was a JPEG file of random quality.

    Args:
        image: an image [height, width, channels] with 1 or 3 channels.
        min_jpeg_quality: the least quality, at least 0.
        max_jpeg_quality: the limit of the quality, at most 100.
        seed: a seed of this operation's own.

    Raises:
        InvalidArgumentError: the limits make no range within 0 and 100.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.random_jpeg_quality(tf.zeros([8, 8, 3]), 50, 90).shape
        TensorShape([8, 8, 3])
    """
    return _in_random_quality(image, min_jpeg_quality, max_jpeg_quality, _drawing(seed))


def stateless_random_jpeg_quality(
    image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: Any
) -> Tensor:
    """As `random_jpeg_quality`, decided by `seed` alone, two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.stateless_random_jpeg_quality(tf.zeros([8, 8, 3]), 50, 90, (1, 2)).shape
        TensorShape([8, 8, 3])
    """
    return _in_random_quality(image, min_jpeg_quality, max_jpeg_quality, _stateless(seed))
