"""Flips, turns, crops and borders."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.ops import shape as shapes
from glassbrook.ops.arguments import integer_argument, integers_argument, node_value
from glassbrook.ops.image.arguments import as_batch, image_argument, like_given
from glassbrook.ops.joining import concat, pad
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "central_crop",
    "crop_to_bounding_box",
    "extract_patches",
    "flip_left_right",
    "flip_up_down",
    "pad_to_bounding_box",
    "resize_with_crop_or_pad",
    "rot90",
    "transpose",
]


@operation
def flip_left_right(image: Any) -> Tensor:
    """Images as a mirror shows them, left and right exchanged.

    Args:
        image: an image [height, width, channels], or a batch of them.

    Raises:
        ShapeError: there are neither 3 nor 4 axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.flip_left_right([[[1], [2], [3]]]).numpy().ravel()
        array([3, 2, 1], dtype=int32)
    """
    node = image_argument("flip_left_right", image)
    return shapes.reverse(Tensor(node), [node.rank - 2])


@operation
def flip_up_down(image: Any) -> Tensor:
    """Images upside down.

    Args:
        image: an image [height, width, channels], or a batch of them.

    Raises:
        ShapeError: there are neither 3 nor 4 axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.flip_up_down([[[1]], [[2]]]).numpy().ravel()
        array([2, 1], dtype=int32)
    """
    node = image_argument("flip_up_down", image)
    return shapes.reverse(Tensor(node), [node.rank - 3])


@operation
def transpose(image: Any, name: str | None = None) -> Tensor:
    """Images with rows and columns exchanged.

    Args:
        image: an image [height, width, channels], or a batch of them.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there are neither 3 nor 4 axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.transpose(tf.zeros([2, 3, 1])).shape
        TensorShape([3, 2, 1])
    """
    node = image_argument("transpose", image)
    order = [1, 0, 2] if node.rank == 3 else [0, 2, 1, 3]
    return shapes.transpose(Tensor(node), order)


@operation
def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """Images turned by 90 degrees against the clock, `k` times.

    Args:
        image: an image [height, width, channels], or a batch of them.
        k: how often; a negative number turns the other way.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there are neither 3 nor 4 axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.rot90([[[1], [2]]]).numpy().ravel()
        array([2, 1], dtype=int32)
    """
    node = image_argument("rot90", image)
    tensor = Tensor(node)
    rows, columns = node.rank - 3, node.rank - 2
    turns = integer_argument("image.rot90", "k", k) % 4
    if turns == 1:
        return transpose(shapes.reverse(tensor, [columns]))
    if turns == 2:
        return shapes.reverse(tensor, [rows, columns])
    if turns == 3:
        return shapes.reverse(transpose(tensor), [columns])
    return tensor


@operation
def central_crop(image: Any, central_fraction: Any) -> Tensor:
    """The middle of images.

    Args:
        image: an image [height, width, channels], or a batch of them.
        central_fraction: how much of the height and of the width stays, above 0 and at most 1.

    Raises:
        InvalidArgumentError: the fraction lies outside of (0, 1].

    Example:
        >>> import glassbrook as tf
        >>> tf.image.central_crop(tf.zeros([8, 6, 3]), 0.5).shape
        TensorShape([4, 4, 3])
    """
    fraction = float(
        node_value(central_fraction.used_node()) if has_node(central_fraction) else central_fraction
    )
    if not 0.0 < fraction <= 1.0:
        raise InvalidArgumentError(
            f"image.central_crop: central_fraction must be within (0, 1], got {fraction}."
        )
    node = as_node(image)
    if fraction == 1.0:
        return Tensor(node)
    batch, single = as_batch("central_crop", Tensor(node))
    _, height, width, _ = batch.shape
    top = int((height - height * fraction) / 2)
    left = int((width - width * fraction) / 2)
    size = [-1, height - 2 * top, width - 2 * left, -1]
    return like_given(shapes.slice(batch, [0, top, left, 0], size), single)


def _sizes(op: str, **values: Any) -> list[int]:
    return [integer_argument(f"image.{op}", name, value) for name, value in values.items()]


@operation
def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """A box cut out of images.

    Args:
        image: an image [height, width, channels], or a batch of them.
        offset_height: the first row of the box.
        offset_width: its first column.
        target_height: its height.
        target_width: its width.

    Raises:
        InvalidArgumentError: the box does not lie within the image.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.reshape(tf.range(9), [3, 3, 1])
        >>> tf.image.crop_to_bounding_box(image, 1, 0, 2, 2).numpy().ravel()
        array([3, 4, 6, 7], dtype=int32)
    """
    batch, single = as_batch("crop_to_bounding_box", image)
    top, left, height, width = _sizes(
        "crop_to_bounding_box",
        offset_height=offset_height,
        offset_width=offset_width,
        target_height=target_height,
        target_width=target_width,
    )
    rows, columns = batch.shape[1], batch.shape[2]
    if min(top, left) < 0 or min(height, width) <= 0:
        raise InvalidArgumentError(
            f"image.crop_to_bounding_box: offsets must be >= 0 and sizes > 0, got offset [{top}, "
            f"{left}] and size [{height}, {width}]."
        )
    if top + height > rows or left + width > columns:
        raise InvalidArgumentError(
            f"image.crop_to_bounding_box: height must be >= target + offset: an image of {rows} × "
            f"{columns} pixels has no box of {height} × {width} at [{top}, {left}]."
        )
    box = shapes.slice(batch, [0, top, left, 0], [-1, height, width, -1])
    return like_given(box, single)


@operation
def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Images with zeros around them.

    Args:
        image: an image [height, width, channels], or a batch of them.
        offset_height: how many rows of zeros stand above.
        offset_width: how many columns of zeros stand on the left.
        target_height: the height of the result.
        target_width: the width of the result.

    Raises:
        InvalidArgumentError: the image does not fit into the result.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.pad_to_bounding_box(tf.ones([1, 1, 1]), 0, 1, 1, 3).numpy().ravel()
        array([0., 1., 0.], dtype=float32)
    """
    batch, single = as_batch("pad_to_bounding_box", image)
    top, left, height, width = _sizes(
        "pad_to_bounding_box",
        offset_height=offset_height,
        offset_width=offset_width,
        target_height=target_height,
        target_width=target_width,
    )
    below = height - top - batch.shape[1]
    right = width - left - batch.shape[2]
    if min(top, left, below, right) < 0:
        raise InvalidArgumentError(
            f"image.pad_to_bounding_box: an image of {batch.shape[1]} × {batch.shape[2]} pixels at "
            f"[{top}, {left}] does not fit into {height} × {width}."
        )
    return like_given(pad(batch, [[0, 0], [top, below], [left, right], [0, 0]]), single)


@operation
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    """The middle of images in a given size, with zeros around what is too small.

    Args:
        image: an image [height, width, channels], or a batch of them.
        target_height: the height of the result.
        target_width: the width of the result.

    Raises:
        InvalidArgumentError: a size is not positive.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.resize_with_crop_or_pad(tf.ones([5, 2, 3]), 3, 4)[0, :, 0].numpy()
        array([0., 1., 1., 0.], dtype=float32)
    """
    batch, single = as_batch("resize_with_crop_or_pad", image)
    height, width = _sizes(
        "resize_with_crop_or_pad", target_height=target_height, target_width=target_width
    )
    if min(height, width) <= 0:
        raise InvalidArgumentError(
            f"image.resize_with_crop_or_pad: sizes must be > 0, got [{height}, {width}]."
        )
    rows, columns = batch.shape[1], batch.shape[2]
    more_rows, more_columns = height - rows, width - columns
    cropped = crop_to_bounding_box(
        batch,
        max(-more_rows // 2, 0),
        max(-more_columns // 2, 0),
        min(height, rows),
        min(width, columns),
    )
    padded = pad_to_bounding_box(
        cropped, max(more_rows // 2, 0), max(more_columns // 2, 0), height, width
    )
    return like_given(padded, single)


@operation
def extract_patches(
    images: Any, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None
) -> Tensor:
    """Boxes at regular places, each flattened into the last axis.

    Args:
        images: a batch [batch, height, width, channels].
        sizes: ``[1, height, width, 1]`` of the boxes.
        strides: ``[1, rows, columns, 1]`` from one box to the next.
        rates: ``[1, rows, columns, 1]`` from one pixel of a box to the next.
        padding: ``"VALID"`` for boxes that lie within, ``"SAME"`` with zeros around the image.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor [batch, rows, columns, height · width · channels].

    Raises:
        ShapeError: the images have not 4 axes, or an argument not 4 numbers.
        InvalidArgumentError: the padding is unknown.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.reshape(tf.range(9), [1, 3, 3, 1])
        >>> patches = tf.image.extract_patches(
        ...     image, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID")
        >>> patches.shape, patches[0, 1, 1].numpy()
        (TensorShape([1, 2, 2, 4]), array([4, 5, 7, 8], dtype=int32))
    """
    op = "image.extract_patches"
    node = image_argument("extract_patches", images, (4,))
    given = [
        _inner_pair(op, key, v)
        for key, v in zip(("sizes", "strides", "rates"), (sizes, strides, rates))
    ]
    borders, counts = [], []
    for size, stride, rate, length in zip(*given, node.shape[1:3]):
        reach = (size - 1) * rate + 1
        count, before, after = _places(op, length, reach, stride, padding)
        counts.append(count)
        borders.append([before, after])
    tensor = pad(Tensor(node), [[0, 0], *borders, [0, 0]])
    parts = []
    (rows, columns), (down, right), (row_rate, column_rate) = given
    for row in range(rows):
        for column in range(columns):
            begin = [0, row * row_rate, column * column_rate, 0]
            end = [
                tensor.shape[0],
                begin[1] + (counts[0] - 1) * down + 1,
                begin[2] + (counts[1] - 1) * right + 1,
                tensor.shape[3],
            ]
            parts.append(shapes.strided_slice(tensor, begin, end, [1, down, right, 1]))
    return concat(parts, -1)


def _inner_pair(op: str, what: str, value: Any) -> tuple[int, int]:
    numbers = integers_argument(op, what, value)
    if len(numbers) != 4 or numbers[0] != 1 or numbers[3] != 1 or min(numbers) < 1:
        raise ShapeError(f"{op}: {what} has to be [1, rows, columns, 1], got {list(numbers)}.")
    return numbers[1], numbers[2]


def _places(op: str, length: int, reach: int, stride: int, padding: str) -> tuple[int, int, int]:
    """How many boxes fit along an axis, and how many zeros are needed before and after."""
    if padding.upper() == "VALID":
        return max(0, (length - reach) // stride + 1), 0, 0
    if padding.upper() != "SAME":
        raise InvalidArgumentError(f"{op}: padding has to be 'VALID' or 'SAME', not {padding!r}.")
    count = -(-length // stride)
    missing = max(0, (count - 1) * stride + reach - length)
    return count, missing // 2, missing - missing // 2
