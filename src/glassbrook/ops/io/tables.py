"""Sorted string tables: keys and values in blocks, as indices of TensorFlow's checkpoints are.

A file is made of blocks, each followed by a byte that tells how it is packed and by a checksum.
Within a block a key is written as how much of it equals the key before, and what follows. The last
block but one lists the blocks, and 48 bytes at the end say where that list is.

Source:
    https://github.com/google/leveldb/blob/main/doc/table_format.md.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from glassbrook.ops.io.checksum import crc32c, extended, masked
from glassbrook.ops.io.wire import WireError, varint

__all__ = ["read_table", "write_table"]

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_RESTART = 16
_BLOCK = 1 << 18


def _number(data: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        result |= (byte & 127) << shift
        if byte < 128:
            return result, position
        shift += 7
    raise WireError("a number is cut off")


def _packed_block(entries: list[tuple[bytes, bytes]], restart: int = _RESTART) -> bytes:
    out, restarts, before = bytearray(), [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart == 0:
            restarts.append(len(out))
        else:
            most = min(len(before), len(key))
            while shared < most and before[shared] == key[shared]:
                shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value))
        out += key[shared:] + value
        before = key
    restarts = restarts or [0]
    out += struct.pack(f"<{len(restarts)}I", *restarts) + struct.pack("<I", len(restarts))
    return bytes(out)


def write_table(entries: Mapping[bytes, bytes]) -> bytes:
    """The bytes of a table."""
    out = bytearray()

    def add(block: bytes) -> bytes:
        """Append a block; give where it is."""
        handle = varint(len(out)) + varint(len(block))
        out.extend(block)
        out.extend(b"\0" + struct.pack("<I", masked(extended(crc32c(block), b"\0"))))
        return handle

    index: list[tuple[bytes, bytes]] = []
    waiting: list[tuple[bytes, bytes]] = []
    size = 0
    for key, value in sorted(entries.items()):
        waiting.append((key, value))
        size += len(key) + len(value)
        if size > _BLOCK:
            index.append((key, add(_packed_block(waiting))))
            waiting, size = [], 0
    if waiting:
        index.append((waiting[-1][0], add(_packed_block(waiting))))
    footer = add(_packed_block([])) + add(_packed_block(index, 1))
    out += footer.ljust(_FOOTER - 8, b"\0") + struct.pack("<Q", _MAGIC)
    return bytes(out)


def _block(data: bytes, offset: int, size: int) -> bytes:
    end = offset + size
    if end + 5 > len(data):
        raise WireError("a block is cut off")
    (check,) = struct.unpack_from("<I", data, end + 1)
    if masked(crc32c(data[offset : end + 1])) != check:
        raise WireError("the checksum of a block is wrong")
    if data[end]:
        raise WireError("a block is compressed")
    return data[offset:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < 4:
        raise WireError("a block is too short")
    (count,) = struct.unpack_from("<I", block, len(block) - 4)
    end = len(block) - 4 - 4 * count
    if end < 0:
        raise WireError("a block is too short")
    position, key = 0, b""
    while position < end:
        shared, position = _number(block, position)
        rest, position = _number(block, position)
        size, position = _number(block, position)
        if shared > len(key) or position + rest + size > end:
            raise WireError("an entry is cut off")
        key = key[:shared] + block[position : position + rest]
        position += rest
        yield key, block[position : position + size]
        position += size


def read_table(data: bytes) -> dict[bytes, bytes]:
    """The keys and values of a table.

    Raises:
        WireError: the bytes are no such table, or damaged.
    """
    if len(data) < _FOOTER or struct.unpack_from("<Q", data, len(data) - 8)[0] != _MAGIC:
        raise WireError("it does not end as such a file does")
    footer = data[-_FOOTER:]
    position = 0
    for _ in range(2):  # the list of other things, which is not needed
        _, position = _number(footer, position)
    offset, position = _number(footer, position)
    size, _ = _number(footer, position)
    found: dict[bytes, bytes] = {}
    for _, handle in _entries(_block(data, offset, size)):
        start, place = _number(handle, 0)
        length, _ = _number(handle, place)
        found.update(_entries(_block(data, start, length)))
    return found
