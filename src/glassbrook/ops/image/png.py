"""PNG files of 16 bits per channel, which Pillow reads and writes for grey images only.

Source:
    Portable Network Graphics (PNG) Specification, W3C, https://www.w3.org/TR/png-3/.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["read_deep_png", "write_deep_png"]

Pixels = npt.NDArray[np.uint16]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
_COLOUR_TYPES = {channels: number for number, channels in _CHANNELS.items()}


def read_deep_png(data: bytes, most: int) -> Pixels | None:
    """The pixels [height, width, channels] of a file of 16 bits; `None` for all other files.

    Args:
        data: the file.
        most: how many pixels it may have.

    Raises:
        ValueError: the file is damaged, or too large.
    """
    if not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if depth != 16 or colour not in _CHANNELS or interlaced:
        return None
    if width * height > most or not width or not height:
        raise ValueError(f"{width} × {height} pixels")
    pixel = 2 * _CHANNELS[colour]
    size = height * (1 + width * pixel)
    unpacker = zlib.decompressobj()
    packed = b"".join(body for kind, body in _chunks(data) if kind == b"IDAT")
    raw = unpacker.decompress(packed, size + 1)
    if len(raw) != size:
        raise ValueError(f"{len(raw):,} bytes of pixels, expected {size:,}")
    rows = np.frombuffer(raw, np.uint8).reshape(height, 1 + width * pixel)
    lines = _unfiltered(rows, pixel)
    return lines.view(">u2").astype(np.uint16).reshape(height, width, -1)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_SIGNATURE)
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        body = data[position + 8 : position + 8 + length]
        end = position + 8 + length
        if len(body) != length or zlib.crc32(kind + body) != int.from_bytes(data[end : end + 4]):
            raise ValueError(f"a damaged chunk {kind!r}")
        yield kind, body
        if kind == b"IEND":
            return
        position = end + 4
    raise ValueError("the end is missing")


def _unfiltered(rows: npt.NDArray[np.uint8], pixel: int) -> npt.NDArray[np.uint8]:
    """Lines without the filters that made them compress better."""
    above = np.zeros(rows.shape[1] - 1, np.uint8)
    lines = np.empty((len(rows), rows.shape[1] - 1), np.uint8)
    for number, row in enumerate(rows):
        lines[number] = above = _unfiltered_line(int(row[0]), row[1:], above, pixel)
    return lines


def _unfiltered_line(kind: int, line: Any, above: Any, pixel: int) -> npt.NDArray[np.uint8]:
    if kind == 0:
        return np.array(line)
    if kind == 1:
        steps = line.reshape(-1, pixel)
        return np.asarray(np.cumsum(steps, 0, dtype=np.uint8).reshape(-1))
    if kind == 2:
        return np.asarray(np.add(line, above, dtype=np.uint8))
    if kind not in (3, 4):
        raise ValueError(f"an unknown filter {kind}")
    done = bytearray(len(line))
    up, given = above.tolist(), line.tolist()
    for place, value in enumerate(given):
        left = done[place - pixel] if place >= pixel else 0
        if kind == 3:
            guess = (left + up[place]) // 2
        else:
            guess = _paeth(left, up[place], up[place - pixel] if place >= pixel else 0)
        done[place] = (value + guess) & 255
    return np.frombuffer(bytes(done), np.uint8)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def write_deep_png(pixels: Pixels, compression: int) -> bytes:
    """A file of 16 bits with the pixels [height, width, channels]."""
    height, width, channels = pixels.shape
    rows = pixels.astype(">u2").reshape(height, -1).view(np.uint8)
    raw = np.concatenate([np.zeros((height, 1), np.uint8), rows], 1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPES[channels], 0, 0, 0)
    parts = [_SIGNATURE, _chunk(b"IHDR", header)]
    parts += [_chunk(b"IDAT", zlib.compress(raw, compression)), _chunk(b"IEND", b"")]
    return b"".join(parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return len(body).to_bytes(4, "big") + kind + body + check.to_bytes(4, "big")
