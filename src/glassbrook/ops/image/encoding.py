"""Images as PNG and JPEG files in memory, written with Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import node_value
from glassbrook.ops.image.png import write_deep_png
from glassbrook.tensor import Tensor, as_node

__all__ = ["encode_jpeg", "encode_png"]

Pixels = npt.NDArray[Any]


def _image_to_write(op: str, image: Any, allowed: tuple[int, ...]) -> Pixels:
    node = as_node(image)
    if node.dtype not in (dtypes.uint8, dtypes.uint16):
        raise DTypeError(
            f"io.{op}: expected uint8 or uint16, got {node.dtype.name}. Convert the image: "
            "tf.image.convert_image_dtype(image, tf.uint8)."
        )
    if node.rank < 3 or node.shape[-1] not in allowed or not node.size:
        raise ShapeError(
            f"io.{op}: expected shape [height, width, channels] with {', '.join(map(str, allowed))}"
            f" channels, and no size 0, got {list(node.shape)}."
        )
    return node_value(node)


def _file(pixels: Pixels, kind: str, **options: Any) -> bytes:
    from PIL import Image

    shown = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
    stream = io.BytesIO()
    Image.fromarray(shown).save(stream, kind, **options)
    return stream.getvalue()


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Tensor:
    r"""Images as PNG files.

    Args:
        image: uint8 or uint16, [..., height, width, channels] with 1 to 4 channels.
        compression: from 0 for none to 9 for the smallest files; -1 is in between.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A string for each image.

    Raises:
        DTypeError, ShapeError: it is no such image.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.encode_png(tf.zeros([1, 1, 3], tf.uint8)).numpy()[:4]
        b'\x89PNG'
    """
    if not -1 <= compression <= 9:
        raise InvalidArgumentError(
            f"io.encode_png: compression should be in [-1,9], got {compression}."
        )
    pixels = _image_to_write("encode_png", image, (1, 2, 3, 4))
    files = np.empty(pixels.shape[:-3], object)
    for place in np.ndindex(files.shape):
        each = pixels[place]
        if each.dtype == np.uint16:
            files[place] = write_deep_png(each, compression)
        else:
            files[place] = _file(each, "PNG", compress_level=compression)
    return Tensor(build.data(files, dtypes.string))


def encode_jpeg(
    image: Any,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str | bytes = "",
    name: str | None = None,
) -> Tensor:
    """An image as a JPEG file.

    Args:
        image: uint8, [height, width, channels] with 1 or 3 channels.
        format: ``"grayscale"``, ``"rgb"``, or ``""`` for what the channels say.
        quality: from 0 to 100.
        progressive: whether the file shows a rough image first.
        optimize_size: whether to spend time on a smaller file.
        chroma_downsampling: whether colours have half the resolution.
        density_unit: the unit of the densities, ``"in"`` or ``"cm"``.
        x_density: pixels per unit along rows.
        y_density: pixels per unit along columns.
        xmp_metadata: metadata to put into the file.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError, ShapeError: it is no such image.
        InvalidArgumentError: an option makes no sense.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.is_jpeg(tf.io.encode_jpeg(tf.zeros([1, 1, 3], tf.uint8))).numpy()
        np.True_
    """
    op = "encode_jpeg"
    pixels = _image_to_write(op, image, (1, 3))
    if pixels.ndim != 3 or pixels.dtype != np.uint8:
        raise ShapeError(f"io.{op}: expected one uint8 image, got shape {list(pixels.shape)}.")
    expected = {"": pixels.shape[2], "grayscale": 1, "rgb": 3}.get(format)
    if expected != pixels.shape[2]:
        raise InvalidArgumentError(
            f"io.{op}: format {format!r} does not fit {pixels.shape[2]} channels."
        )
    if not 0 <= quality <= 100:
        raise InvalidArgumentError(f"io.{op}: quality must be in [0,100], got {quality}.")
    scale = {"in": 1.0, "cm": 2.54}.get(density_unit)
    if scale is None:
        raise InvalidArgumentError(f"io.{op}: density_unit {density_unit!r} is not 'in' or 'cm'.")
    options: dict[str, Any] = {"dpi": (int(x_density * scale), int(y_density * scale))}
    if xmp_metadata:
        given = xmp_metadata
        options["xmp"] = given.encode() if isinstance(given, str) else given
    # Pillow takes quality 0 for its own default.
    data = _file(
        pixels,
        "JPEG",
        quality=max(int(quality), 1),
        progressive=progressive,
        optimize=optimize_size,
        subsampling=2 if chroma_downsampling else 0,
        **options,
    )
    return Tensor(build.data(np.array(data, object), dtypes.string))
