"""Turns pictures of a digit (scans, photographs, drawings) into images like MNIST's.

A picture becomes grey; its ink is what differs from its border; the ink is cut out, fitted into a
box of 20×20 pixels, and placed on 28×28 black ones with its centre of mass in the middle, as the
makers of MNIST did with theirs. Pillow is imported only when a file is read or a size changed.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glassbrook.errors import DataError, InvalidArgumentError, NotFoundError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["load_digit", "prepare_digit"]

SIZE = 28
# The box that MNIST's digits fill, inside of the image.
_BOX = 20
_FORMATS = ("PNG", "JPEG", "BMP", "GIF")
# A larger picture is refused before it is unpacked ...
_MAX_PIXELS = 50_000_000
# ... and one with a longer side is made smaller before it is looked at.
_MAX_SIDE = 2048
# Less contrast than this, of 255, is paper and not ink.
_MIN_CONTRAST = 20.0
# Strokes thinner than this, in pixels of the box, are drawn again with a thicker pen: MNIST's have
# two to three, and a thinner one fades to grey.
_MIN_STROKE = 1.7

Floats = NDArray[np.float32]


def load_digit(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Reads a picture of one digit.

    Args:
        path: a PNG, JPEG, BMP or GIF file of any size; dark on light or light on dark, also with
            a transparent ground.

    Returns:
        An image as MNIST has them: unsigned bytes of shape (28, 28), white (255) on black (0).

    Raises:
        NotFoundError: there is no such file.
        DataError: it is not a picture, damaged, too large, or nothing is drawn on it.
    """
    digit = prepare_digit(_read_grey(path))
    if not digit.any():
        raise DataError(
            f"{path}: nothing is drawn on it: its pixels hardly differ from its border. Expected "
            "a digit that stands out, dark on light or light on dark."
        )
    return digit


def prepare_digit(grey: NDArray[np.uint8] | Floats) -> NDArray[np.uint8]:
    """Brings a grey picture of one digit into MNIST's form.

    Args:
        grey: brightness from 0 to 255, of shape (height, width).

    Returns:
        Unsigned bytes of shape (28, 28), white on black; all black if nothing is drawn on it.

    >>> sheet = np.full((60, 90), 255, np.uint8)
    >>> sheet[10:50, 40:44] = 30
    >>> digit = prepare_digit(sheet)
    >>> np.argwhere(digit > 128).min(axis=0), np.argwhere(digit > 128).max(axis=0)
    (array([ 4, 14]), array([23, 15]))
    """
    if grey.ndim != 2 or grey.size == 0:
        raise InvalidArgumentError(
            f"prepare_digit: shape {grey.shape}, expected (height, width) with a pixel or more."
        )
    ink, threshold = _find_ink(grey.astype(np.float32))
    rows = np.flatnonzero((ink > threshold).any(axis=1))
    columns = np.flatnonzero((ink > threshold).any(axis=0))
    if rows.size == 0:
        return np.zeros((SIZE, SIZE), np.uint8)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ink = _thicken(ink)
    ink = _resize(ink, _BOX / max(ink.shape))
    return _centre(ink / _full_ink(ink))


# ---------------------------------------------------------------------------------------------
# Ink


def _find_ink(grey: Floats) -> tuple[Floats, float]:
    """How much ink is on each pixel, 0 to about 1, and from how much on it is surely ink."""
    border = _border(grey)
    ground = np.median(border)
    is_light = ground - grey.min() > grey.max() - ground
    ink = np.maximum(ground - grey if is_light else grey - ground, 0)
    strongest = float(ink.max())
    if strongest < _MIN_CONTRAST:
        return np.zeros_like(ink), 0.5
    # Grain and shadows on the border tell how much of the picture is not ink.
    floor = min(float(np.percentile(np.abs(border - ground), 90)), 0.4 * strongest)
    full = float(np.median(ink[ink > strongest / 2]))
    ink = np.clip((ink - floor) / (full - floor), 0, 1).astype(np.float32)
    return ink, 0.05 if floor < 1 else 0.3


def _border(grey: Floats) -> Floats:
    """The pixels of a frame around the picture."""
    wide = max(1, min(grey.shape) // 20)
    inside = np.zeros(grey.shape, bool)
    inside[wide:-wide, wide:-wide] = True
    return grey[~inside]


def _full_ink(ink: Floats) -> np.float32:
    return np.float32(np.median(ink[ink >= ink.max() / 2]))


def _thicken(ink: Floats) -> Floats:
    """Draws strokes thicker that would become thinner than a pen's when they are fitted in."""
    # A stroke of width w and length l has the area w·l, and an edge on each of its two sides.
    framed = np.pad(ink, 1)
    edges = np.abs(np.diff(framed, axis=0)).sum() + np.abs(np.diff(framed, axis=1)).sum()
    scale = _BOX / max(ink.shape)
    missing = _MIN_STROKE - scale * float(2 * ink.sum() / edges)
    if missing <= 0 or scale >= 1:
        return ink
    from PIL import Image, ImageFilter

    radius = missing / scale / 2
    room = int(np.ceil(2 * radius))
    image = Image.fromarray(np.rint(255 * np.pad(ink, room)).astype(np.uint8))
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32)
    # The blur's middle is made full ink again, its faint rim is cut off.
    ink = np.clip(2 * blurred / blurred.max() - 0.3, 0, 1).astype(np.float32)
    rows, columns = (np.flatnonzero((ink > 0.05).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resize(ink: Floats, scale: float) -> Floats:
    from PIL import Image

    height, width = (max(1, round(scale * side)) for side in ink.shape)
    # The mean over a pixel's area when made smaller, a smooth surface when made larger.
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(ink).resize((width, height), method), np.float32)


def _centre(ink: Floats) -> NDArray[np.uint8]:
    """Places the ink on a black image, its centre of mass in the middle."""
    digit = np.zeros((SIZE, SIZE), np.uint8)
    corner = []
    for axis, side in enumerate(ink.shape):
        mass = ink.sum(axis=1 - axis)
        middle = float((mass * np.arange(side)).sum() / mass.sum())
        # Both axes alike: half a pixel must not go one way here and the other way there.
        offset = round(SIZE / 2 - round(middle, 3))
        corner.append(min(max(0, offset), SIZE - side))
    top, left = corner
    height, width = ink.shape
    pixels = np.rint(255 * np.clip(ink, 0, 1)).astype(np.uint8)
    digit[top : top + height, left : left + width] = pixels
    return digit


# ---------------------------------------------------------------------------------------------
# Files


def _read_grey(path: str | os.PathLike[str]) -> Floats:
    """The brightness of a picture's pixels, 0 to 255, with transparency resolved."""
    file = Path(path)
    if file.is_dir():
        raise DataError(f"{path}: is a folder, expected a picture of a digit.")
    if not file.exists():
        raise NotFoundError(f"{path}: there is no such file, expected a picture of a digit.")
    from PIL import Image, UnidentifiedImageError

    formats = ", ".join(_FORMATS)
    try:
        with warnings.catch_warnings():
            # Sizes are checked below, and with a message of our own.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=_FORMATS) as image:
                _check_size(path, image)
                return _to_grey(image)
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise DataError(_too_large(path, "far too many")) from error
    except UnidentifiedImageError as error:
        raise DataError(f"{path}: is not a picture. Expected one of {formats}.") from error
    # A damaged file makes a decoder raise almost anything.
    except Exception as error:
        raise DataError(
            f"{path}: the picture cannot be read ({error}). It may be truncated or damaged; "
            f"expected one of {formats}."
        ) from error


def _check_size(path: str | os.PathLike[str], image: Image.Image) -> None:
    width, height = image.size
    if width * height > _MAX_PIXELS:
        raise DataError(_too_large(path, f"{width}×{height}"))


def _too_large(path: str | os.PathLike[str], pixels: str) -> str:
    return (
        f"{path}: has {pixels} pixels, at most {_MAX_PIXELS:,} are read. Make the picture smaller; "
        "28×28 are enough."
    )


def _to_grey(image: Image.Image) -> Floats:
    from PIL import Image as images
    from PIL import ImageOps

    # A JPEG can be unpacked at a fraction of its size.
    image.draft("L", (_MAX_SIDE, _MAX_SIDE))
    # Cameras note how they were held instead of turning the picture.
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        # Sixteen bits for a pixel, or any numbers.
        values = np.asarray(image, np.float32)
        top = 65535.0 if image.mode.startswith("I") else max(float(values.max()), 1.0)
        image = images.fromarray(np.clip(255 * values / top, 0, 255).astype(np.uint8))
    is_transparent = image.has_transparency_data
    image = image.convert("RGBA" if is_transparent else "L")
    image.thumbnail((_MAX_SIDE, _MAX_SIDE), images.Resampling.BOX)
    if not is_transparent:
        return np.asarray(image, np.float32)
    alpha = np.asarray(image.getchannel("A"), np.float32)
    return _composite(np.asarray(image.convert("RGB").convert("L"), np.float32), alpha)


def _composite(grey: Floats, alpha: Floats) -> Floats:
    """Puts a ground behind transparent pixels (alpha below 255) that the rest stands out from."""
    visible = grey[alpha > 200]
    if visible.size == 0:
        visible = grey[alpha > 0]
    if visible.size == 0:
        return np.full_like(grey, 255)
    dark, middle, light = np.percentile(visible, [2, 50, 98])
    if light - dark > 60:
        # The sheet itself is visible, and most of what is visible is sheet.
        ground = np.float32(middle)
    else:
        # Only the ink is.
        ground = np.float32(255 if middle < 128 else 0)
    return ground + (grey - ground) * (alpha / np.float32(255))
