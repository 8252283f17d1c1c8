"""Colours: conversions between systems, brightness, contrast, saturation and hue."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.image.arguments import image_argument
from glassbrook.ops.linalg import tensordot
from glassbrook.ops.properties import saturate_cast
from glassbrook.ops.reduce import mean_node
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "convert_image_dtype",
    "grayscale_to_rgb",
    "hsv_to_rgb",
    "per_image_standardization",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "rgb_to_yiq",
    "rgb_to_yuv",
    "yiq_to_rgb",
    "yuv_to_rgb",
]


@operation
def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> Tensor:
    """Images in another dtype, with the numbers brought to its range.

    Floats reach from 0 to 1, integers from 0 to the largest one of their type.

    Args:
        image: images of any shape.
        dtype: the wanted dtype, integers or floats.
        saturate: whether numbers beyond the range become its end, instead of wrapping around.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        AttributeError: one of the dtypes is neither floats nor integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.convert_image_dtype(tf.constant([0, 255], tf.uint8), tf.float32).numpy()
        array([0., 1.], dtype=float32)
    """
    node, wanted = as_node(image), as_dtype(dtype)
    for what, each in (("dtype", wanted), ("image dtype", node.dtype)):
        if not each.is_numeric:
            raise AttributeError(
                f"convert_image_dtype: {what} must be either floating point or integer, not "
                f"{each.name}."
            )
    return Tensor(_converted(node, wanted, saturate))


def _converted(node: Node, wanted: DType, saturate: bool = False) -> Node:
    given = node.dtype
    if not given.is_numeric:
        raise DTypeError(
            f"tf.image: expected an image of numbers, got dtype {given.name} and shape "
            f"{list(node.shape)}. tf.io.decode_image reads one from the bytes of a file."
        )
    if given is wanted:
        return build.identity(node)
    if given.is_floating and wanted.is_floating:
        return build.cast(node, wanted)
    if given.is_integer and wanted.is_floating:
        scale = build.data(1.0 / int(given.max), wanted)
        return build.mul(build.cast(node, wanted), scale)
    if given.is_floating:
        scaled = build.mul(node, build.data(int(wanted.max) + 0.5, given))
        return _cast(scaled, wanted, saturate)
    if given.max > wanted.max:
        factor = (int(given.max) + 1) // (int(wanted.max) + 1)
        return _cast(build.floordiv(node, build.data(factor, given)), wanted, saturate)
    factor = (int(wanted.max) + 1) // (int(given.max) + 1)
    return build.mul(_cast(node, wanted, saturate), build.data(factor, wanted))


def _cast(node: Node, wanted: DType, saturate: bool) -> Node:
    if saturate:
        return as_node(saturate_cast(Tensor(node), wanted))
    return build.cast(node, wanted)


def _as_floats(node: Node) -> Node:
    return (
        node if node.dtype in (dtypes.float16, dtypes.float32) else _converted(node, dtypes.float32)
    )


def _factor(value: Any, dtype: DType) -> Node:
    """A number or tensor in the dtype of an image."""
    node = as_node(value) if has_node(value) else as_node(value, dtypes.float32)
    return build.cast(node, dtype)


@operation
def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """Images with a number added to every channel, on the scale from 0 to 1.

    Args:
        image: images of any shape.
        delta: what is added, usually between -1 and 1.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.adjust_brightness([[[0.25, 0.5, 0.75]]], 0.25).numpy()
        array([[[0.5 , 0.75, 1.  ]]], dtype=float32)
    """
    node = as_node(image)
    floats = _as_floats(node)
    adjusted = build.add(floats, _factor(delta, floats.dtype))
    return Tensor(_converted(adjusted, node.dtype, saturate=True))


@operation
def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """Images with every channel's distance from its mean scaled: (x - mean) · factor + mean.

    Args:
        images: images whose last axes are [height, width, channels].
        contrast_factor: the factor.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.adjust_contrast([[[1.0], [3.0]]], 2.0).numpy().ravel()
        array([0., 4.], dtype=float32)
    """
    node = as_node(images)
    if node.rank < 3:
        raise ShapeError(
            f"image.adjust_contrast: expected [..., height, width, channels], got shape "
            f"{list(node.shape)}."
        )
    floats = _as_floats(node)
    mean = mean_node(floats, (node.rank - 3, node.rank - 2), True)
    factor = _factor(contrast_factor, floats.dtype)
    adjusted = build.add(build.mul(build.sub(floats, mean), factor), mean)
    return Tensor(_converted(adjusted, node.dtype, saturate=True))


@operation
def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """Images as gain · x^gamma.

    Args:
        image: images of any shape.
        gamma: the exponent, at least 0; above 1 makes images darker.
        gain: the factor.

    Raises:
        InvalidArgumentError: `gamma` is negative.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.adjust_gamma([[[0.5]]], gamma=2).numpy().ravel()
        array([0.25], dtype=float32)
    """
    if not has_node(gamma) and gamma < 0:
        raise InvalidArgumentError(
            f"image.adjust_gamma: Gamma should be a non-negative real number, not {gamma}."
        )
    node = as_node(image)
    floats = _as_floats(node)
    power = build.pow(floats, _factor(gamma, floats.dtype))
    adjusted = build.mul(_factor(gain, floats.dtype), power)
    return Tensor(_converted(adjusted, node.dtype, saturate=True))


@operation
def per_image_standardization(image: Any) -> Tensor:
    """Images with mean 0 and variance 1, each by itself: (x - mean) / max(σ, 1 / √pixels).

    Args:
        image: images whose last axes are [height, width, channels].

    Returns:
        float32.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.per_image_standardization([[[1.0], [3.0]]]).numpy().ravel()
        array([-1.,  1.], dtype=float32)
    """
    node = as_node(image)
    if node.rank < 3:
        raise ShapeError(
            f"image.per_image_standardization: expected [..., height, width, channels], got shape "
            f"{list(node.shape)}."
        )
    x = build.cast(node, dtypes.float32)
    axes = tuple(range(node.rank - 3, node.rank))
    centred = build.sub(x, mean_node(x, axes, True))
    deviation = build.sqrt(mean_node(build.square(centred), axes, True))
    count = int(np.prod(node.shape[-3:]))
    least = build.data(1.0 / np.sqrt(np.float32(count)), dtypes.float32)
    return Tensor(build.div(centred, build.maximum(deviation, least)))


@operation
def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """Red, green and blue as one channel: 0.2989 R + 0.587 G + 0.114 B.

    Args:
        images: images whose last axis has size 3.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the last axis has another size.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.rgb_to_grayscale(tf.constant([[[255, 0, 0]]], tf.uint8)).numpy().ravel()
        array([76], dtype=uint8)
    """
    node = _three_channels("rgb_to_grayscale", images)
    floats = Tensor(_converted(node, dtypes.float32))
    weights = np.array([[0.2989], [0.587], [0.114]], np.float32)
    grey = as_node(tensordot(floats, weights, [[-1], [0]]))
    return Tensor(_converted(grey, node.dtype))


def _three_channels(op: str, images: Any) -> Node:
    node = as_node(images)
    if not node.rank or node.shape[-1] != 3:
        raise ShapeError(
            f"image.{op}: the last axis has to hold red, green and blue, got shape "
            f"{list(node.shape)}."
        )
    return node


@operation
def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """One channel three times.

    Args:
        images: images whose last axis has size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the last axis has another size.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.grayscale_to_rgb([[[7]]]).numpy()
        array([[[7, 7, 7]]], dtype=int32)
    """
    node = as_node(images)
    if not node.rank or node.shape[-1] != 1:
        raise ShapeError(
            f"image.grayscale_to_rgb: the last dimension of a grayscale image should be size 1, "
            f"got shape {list(node.shape)}."
        )
    return Tensor(build.broadcast_to(node, (*node.shape[:-1], 3)))


def _linear(op: str, images: Any, matrix: list[list[float]]) -> Tensor:
    """Every pixel times a matrix."""
    node = _three_channels(op, images)
    if not node.dtype.is_floating:
        raise DTypeError(
            f"image.{op}: expected floats, got {node.dtype.name}. Convert them first: "
            "tf.image.convert_image_dtype(images, tf.float32)."
        )
    return tensordot(Tensor(node), np.array(matrix, node.dtype.numpy), [[node.rank - 1], [0]])


@operation
def rgb_to_yiq(images: Any) -> Tensor:
    """Red, green and blue as brightness (Y) and two axes of colour (I, Q).

    Args:
        images: floats whose last axis has size 3.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.rgb_to_yiq([[[1.0, 0.0, 0.0]]]).numpy().round(3)
        array([[[0.299, 0.596, 0.212]]], dtype=float32)
    """
    matrix = [
        [0.299, 0.59590059, 0.2115],
        [0.587, -0.27455667, -0.52273617],
        [0.114, -0.32134392, 0.31119955],
    ]
    return _linear("rgb_to_yiq", images, matrix)


@operation
def yiq_to_rgb(images: Any) -> Tensor:
    """What `rgb_to_yiq` makes, back as red, green and blue.

    Args:
        images: floats whose last axis has size 3.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.yiq_to_rgb([[[0.5, 0.0, 0.0]]]).numpy()
        array([[[0.5, 0.5, 0.5]]], dtype=float32)
    """
    matrix = [
        [1.0, 1.0, 1.0],
        [0.95598634, -0.27201283, -1.10674021],
        [0.6208248, -0.64720424, 1.70423049],
    ]
    return _linear("yiq_to_rgb", images, matrix)


@operation
def rgb_to_yuv(images: Any) -> Tensor:
    """Red, green and blue as brightness (Y) and two differences of colour (U, V).

    Args:
        images: floats whose last axis has size 3.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.rgb_to_yuv([[[1.0, 0.0, 0.0]]]).numpy().round(3)
        array([[[ 0.299, -0.147,  0.615]]], dtype=float32)
    """
    matrix = [
        [0.299, -0.14714119, 0.61497538],
        [0.587, -0.28886916, -0.51496512],
        [0.114, 0.43601035, -0.10001026],
    ]
    return _linear("rgb_to_yuv", images, matrix)


@operation
def yuv_to_rgb(images: Any) -> Tensor:
    """What `rgb_to_yuv` makes, back as red, green and blue.

    Args:
        images: floats whose last axis has size 3.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.yuv_to_rgb([[[0.5, 0.0, 0.0]]]).numpy()
        array([[[0.5, 0.5, 0.5]]], dtype=float32)
    """
    matrix = [
        [1.0, 1.0, 1.0],
        [0.0, -0.394642334, 2.03206185],
        [1.13988303, -0.58062185, 0.0],
    ]
    return _linear("yuv_to_rgb", images, matrix)


def _channel(x: Node, number: int) -> Node:
    begin = (0,) * (x.rank - 1) + (number,)
    return build.slice(x, begin, (*x.shape[:-1], 1))


def _number(value: float, like: Node) -> Node:
    return build.data(value, like.dtype)


def _hsv(x: Node) -> Node:
    red, green, blue = (_channel(x, number) for number in range(3))
    value = build.max(x, (x.rank - 1,), True)
    spread = build.sub(value, build.min(x, (x.rank - 1,), True))
    zero, one = _number(0.0, x), _number(1.0, x)
    has_value = build.greater(value, zero)
    saturation = build.select(
        has_value, build.div(spread, build.select(has_value, value, one)), zero
    )
    is_coloured = build.greater(spread, zero)
    sixth = build.div(
        _number(1.0, x), build.mul(_number(6.0, x), build.select(is_coloured, spread, one))
    )

    def hue_of(first: Node, second: Node, turn: float) -> Node:
        return build.add(build.mul(sixth, build.sub(first, second)), _number(turn, x))

    hue = build.select(
        build.equal(red, value),
        hue_of(green, blue, 0.0),
        build.select(
            build.equal(green, value), hue_of(blue, red, 2.0 / 6.0), hue_of(red, green, 4.0 / 6.0)
        ),
    )
    hue = build.select(is_coloured, hue, zero)
    hue = build.select(build.less(hue, zero), build.add(hue, one), hue)
    return build.concat([hue, saturation, value], x.rank - 1)


def _rgb(x: Node) -> Node:
    hue, saturation, value = (_channel(x, number) for number in range(3))
    zero, one = _number(0.0, x), _number(1.0, x)
    sixfold = build.mul(hue, _number(6.0, x))

    def ramp(centre: float, sign: float, offset: float) -> Node:
        distance = build.abs(build.sub(sixfold, _number(centre, x)))
        raw = build.add(build.mul(distance, _number(sign, x)), _number(offset, x))
        share = build.minimum(build.maximum(raw, zero), one)
        white = build.sub(one, saturation)
        return build.mul(build.add(white, build.mul(saturation, share)), value)

    channels = [ramp(3.0, 1.0, -1.0), ramp(2.0, -1.0, 2.0), ramp(4.0, -1.0, 2.0)]
    return build.concat(channels, x.rank - 1)


def _float_colours(op: str, images: Any) -> Node:
    node = _three_channels(op, images)
    if not node.dtype.is_floating:
        raise DTypeError(
            f"image.{op}: expected floats from 0 to 1, got {node.dtype.name}. Convert them first: "
            "tf.image.convert_image_dtype(images, tf.float32)."
        )
    return node


@operation
def rgb_to_hsv(images: Any, name: str | None = None) -> Tensor:
    """Red, green and blue as hue, saturation and value, all from 0 to 1.

    Args:
        images: floats from 0 to 1 whose last axis has size 3.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the last axis has another size.
        DTypeError: the images do not hold floats.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.rgb_to_hsv([[[0.0, 1.0, 0.0]]]).numpy().round(4)
        array([[[0.3333, 1.    , 1.    ]]], dtype=float32)
    """
    return Tensor(_hsv(_float_colours("rgb_to_hsv", images)))


@operation
def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Hue, saturation and value as red, green and blue, all from 0 to 1.

    Args:
        images: floats from 0 to 1 whose last axis has size 3.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the last axis has another size.
        DTypeError: the images do not hold floats.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.hsv_to_rgb([[[0.0, 1.0, 1.0]]]).numpy()
        array([[[1., 0., 0.]]], dtype=float32)
    """
    return Tensor(_rgb(_float_colours("hsv_to_rgb", images)))


@operation
def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """Images with their saturation multiplied, and kept within 0 and 1.

    Args:
        image: colours, the last axis of size 3.
        saturation_factor: the factor; 0 makes images grey.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.adjust_saturation([[[1.0, 0.5, 0.5]]], 0.0).numpy()
        array([[[1., 1., 1.]]], dtype=float32)
    """
    node = image_argument("adjust_saturation", image, ())
    floats = _as_floats(_three_channels("adjust_saturation", Tensor(node)))
    hsv = _hsv(floats)
    factor = _factor(saturation_factor, floats.dtype)
    raised = build.mul(_channel(hsv, 1), factor)
    kept = build.minimum(build.maximum(raised, _number(0.0, hsv)), _number(1.0, hsv))
    changed = build.concat([_channel(hsv, 0), kept, _channel(hsv, 2)], hsv.rank - 1)
    return Tensor(_converted(_rgb(changed), node.dtype))


@operation
def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """Images with their colours moved around the circle of hues.

    Args:
        image: colours, the last axis of size 3.
        delta: how far, from -1 to 1; 1 is a whole turn.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: `delta` lies outside of [-1, 1].

    Example:
        >>> import glassbrook as tf
        >>> tf.image.adjust_hue([[[1.0, 0.0, 0.0]]], 1 / 3).numpy().round(4) + 0.0
        array([[[0., 1., 0.]]], dtype=float32)
    """
    if not has_node(delta) and not -1 <= delta <= 1:
        raise InvalidArgumentError(
            f"image.adjust_hue: delta must be in the interval [-1, 1], not {delta}."
        )
    node = _three_channels("adjust_hue", image)
    floats = _as_floats(node)
    hsv = _hsv(floats)
    turned = build.add(_channel(hsv, 0), _factor(delta, floats.dtype))
    turned = build.sub(turned, build.floor(turned))
    changed = build.concat([turned, _channel(hsv, 1), _channel(hsv, 2)], hsv.rank - 1)
    return Tensor(_converted(_rgb(changed), node.dtype))
