"""Pictures as arrays, and arrays as pictures: Pillow's images, read, made and written."""

from __future__ import annotations

import io
import os
import pathlib
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook import ops
from glassbrook.errors import InvalidArgumentError, ShapeError, UsageError
from glassbrook.keras import backend
from glassbrook.ops.image.resize import resize
from glassbrook.ops.io.files import file_error
from glassbrook.tensor import convert_to_tensor

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"]

Array = npt.NDArray[Any]

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_KEPT_GRAYS = ("L", "I;16", "I")


def data_format_of(given: str | None) -> str:
    """Where the channels are: as given, or as `set_image_data_format` says.

    Raises:
        InvalidArgumentError: neither "channels_last" nor "channels_first".
    """
    found = backend.image_data_format() if given is None else str(given).lower()
    if found not in ("channels_last", "channels_first"):
        raise InvalidArgumentError(
            f"data_format is {given!r}, expected 'channels_last' (height, width, channels) or "
            "'channels_first' (channels, height, width)."
        )
    return found


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Image:
    """An array as a Pillow image.

    Args:
        x: of shape [height, width, channels], with 1 (grey), 3 (RGB) or 4 (RGBA) channels.
        data_format: ``"channels_first"`` if the channels come first.
        scale: whether to stretch the values so that they reach from 0 to 255.
        dtype: what to compute in; `floatx` by default.

    Raises:
        ShapeError: the array is no single image.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.keras.utils.array_to_img([[[0.0], [1.0], [2.0]]])
        >>> image.size, image.mode, image.getpixel((1, 0))
        ((3, 1), 'L', 127)
    """
    from PIL import Image

    array = np.asarray(x, dtype=dtype or backend.floatx())
    if array.ndim != 3:
        raise ShapeError(
            f"array_to_img: expected one image, [height, width, channels], got shape {array.shape}."
            " Take one of a batch: images[0]; add an axis to a grey image: image[..., None]."
        )
    if data_format_of(data_format) == "channels_first":
        array = array.transpose(1, 2, 0)
    if scale:
        array = array - np.min(array)
        highest = np.max(array)
        array = (array / highest if highest != 0 else array) * 255
    channels = array.shape[2]
    if channels not in (1, 3, 4):
        raise ShapeError(
            f"array_to_img: an image has 1, 3 or 4 channels, this one has {channels} "
            f"(shape {array.shape}). Do the channels come first? Give data_format=."
        )
    if channels > 1:
        return Image.fromarray(array.astype(np.uint8))
    grey = array[:, :, 0]
    return Image.fromarray(grey.astype(np.int32 if np.max(array) > 255 else np.uint8))


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> Array:
    """A Pillow image as an array of shape [height, width, channels].

    Args:
        img: the image.
        data_format: ``"channels_first"`` to get [channels, height, width].
        dtype: `floatx` by default.

    Raises:
        ShapeError: it is no image.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.keras.utils.array_to_img([[[0.0], [255.0]]])
        >>> tf.keras.utils.img_to_array(image).shape
        (1, 2, 1)
    """
    first = data_format_of(data_format) == "channels_first"
    array = np.asarray(img, dtype=dtype or backend.floatx())
    if array.ndim == 3:
        return array.transpose(2, 0, 1) if first else array
    if array.ndim == 2:
        return array[np.newaxis] if first else array[..., np.newaxis]
    raise ShapeError(f"img_to_array: expected an image, got an array of shape {array.shape}.")


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array to an image file.

    Args:
        path: the file; its suffix says the format.
        x: see `array_to_img`.
        data_format: see `array_to_img`.
        file_format: the format, if `path` does not tell.
        scale: see `array_to_img`.
        kwargs: what Pillow's `Image.save` takes.
    """
    if file_format is None and isinstance(path, str | os.PathLike):
        file_format = pathlib.Path(path).suffix[1:].lower()
    if file_format is not None and file_format.lower() == "jpg":
        file_format = "jpeg"
    image = array_to_img(x, data_format=data_format, scale=scale)
    if image.mode == "RGBA" and file_format == "jpeg":
        warnings.warn(
            "save_img: JPEG files have no transparency, so the image is written as RGB.",
            stacklevel=2,
        )
        image = image.convert("RGB")
    image.save(path, format=file_format or None, **kwargs)


def _bytes_of(path: str | bytes | os.PathLike[str]) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise file_error(os.fsdecode(path), error) from None


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Image:
    """Read an image file.

    Args:
        path: the file, or an `io.BytesIO` with its content.
        color_mode: ``"rgb"``, ``"rgba"`` or ``"grayscale"``.
        target_size: ``(height, width)`` to bring it to; its own size by default.
        interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos"``, ``"box"`` or
            ``"hamming"``.
        keep_aspect_ratio: whether to cut off what does not fit, instead of distorting.

    Returns:
        A Pillow image; `img_to_array` makes an array of it.

    Raises:
        InvalidArgumentError: there is no such color mode or interpolation.
        TypeError: `path` is no path.
    """
    from PIL import Image

    if isinstance(path, io.BytesIO):
        image: Image.Image = Image.open(path)
    elif isinstance(path, str | bytes | os.PathLike):
        image = Image.open(io.BytesIO(_bytes_of(path)))
    else:
        raise UsageError(f"load_img: expected a path or an io.BytesIO, got {type(path).__name__}.")
    if color_mode not in _MODES:
        raise InvalidArgumentError(
            f"load_img: color_mode is {color_mode!r}, expected 'grayscale', 'rgb' or 'rgba'."
        )
    is_kept = color_mode == "grayscale" and image.mode in _KEPT_GRAYS
    if not is_kept and image.mode != _MODES[color_mode]:
        image = image.convert(_MODES[color_mode])
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    return _resized(image, (target_size[1], target_size[0]), interpolation, keep_aspect_ratio)


def _resized(image: Image, size: tuple[int, int], interpolation: str, keep: bool) -> Image:
    from PIL.Image import Resampling

    if interpolation not in _INTERPOLATIONS:
        raise InvalidArgumentError(
            f"load_img: unknown interpolation {interpolation!r}, expected one of "
            f"{', '.join(_INTERPOLATIONS)}."
        )
    resample = Resampling[interpolation.upper()]
    if not keep:
        return image.resize(size, resample)
    width, height = image.size
    cut_height = min(height, (width * size[1]) // size[0])
    cut_width = min(width, (height * size[0]) // size[1])
    left, top = (width - cut_width) // 2, (height - cut_height) // 2
    return image.resize(size, resample, box=(left, top, left + cut_width, top + cut_height))


def smart_resize(
    x: Any,
    size: Any,
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
    **kwargs: Any,
) -> Any:
    """Bring images to a size without distorting them: what does not fit is cut off.

    Args:
        x: an image [height, width, channels], or a batch of them.
        size: ``(height, width)``.
        interpolation: see `tf.image.resize`.
        data_format: ``"channels_first"`` if the channels come first.
        kwargs: nothing else is accepted.

    Returns:
        A float32 array if `x` is an array, else a tensor.

    Raises:
        ShapeError: `x` is no image, or no batch of images.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.preprocessing.image.smart_resize(tf.ones([4, 8, 3]), (2, 2)).shape
        TensorShape([2, 2, 3])
    """
    kwargs.pop("backend_module", None)
    if kwargs:
        raise UsageError(f"smart_resize: unknown arguments {sorted(kwargs)}.")
    if len(size) != 2:
        raise InvalidArgumentError(f"smart_resize: size is {size}, expected (height, width).")
    images = convert_to_tensor(x)
    if len(images.shape) not in (3, 4):
        raise ShapeError(
            "smart_resize: expected an image [height, width, channels], or a batch of them, got "
            f"shape {tuple(images.shape)}."
        )
    if data_format_of(data_format) == "channels_first":
        images = _channels_moved(images, to_last=True)
    height, width = (int(each) for each in tuple(images.shape)[-3:-1])
    target_height, target_width = (int(each) for each in size)
    cut_height = max(min(height, int(float(width * target_height) / target_width)), 1)
    cut_width = max(min(width, int(float(height * target_width) / target_height)), 1)
    top, left = int((height - cut_height) / 2), int((width - cut_width) / 2)
    cut = images[..., top : top + cut_height, left : left + cut_width, :]
    result = resize(cut, (target_height, target_width), method=interpolation)
    if data_format == "channels_first":
        result = _channels_moved(result, to_last=False)
    return result.numpy() if isinstance(x, np.ndarray) else result


def _channels_moved(images: Any, to_last: bool) -> Any:
    rank = len(images.shape)
    batch = list(range(rank - 3))
    order = [rank - 2, rank - 1, rank - 3] if to_last else [rank - 1, rank - 3, rank - 2]
    return ops.shape.transpose(images, [*batch, *order])
