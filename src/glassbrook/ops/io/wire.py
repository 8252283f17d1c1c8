"""The encoding of protocol buffers: numbered fields, one after the other.

Source:
    https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

__all__ = [
    "WireError",
    "double_field",
    "fields",
    "fixed32_field",
    "float_field",
    "length_field",
    "packed_varints",
    "packed_floats",
    "read_floats",
    "read_varints",
    "signed",
    "varint",
    "varint_field",
]

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


class WireError(ValueError):
    """Bytes that are no message."""


def varint(value: int) -> bytes:
    """A whole number, seven bits per byte; a negative one as 64 bits."""
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint_field(number: int, value: int) -> bytes:
    """A field with a whole number."""
    return varint(number << 3 | _VARINT) + varint(value)


def length_field(number: int, data: bytes | bytearray | memoryview) -> bytes:
    """A field with bytes, text or another message."""
    return b"".join((varint(number << 3 | _LENGTH), varint(len(data)), data))


def fixed32_field(number: int, value: int) -> bytes:
    """A field with 32 bits."""
    return varint(number << 3 | _FIXED32) + struct.pack("<I", value)


def float_field(number: int, value: float) -> bytes:
    """A field with a float of 32 bits."""
    return varint(number << 3 | _FIXED32) + struct.pack("<f", value)


def double_field(number: int, value: float) -> bytes:
    """A field with a float of 64 bits."""
    return varint(number << 3 | _FIXED64) + struct.pack("<d", value)


def packed_varints(number: int, values: Iterable[int]) -> bytes:
    """A field with a list of whole numbers; nothing if it is empty."""
    data = b"".join(map(varint, values))
    return length_field(number, data) if data else b""


def packed_floats(number: int, values: Any) -> bytes:
    """A field with a list of floats of 32 bits; nothing if it is empty."""
    data = np.asarray(values, "<f4").tobytes()
    return length_field(number, data) if data else b""


def _read_varint(data: memoryview, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise WireError("a number is cut off")
        byte = data[position]
        position += 1
        result |= (byte & 127) << shift
        if byte < 128:
            return result & 0xFFFFFFFFFFFFFFFF, position
        shift += 7


def fields(data: bytes | memoryview) -> Iterator[tuple[int, int, Any]]:
    """The fields of a message: number, kind, and an integer or the bytes of the value.

    Yields:
        ``(number, kind, value)``; kind 0 is a varint, 1 are 64 bits, 2 bytes, 5 are 32 bits.

    Raises:
        WireError: the bytes are no message.
    """
    view = memoryview(data)
    position = 0
    while position < len(view):
        tag, position = _read_varint(view, position)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise WireError("a field has no number")
        value: Any
        if kind == _VARINT:
            value, position = _read_varint(view, position)
        else:
            if kind == _LENGTH:
                size, position = _read_varint(view, position)
            elif kind in (_FIXED64, _FIXED32):
                size = 8 if kind == _FIXED64 else 4
            else:
                raise WireError(f"a field is of the unknown kind {kind}")
            if position + size > len(view):
                raise WireError("a field is cut off")
            value = view[position : position + size]
            position += size
            if kind != _LENGTH:
                value = int.from_bytes(value, "little")
        yield number, kind, value


def signed(value: int) -> int:
    """A number of 64 bits with its sign."""
    return value - (1 << 64) if value >= 1 << 63 else value


def read_varints(kind: int, value: Any) -> list[int]:
    """The signed numbers of a field that holds one, or a packed list."""
    if kind == _VARINT:
        return [signed(value)]
    if kind != _LENGTH:
        raise WireError("a list of whole numbers is of another kind")
    found, position = [], 0
    while position < len(value):
        number, position = _read_varint(value, position)
        found.append(signed(number))
    return found


def read_floats(kind: int, value: Any) -> list[float]:
    """The numbers of a field that holds a float of 32 bits, or a packed list."""
    data = value.to_bytes(4, "little") if kind == _FIXED32 else value
    if kind not in (_FIXED32, _LENGTH) or len(data) % 4:
        raise WireError("a list of floats is of another kind")
    return [float(each) for each in np.frombuffer(data, "<f4")]
