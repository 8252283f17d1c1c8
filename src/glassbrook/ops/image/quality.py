"""How images differ from each other, and how they change from pixel to pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import broadcast_shapes
from glassbrook.ops.image.arguments import image_argument
from glassbrook.ops.image.color import convert_image_dtype
from glassbrook.ops.joining import pad
from glassbrook.ops.reduce import mean_node
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "image_gradients",
    "psnr",
    "sobel_edges",
    "ssim",
    "ssim_multiscale",
    "total_variation",
]


def _shifted(x: Node, axis: int, before: int, count: int) -> Node:
    begin, size = [0] * x.rank, list(x.shape)
    begin[axis], size[axis] = before, count
    return build.slice(x, tuple(begin), tuple(size))


def _steps(x: Node, axis: int) -> Node:
    """Each pixel less the one before it along an axis."""
    count = max(x.shape[axis] - 1, 0)
    return build.sub(_shifted(x, axis, x.shape[axis] - count, count), _shifted(x, axis, 0, count))


@operation
def total_variation(images: Any, name: str | None = None) -> Tensor:
    """The sum of the absolute differences between neighbouring pixels, of each image.

    Args:
        images: an image [height, width, channels], or a batch of them.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there are neither 3 nor 4 axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.total_variation([[[1.0], [3.0]], [[1.0], [0.0]]]).numpy()
        np.float32(6.0)
    """
    x = image_argument("total_variation", images)
    rows = x.rank - 3
    axes = tuple(range(rows, x.rank))
    parts = [build.sum(build.abs(_steps(x, axis)), axes) for axis in (rows, rows + 1)]
    return Tensor(build.add(*parts))


@operation
def image_gradients(image: Any) -> tuple[Tensor, Tensor]:
    """Each pixel's difference to the one below, and to the one on its right.

    Args:
        image: a batch [batch, height, width, channels].

    Returns:
        Both as tensors of the shape of `image`, with zeros in the last row or column.

    Raises:
        ShapeError: there are not 4 axes.

    Example:
        >>> import glassbrook as tf
        >>> dy, dx = tf.image.image_gradients(tf.reshape(tf.range(4.0), [1, 2, 2, 1]))
        >>> dy.numpy().ravel(), dx.numpy().ravel()
        (array([2., 2., 0., 0.], dtype=float32), array([1., 0., 1., 0.], dtype=float32))
    """
    x = image_argument("image_gradients", image, (4,))
    down = pad(Tensor(_steps(x, 1)), [[0, 0], [0, 1], [0, 0], [0, 0]])
    right = pad(Tensor(_steps(x, 2)), [[0, 0], [0, 0], [0, 1], [0, 0]])
    return down, right


@operation
def sobel_edges(image: Any) -> Tensor:
    """Sobel's filters: how brightness changes downwards and to the right, smoothed across.

    Args:
        image: a batch [batch, height, width, channels] of floats.

    Returns:
        A tensor [batch, height, width, channels, 2].

    Raises:
        ShapeError: there are not 4 axes.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
        >>> tf.image.sobel_edges(image)[0, 1, 1, 0].numpy()
        array([24.,  8.], dtype=float32)
    """
    x = image_argument("sobel_edges", image, (4,))
    _, height, width, _ = x.shape
    padded = as_node(pad(Tensor(x), [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT"))
    smooth, step = (1.0, 2.0, 1.0), (-1.0, 0.0, 1.0)

    def filtered(down: Sequence[float], across: Sequence[float]) -> Node:
        return _weighted(_weighted(padded, 1, height, down), 2, width, across)

    edges = [filtered(step, smooth), filtered(smooth, step)]
    return Tensor(build.concat([build.expand_dims(each, 4) for each in edges], 4))


def _weighted(x: Node, axis: int, count: int, weights: Sequence[float]) -> Node:
    """Sums of neighbours along an axis, each with its weight."""
    total: Node | None = None
    for place, weight in enumerate(weights):
        if weight:
            part = _shifted(x, axis, place, count)
            if weight != 1.0:
                part = build.mul(part, build.data(weight, x.dtype))
            total = part if total is None else build.add(total, part)
    assert total is not None
    return total


def _comparable(op: str, a: Any, b: Any, max_val: Any) -> tuple[Node, Node, Node]:
    first, second = as_node(a), as_node(b)
    fits = min(first.rank, second.rank) >= 3 and first.shape[-3:] == second.shape[-3:]
    if not fits:
        raise ShapeError(
            f"image.{op}: two images of the same shape [..., height, width, channels] are needed, "
            f"got {list(first.shape)} and {list(second.shape)}."
        )
    broadcast_shapes(f"image.{op}", first.shape, second.shape)
    limit = as_node(max_val) if hasattr(max_val, "used_node") else build.data(max_val, first.dtype)
    scaled = [
        as_node(convert_image_dtype(Tensor(each), dtypes.float32))
        for each in (first, second, build.cast(limit, first.dtype))
    ]
    return scaled[0], scaled[1], scaled[2]


@operation
def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio in decibels: 20 log₁₀(max_val) - 10 log₁₀(mean (a - b)²).

    Args:
        a: images [..., height, width, channels].
        b: images of the same shape.
        max_val: the range of pixels, such as 255 or 1.0.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        float32, a number for each image.

    Raises:
        ShapeError: the shapes do not fit.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.psnr(tf.zeros([2, 2, 1]), tf.ones([2, 2, 1]), 10.0).numpy().round(3)
        np.float32(20.0)
    """
    first, second, limit = _comparable("psnr", a, b, max_val)
    difference = build.square(build.sub(first, second))
    error = mean_node(difference, tuple(range(difference.rank - 3, difference.rank)), False)
    ten = build.data(math.log(10.0), dtypes.float32)
    peak = build.div(build.mul(build.data(20.0, dtypes.float32), build.log(limit)), ten)
    noise = build.mul(build.data(10.0 / math.log(10.0), dtypes.float32), build.log(error))
    return Tensor(build.sub(peak, noise))


def _gaussian(size: int, sigma: float) -> list[float]:
    places = np.arange(size, dtype=np.float32) - np.float32(size - 1) / 2
    weights = np.exp(-0.5 * np.square(places) / np.square(np.float32(sigma)))
    return [float(each) for each in weights / weights.sum()]


def _similarity(
    first: Node,
    second: Node,
    limit: Node,
    filter_size: int,
    filter_sigma: float,
    k1: float,
    k2: float,
) -> tuple[Node, Node]:
    """Maps of luminance, and of contrast and structure."""
    weights = _gaussian(filter_size, filter_sigma)

    def smoothed(x: Node) -> Node:
        rows = x.rank - 3
        height, width = x.shape[rows] - filter_size + 1, x.shape[rows + 1] - filter_size + 1
        return _weighted(_weighted(x, rows, height, weights), rows + 1, width, weights)

    def constant(factor: float) -> Node:
        return build.square(build.mul(limit, build.data(factor, dtypes.float32)))

    two = build.data(2.0, dtypes.float32)
    c1, c2 = constant(k1), constant(k2)
    mean_1, mean_2 = smoothed(first), smoothed(second)
    means = build.mul(build.mul(mean_1, mean_2), two)
    squares = build.add(build.square(mean_1), build.square(mean_2))
    luminance = build.div(build.add(means, c1), build.add(squares, c1))
    products = build.mul(smoothed(build.mul(first, second)), two)
    powers = smoothed(build.add(build.square(first), build.square(second)))
    structure = build.div(
        build.add(build.sub(products, means), c2), build.add(build.sub(powers, squares), c2)
    )
    return luminance, structure


def _check_filter(op: str, x: Node, filter_size: int) -> None:
    if min(x.shape[-3:-1]) < filter_size:
        raise InvalidArgumentError(
            f"image.{op}: images of {x.shape[-3]} × {x.shape[-2]} pixels are smaller than the "
            f"filter of {filter_size} × {filter_size}. Give a smaller filter_size."
        )


@operation
def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> Tensor:
    """The structural similarity of images, 1 for equal ones.

    Args:
        img1: images [..., height, width, channels].
        img2: images of the same shape.
        max_val: the range of pixels, such as 255 or 1.0.
        filter_size: the size of the Gaussian window.
        filter_sigma: its standard deviation.
        k1: keeps the quotient of means stable.
        k2: keeps the quotient of variances stable.
        return_index_map: whether to give a value for each place, instead of their mean.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: the images are smaller than the window.

    Source:
        Wang and others, "Image quality assessment: from error visibility to structural
        similarity", 2004.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.ones([11, 11, 1])
        >>> tf.image.ssim(image, image, 1.0).numpy()
        np.float32(1.0)
    """
    first, second, limit = _comparable("ssim", img1, img2, max_val)
    _check_filter("ssim", first, filter_size)
    parts = _similarity(first, second, limit, filter_size, filter_sigma, k1, k2)
    index = build.mul(*parts)
    if not return_index_map:
        index = mean_node(index, (index.rank - 3, index.rank - 2), False)
    return Tensor(mean_node(index, (index.rank - 1,), False))


def _halved(x: Node) -> Node:
    """Means of 2 × 2 pixels; an odd last row or column counts twice."""
    rows = x.rank - 3
    height, width = x.shape[rows], x.shape[rows + 1]
    borders = [[0, 0]] * rows + [[0, height % 2], [0, width % 2], [0, 0]]
    padded = as_node(pad(Tensor(x), borders, "SYMMETRIC"))
    half = (*x.shape[:rows], -(-height // 2), 2, -(-width // 2), 2, x.shape[-1])
    return mean_node(build.reshape(padded, half), (rows + 1, rows + 3), False)


@operation
def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Sequence[float] = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333),
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity at several sizes, multiplied.

    Args:
        img1: images [..., height, width, channels].
        img2: images of the same shape.
        max_val: the range of pixels, such as 255 or 1.0.
        power_factors: the exponent of each scale, the full size first.
        filter_size: the size of the Gaussian window.
        filter_sigma: its standard deviation.
        k1: keeps the quotient of means stable.
        k2: keeps the quotient of variances stable.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: the smallest images are smaller than the window.

    Source:
        Wang and others, "Multiscale structural similarity for image quality assessment", 2003.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.ones([16, 16, 1])
        >>> tf.image.ssim_multiscale(image, image, 1.0, filter_size=1).numpy()
        np.float32(1.0)
    """
    first, second, limit = _comparable("ssim_multiscale", img1, img2, max_val)
    result: Node | None = None
    last = len(power_factors) - 1
    for scale, power in enumerate(power_factors):
        if scale:
            first, second = _halved(first), _halved(second)
        _check_filter("ssim_multiscale", first, filter_size)
        luminance, factor = _similarity(first, second, limit, filter_size, filter_sigma, k1, k2)
        if scale == last:
            factor = build.mul(luminance, factor)
        factor = build.relu(mean_node(factor, (factor.rank - 3, factor.rank - 2), False))
        factor = build.pow(factor, build.data(power, dtypes.float32))
        result = factor if result is None else build.mul(result, factor)
    assert result is not None
    return Tensor(mean_node(result, (result.rank - 1,), False))
