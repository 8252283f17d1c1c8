"""BMP files of 8, 24 and 32 bits per pixel, read as TensorFlow reads them: without palettes."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

__all__ = ["read_bitmap"]

_HEADER = 54


def read_bitmap(data: bytes, most: int) -> npt.NDArray[np.uint8] | None:
    """The pixels [height, width, 1, 3 or 4] of a file; `None` if it is packed in another way.

    Args:
        data: the file.
        most: how many pixels it may have.

    Raises:
        ValueError: the file is damaged, or too large.
    """
    if len(data) < _HEADER:
        raise ValueError("its header is cut off")
    start, _, width, height, _, bits, packing = struct.unpack_from("<IIiiHHI", data, 10)
    channels = bits // 8
    # Packing 3 means that masks say where colours are; they nearly always say blue, green, red.
    if bits not in (8, 24, 32) or packing not in (0, 3):
        return None
    if width <= 0 or not height or width * abs(height) > most:
        raise ValueError(f"{width} × {abs(height)} pixels")
    stride = (width * channels + 3) // 4 * 4
    if start + stride * abs(height) > len(data):
        raise ValueError("its pixels are cut off")
    rows = np.frombuffer(data, np.uint8, stride * abs(height), start)
    pixels = rows.reshape(abs(height), stride)[:, : width * channels]
    pixels = pixels.reshape(abs(height), width, channels)
    if height > 0:
        pixels = pixels[::-1]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    return np.ascontiguousarray(pixels[:, :, order])
