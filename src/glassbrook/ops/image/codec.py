"""Image files in memory: PNG, JPEG, GIF, BMP and WebP, read with Pillow.

Pillow is imported when a file is read. A file is refused before it is unpacked if it
claims more pixels than anybody needs, and whatever is wrong with it is an `InvalidArgumentError`.
"""

from __future__ import annotations

import io
import threading
import warnings
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph import build
from glassbrook.ops.arguments import integers_argument, node_value
from glassbrook.ops.comparison import equal
from glassbrook.ops.image.bitmap import read_bitmap
from glassbrook.ops.image.color import convert_image_dtype
from glassbrook.ops.image.encoding import encode_jpeg
from glassbrook.ops.image.png import read_deep_png
from glassbrook.ops.strings import substr
from glassbrook.tensor import Tensor, as_node

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "adjust_jpeg_quality",
    "decode_and_crop_jpeg",
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "decode_webp",
    "extract_jpeg_shape",
    "is_jpeg",
]

Pixels = npt.NDArray[Any]

MOST_PIXELS = 2**27
"""How many pixels an image may have, all frames together."""

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_GREY = (9797, 19234, 3737)
_truncated = threading.Lock()


def _contents(op: str, contents: Any) -> bytes:
    node = as_node(contents)
    if node.dtype is not dtypes.string or node.rank:
        raise DTypeError(
            f"io.{op}: contents must be one string with the bytes of a file, as tf.io.read_file "
            f"gives it; got {node.dtype.name} of shape {list(node.shape)}."
        )
    return bytes(node_value(node)[()])


def _damaged(op: str, data: bytes, problem: Any) -> InvalidArgumentError:
    start = f" It begins with {data[:8]!r}." if data else " It is empty."
    return InvalidArgumentError(
        f"io.{op}: the image of {len(data):,} bytes cannot be read: {problem}.{start} Files of "
        "PNG, JPEG, GIF, BMP and WebP images are known; this one may be cut off."
    )


def _opened(op: str, data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The image, of which nothing but the header has been read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError:
        raise _damaged(op, data, f"it is none of {', '.join(formats)}") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise _damaged(op, data, error) from None
    _check_size(op, data, image.size[0] * image.size[1])
    return image


def _check_size(op: str, data: bytes, count: int) -> None:
    if count > MOST_PIXELS:
        raise _damaged(op, data, f"it claims {count:,} pixels, and {MOST_PIXELS:,} are allowed")


def _loaded(op: str, data: bytes, image: Image.Image, recover: bool = False) -> Image.Image:
    from PIL import Image as pillow
    from PIL import ImageFile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if recover:
                with _truncated:
                    before = ImageFile.LOAD_TRUNCATED_IMAGES
                    ImageFile.LOAD_TRUNCATED_IMAGES = True
                    try:
                        image.load()
                    finally:
                        ImageFile.LOAD_TRUNCATED_IMAGES = before
            else:
                image.load()
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        TypeError,
        KeyError,
        zlib.error,
        pillow.DecompressionBombError,
    ) as error:
        raise _damaged(op, data, error) from None
    return image


def _own_channels(image: Image.Image) -> int:
    """How many channels the file has, once palettes are looked up."""
    if image.mode == "P":
        return 4 if "transparency" in image.info else 3
    if image.mode in ("RGBA", "PA", "RGBa"):
        return 4
    if image.mode in ("LA", "La"):
        return 2
    if image.mode in ("1", "L", "I", "F") or image.mode.startswith("I;16"):
        return 2 if "transparency" in image.info else 1
    return 3


def _check_channels(op: str, channels: Any, allowed: tuple[int, ...]) -> int:
    if channels not in allowed:
        raise InvalidArgumentError(
            f"io.{op}: channels must be one of {', '.join(map(str, allowed))}, got {channels}."
        )
    return int(channels)


def _bytes_of(image: Image.Image, channels: int) -> Pixels:
    """Pixels of 8 bits: [height, width, channels]."""
    if image.mode.startswith("I;16") or image.mode == "I":
        grey = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
        return _with_channels(grey[:, :, None], channels)
    own = _own_channels(image)
    wanted = channels if channels >= 3 else own
    if image.mode != _MODES[wanted]:
        image = image.convert(_MODES[wanted])
    pixels = np.array(image, np.uint8).reshape(image.size[1], image.size[0], wanted)
    return _with_channels(pixels, channels)


def _with_channels(pixels: Pixels, channels: int) -> Pixels:
    """Grey or coloured pixels with another number of channels; nothing shines through."""
    have = pixels.shape[2]
    full = np.full((*pixels.shape[:2], 1), np.iinfo(pixels.dtype).max, pixels.dtype)
    if have == channels:
        return pixels
    alpha = pixels[:, :, -1:] if have in (2, 4) else full
    colours = pixels[:, :, : have - (have in (2, 4))]
    if channels >= 3:
        colours = np.broadcast_to(colours, (*pixels.shape[:2], 3))
    elif colours.shape[2] == 3:
        # In steps of 2⁻¹⁵, as the reference library for PNG files computes it.
        grey = (colours.astype(np.int64) @ np.array(_GREY)) >> 15
        colours = grey.astype(pixels.dtype)[:, :, None]
    return np.concatenate([colours, alpha], 2) if channels in (2, 4) else np.array(colours)


def _deep_png(op: str, data: bytes) -> Pixels | None:
    try:
        return read_deep_png(data, MOST_PIXELS)
    except (ValueError, zlib.error) as error:
        raise _damaged(op, data, error) from None


def _deep_pixels(op: str, data: bytes, channels: int) -> Pixels:
    """Pixels of 16 bits of a file of any depth."""
    deep = _deep_png(op, data)
    if deep is None:
        image = _loaded(op, data, _opened(op, data, _FORMATS))
        own = _own_channels(image)
        if image.mode.startswith("I;16") or image.mode == "I":
            deep = np.asarray(image).astype(np.uint16)[:, :, None]
        else:
            deep = _bytes_of(image, own).astype(np.uint16) * np.uint16(257)
    return _with_channels(deep, channels or deep.shape[2])


def _pixels(op: str, data: bytes, channels: int, formats: tuple[str, ...]) -> Pixels:
    if data.startswith(b"BM") and "BMP" in formats:
        return _bitmap(op, data, channels)
    deep = _deep_png(op, data)
    if deep is not None:
        shallow = (deep >> 8).astype(np.uint8)
        return _with_channels(shallow, channels or shallow.shape[2])
    image = _opened(op, data, formats)
    if image.format == "JPEG" and channels == 4:
        raise InvalidArgumentError(f"io.{op}: a JPEG file has no opacity: channels=4.")
    if getattr(image, "n_frames", 1) > 1:
        raise _damaged(op, data, "it is an animation; use tf.io.decode_gif or decode_image")
    if image.format == "JPEG" and channels == 1:
        image.draft("L", image.size)
    image = _loaded(op, data, image)
    return _bytes_of(image, channels or _own_channels(image))


def _bitmap(op: str, data: bytes, channels: int) -> Pixels:
    """The pixels of a BMP file."""
    try:
        pixels = read_bitmap(data, MOST_PIXELS)
    except ValueError as error:
        raise _damaged(op, data, error) from None
    if pixels is None:
        image = _loaded(op, data, _opened(op, data, ("BMP",)))
        pixels = _bytes_of(image, _own_channels(image))
    if channels == 1 and pixels.shape[2] != 1:
        raise InvalidArgumentError(
            f"io.{op}: the file has {pixels.shape[2]} channels, but channels=1. Read it as it is, "
            "then use tf.image.rgb_to_grayscale."
        )
    return _with_channels(pixels, channels or pixels.shape[2])


def _tensor(pixels: Pixels) -> Tensor:
    return Tensor(build.data(np.ascontiguousarray(pixels)))


def decode_png(
    contents: Any, channels: int = 0, dtype: Any = dtypes.uint8, name: str | None = None
) -> Tensor:
    """The pixels of a PNG file; JPEG files and GIF files of one frame are read as well.

    Args:
        contents: the bytes of the file, a string.
        channels: 0 for those of the file, 1 for grey, 2 for grey and opacity, 3 for colours, 4 for
            colours and opacity.
        dtype: uint8, or uint16.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor [height, width, channels].

    Raises:
        InvalidArgumentError: the bytes are no such file, or it is damaged, or too large.

    Example:
        >>> import glassbrook as tf
        >>> image = tf.constant([[[255, 0, 0], [0, 0, 255]]], tf.uint8)
        >>> tf.io.decode_png(tf.io.encode_png(image)).numpy().tolist()
        [[[255, 0, 0], [0, 0, 255]]]
    """
    op = "decode_png"
    wanted = as_dtype(dtype)
    number = _check_channels(op, channels, (0, 1, 2, 3, 4))
    data = _contents(op, contents)
    if wanted is dtypes.uint16:
        return _tensor(_deep_pixels(op, data, number))
    if wanted is not dtypes.uint8:
        raise DTypeError(f"io.{op}: dtype must be uint8 or uint16, not {wanted.name}.")
    return _tensor(_pixels(op, data, number, ("PNG", "JPEG", "GIF")))


def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """The pixels of a JPEG file; PNG files and GIF files of one frame are read as well.

    Args:
        contents: the bytes of the file, a string.
        channels: 0 for those of the file, 1 for grey, 3 for colours.
        ratio: 1, 2, 4 or 8: how much smaller the image is made while it is read.
        fancy_upscaling: accepted for TensorFlow's sake, without effect.
        try_recover_truncated: whether to give what there is of a file that is cut off.
        acceptable_fraction: accepted for TensorFlow's sake, without effect.
        dct_method: accepted for TensorFlow's sake: always ``"INTEGER_ACCURATE"``.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A uint8 tensor [height, width, channels].

    Raises:
        InvalidArgumentError: the bytes are no such file, or it is damaged, or too large.

    Example:
        >>> import glassbrook as tf
        >>> data = tf.io.encode_jpeg(tf.zeros([4, 6, 3], tf.uint8))
        >>> tf.io.decode_jpeg(data).shape
        TensorShape([4, 6, 3])
    """
    op = "decode_jpeg"
    number = _check_channels(op, channels, (0, 1, 3))
    if ratio not in (1, 2, 4, 8):
        raise InvalidArgumentError(f"io.{op}: ratio must be 1, 2, 4 or 8, not {ratio}.")
    data = _contents(op, contents)
    if ratio == 1 and not try_recover_truncated:
        return _tensor(_pixels(op, data, number, ("JPEG", "PNG", "GIF")))
    image = _opened(op, data, ("JPEG",))
    mode = "L" if number == 1 else None
    image.draft(mode, (max(1, image.size[0] // ratio), max(1, image.size[1] // ratio)))
    image = _loaded(op, data, image, try_recover_truncated)
    return _tensor(_bytes_of(image, number or _own_channels(image)))


def decode_and_crop_jpeg(
    contents: Any, crop_window: Any, channels: int = 0, ratio: int = 1, **options: Any
) -> Tensor:
    """A box out of a JPEG file.

    Args:
        contents: the bytes of the file, a string.
        crop_window: ``[first row, first column, height, width]``.
        channels: as for `tf.io.decode_jpeg`.
        ratio: as for `tf.io.decode_jpeg`.
        options: the other options of `tf.io.decode_jpeg`.

    Raises:
        InvalidArgumentError: the box does not lie within the image.

    Example:
        >>> import glassbrook as tf
        >>> data = tf.io.encode_jpeg(tf.zeros([4, 6, 3], tf.uint8))
        >>> tf.io.decode_and_crop_jpeg(data, [1, 1, 2, 3]).shape
        TensorShape([2, 3, 3])
    """
    op = "decode_and_crop_jpeg"
    top, left, height, width = integers_argument(op, "crop_window", crop_window)
    pixels = node_value(as_node(decode_jpeg(contents, channels, ratio, **options)))
    fits = top + height <= pixels.shape[0] and left + width <= pixels.shape[1]
    if min(top, left) < 0 or min(height, width) <= 0 or not fits:
        raise InvalidArgumentError(
            f"io.{op}: invalid crop window {[top, left, height, width]} for an image of "
            f"{pixels.shape[0]} × {pixels.shape[1]} pixels."
        )
    return _tensor(pixels[top : top + height, left : left + width])


def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Tensor:
    """The pixels of a BMP file.

    Args:
        contents: the bytes of the file, a string.
        channels: 0 for those of the file, 1, 3 or 4.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A uint8 tensor [height, width, channels].

    Raises:
        InvalidArgumentError: the bytes are no such file, or it is damaged, or too large.
    """
    number = _check_channels("decode_bmp", channels, (0, 1, 3, 4))
    data = _contents("decode_bmp", contents)
    return _tensor(_pixels("decode_bmp", data, number, ("BMP",)))


def _frames(op: str, data: bytes, channels: int, formats: tuple[str, ...]) -> Pixels:
    image = _opened(op, data, formats)
    count = getattr(image, "n_frames", 1)
    _check_size(op, data, count * image.size[0] * image.size[1])
    frames = []
    for number in range(count):
        try:
            image.seek(number)
        except (EOFError, OSError, ValueError) as error:
            raise _damaged(op, data, error) from None
        frames.append(_bytes_of(_loaded(op, data, image), channels or _own_channels(image)))
        if frames[-1].shape != frames[0].shape:
            frames[-1] = _with_channels(frames[-1], frames[0].shape[2])
    return np.stack(frames)


def decode_gif(contents: Any, name: str | None = None) -> Tensor:
    """All frames of a GIF file.

    Args:
        contents: the bytes of the file, a string.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A uint8 tensor [frames, height, width, 3].

    Raises:
        InvalidArgumentError: the bytes are no such file, or it is damaged, or too large.
    """
    data = _contents("decode_gif", contents)
    return _tensor(_frames("decode_gif", data, 3, ("GIF", "PNG", "JPEG")))


def decode_webp(
    contents: Any, channels: int = 0, dtype: Any = dtypes.uint8, name: str | None = None
) -> Tensor:
    """All frames of a WebP file.

    Args:
        contents: the bytes of the file, a string.
        channels: 0 for those of the file, 3 or 4.
        dtype: uint8.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A uint8 tensor [frames, height, width, channels].

    Raises:
        InvalidArgumentError: the bytes are no such file, or it is damaged, or too large.
    """
    number = _check_channels("decode_webp", channels, (0, 3, 4))
    if as_dtype(dtype) is not dtypes.uint8:
        raise DTypeError(f"io.decode_webp: dtype must be uint8, not {as_dtype(dtype).name}.")
    return _tensor(_frames("decode_webp", _contents("decode_webp", contents), number, ("WEBP",)))


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = dtypes.uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Tensor:
    """The pixels of a PNG, JPEG, GIF, BMP or WebP file.

    Args:
        contents: the bytes of the file, a string.
        channels: 0 or `None` for those of the file, 1, 3 or 4.
        dtype: uint8; or another type of numbers, to whose range pixels are brought.
        name: accepted for TensorFlow's sake, without effect.
        expand_animations: whether a GIF gives all frames, in an axis in front; else the first one.

    Returns:
        A tensor [height, width, channels], or [frames, height, width, channels].

    Raises:
        InvalidArgumentError: the bytes are no such file, or it is damaged, or too large.

    Example:
        >>> import glassbrook as tf
        >>> data = tf.io.encode_png(tf.constant([[[255], [0]]], tf.uint8))
        >>> tf.io.decode_image(data, channels=3, dtype=tf.float32).numpy().tolist()
        [[[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]]
    """
    op = "decode_image"
    number = _check_channels(op, 0 if channels is None else channels, (0, 1, 3, 4))
    wanted, data = as_dtype(dtype), _contents(op, contents)
    if data.startswith((b"GIF8", b"RIFF")):
        first = data.startswith(b"RIFF")
        pixels = _frames(op, data, number or (0 if first else 3), _FORMATS)
        tensor = _tensor(pixels if expand_animations else pixels[0])
    elif data.startswith(b"\x89PNG") and wanted is not dtypes.uint8:
        tensor = _tensor(_deep_pixels(op, data, number))
    else:
        tensor = _tensor(_pixels(op, data, number, _FORMATS))
    return tensor if tensor.dtype is wanted else convert_image_dtype(tensor, wanted)


def adjust_jpeg_quality(
    image: Any, jpeg_quality: Any, dct_method: str = "", name: str | None = None
) -> Tensor:
    """An image as it looks after it was a JPEG file of the given quality.

    Args:
        image: an image [height, width, channels] with 1 or 3 channels.
        jpeg_quality: from 0 to 100.
        dct_method: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.image.adjust_jpeg_quality(tf.zeros([8, 8, 3]), 75).dtype
        tf.float32
    """
    node = as_node(image)
    (quality,) = integers_argument("image.adjust_jpeg_quality", "jpeg_quality", jpeg_quality)
    data = encode_jpeg(convert_image_dtype(Tensor(node), dtypes.uint8, True), quality=quality)
    decoded = decode_jpeg(data, channels=node.shape[-1])
    return convert_image_dtype(decoded, node.dtype, True)


def extract_jpeg_shape(contents: Any, output_type: Any = dtypes.int32, name: Any = None) -> Tensor:
    """Height, width and channels of a JPEG file, without reading its pixels.

    Args:
        contents: the bytes of the file, a string.
        output_type: int32 or int64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the bytes are no JPEG file.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.extract_jpeg_shape(tf.io.encode_jpeg(tf.zeros([4, 6, 3], tf.uint8))).numpy()
        array([4, 6, 3], dtype=int32)
    """
    op = "extract_jpeg_shape"
    image = _opened(op, _contents(op, contents), ("JPEG",))
    shape = [image.size[1], image.size[0], len(image.getbands())]
    return Tensor(build.data(np.array(shape, as_dtype(output_type).numpy)))


def is_jpeg(contents: Any, name: str | None = None) -> Tensor:
    r"""Whether a string begins as a JPEG file does.

    Args:
        contents: strings.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.is_jpeg(["text", b"\xff\xd8\xff\xe0"]).numpy()
        array([False,  True])
    """
    return equal(substr(contents, 0, 3), b"\xff\xd8\xff")
