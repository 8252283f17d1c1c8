"""Arrays by name in two files, as TensorFlow's checkpoints have them.

``prefix.index`` is a sorted table of what there is, and ``prefix.data-00000-of-00001`` holds the
numbers, each array with a checksum. Larger checkpoints may have several files of numbers.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DataLossError, NotFoundError
from glassbrook.graph.node import Array
from glassbrook.ops.io import wire
from glassbrook.ops.io.checksum import crc32c, extended, masked
from glassbrook.ops.io.tables import read_table, write_table
from glassbrook.ops.io.tensors import NUMBERS, pack_shape, unpack_shape

__all__ = ["BundleReader", "bundle_exists", "data_path", "index_path", "pack_bundle"]

_ENTRY_LIMIT = 1_000_000


def index_path(prefix: str) -> str:
    """The path of the index."""
    return f"{prefix}.index"


def data_path(prefix: str, shard: int = 0, shards: int = 1) -> str:
    """The path of a file of numbers."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def bundle_exists(prefix: str) -> bool:
    """Whether there is an index."""
    return os.path.isfile(index_path(prefix))


# Writing.


def pack_bundle(arrays: Mapping[str, Array]) -> tuple[bytes, bytes]:
    """The bytes of the index, and of the numbers."""
    version = wire.length_field(3, wire.varint_field(1, 1))
    table = {b"": wire.varint_field(1, 1) + version}
    parts: list[bytes] = []
    offset = 0
    for name, array in sorted(arrays.items(), key=lambda item: item[0].encode()):
        dtype = as_dtype(array.dtype)
        if dtype is dtypes.string:
            data, check = _packed_strings(array)
        else:
            little = np.ascontiguousarray(array, dtype.numpy.newbyteorder("<"))
            data = little.tobytes()
            check = crc32c(data)
        entry = [
            wire.varint_field(1, NUMBERS[dtype]),
            wire.length_field(2, pack_shape(array.shape)),
            wire.varint_field(4, offset) if offset else b"",
            wire.varint_field(5, len(data)) if data else b"",
            wire.fixed32_field(6, masked(check)),
        ]
        table[name.encode()] = b"".join(entry)
        parts.append(data)
        offset += len(data)
    return write_table(table), b"".join(parts)


def _length_bytes(length: int) -> bytes:
    """A length as its checksum takes it."""
    return struct.pack("<I", length) if length < 2**32 else struct.pack("<Q", length)


def _packed_strings(array: Array) -> tuple[bytes, int]:
    """Lengths, their checksum, then the strings; and the checksum of it all."""
    strings = [bytes(each) for each in array.ravel()]
    lengths = b"".join(wire.varint(len(each)) for each in strings)
    check = crc32c(b"".join(_length_bytes(len(each)) for each in strings))
    length_check = struct.pack("<I", masked(check))
    body = b"".join(strings)
    return lengths + length_check + body, extended(extended(check, length_check), body)


# Reading.


class _Entry(NamedTuple):
    dtype: DType | None
    number: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    check: int
    sliced: bool


def _entry(data: bytes) -> _Entry:
    found = {1: 0, 3: 0, 4: 0, 5: 0, 6: 0}
    shape: tuple[int, ...] = ()
    sliced = False
    for number, kind, value in wire.fields(data):
        if number == 2 and kind == 2:
            shape = unpack_shape(value)
        elif number == 7:
            sliced = True
        elif number in found and kind in (0, 5):
            found[number] = value
    dtype = next((each for each, own in NUMBERS.items() if own == found[1]), None)
    return _Entry(dtype, found[1], shape, found[3], found[4], found[5], found[6], sliced)


class BundleReader:
    """Reads arrays by name.

    Args:
        prefix: what the paths of the files begin with.

    Raises:
        NotFoundError: there is no index.
        DataLossError: it is damaged.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        try:
            with open(index_path(prefix), "rb") as file:
                table = read_table(file.read())
        except FileNotFoundError:
            raise NotFoundError(
                f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files "
                f"for {prefix}. A checkpoint is named without .index: 'folder/ckpt-1'."
            ) from None
        except wire.WireError as error:
            raise self._damaged(index_path(prefix), str(error)) from None
        try:
            self._shards = self._read_header(table.pop(b"", b""))
            self._entries = {
                name.decode("utf-8", "replace"): _entry(data) for name, data in table.items()
            }
        except wire.WireError as error:
            raise self._damaged(index_path(prefix), str(error)) from None

    def _damaged(self, path: str, problem: str) -> DataLossError:
        return DataLossError(
            f"{path}: this checkpoint cannot be read: {problem}. It is cut off or damaged; take "
            "an earlier one, or copy it again with all its files."
        )

    def _read_header(self, data: bytes) -> int:
        shards = 0
        for number, kind, value in wire.fields(data):
            if number == 1 and kind == 0:
                shards = value
            if number == 2 and kind == 0 and value:
                raise wire.WireError("it is from a machine with another order of bytes")
        if not 0 < shards <= 10_000:
            raise wire.WireError("its first entry does not say how many files there are")
        return shards

    def names(self) -> list[str]:
        """The names of all arrays, in order."""
        return sorted(self._entries)

    def has_tensor(self, name: str) -> bool:
        """Whether there is an array of that name."""
        return name in self._entries

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of an array."""
        return self._known(name).shape

    def dtype(self, name: str) -> DType | None:
        """The dtype of an array; `None` if it does not exist here."""
        return self._known(name).dtype

    def _known(self, name: str) -> _Entry:
        entry = self._entries.get(name)
        if entry is None:
            raise NotFoundError(f"Key {name} not found in checkpoint {self.prefix}.")
        return entry

    def get_tensor(self, name: str) -> Any:
        """An array.

        Raises:
            NotFoundError: there is none of that name, or the file of its numbers is missing.
            DataLossError: it is damaged.
        """
        entry = self._known(name)
        path = data_path(self.prefix, entry.shard, self._shards)
        if entry.dtype is None or entry.sliced:
            what = "cut into slices" if entry.sliced else f"of the unknown type {entry.number}"
            raise self._damaged(path, f"{name!r} is {what}")
        data = self._bytes(path, entry)
        if entry.dtype is dtypes.string:
            return self._strings(path, name, entry, data)
        count = math.prod(entry.shape)
        if len(data) != count * entry.dtype.size:
            raise self._damaged(path, f"{name!r} does not have {len(data):,} bytes")
        if masked(crc32c(data)) != entry.check:
            raise self._damaged(path, f"the checksum of {name!r} is wrong")
        little = np.frombuffer(data, entry.dtype.numpy.newbyteorder("<"))
        return little.astype(entry.dtype.numpy).reshape(entry.shape)

    def _bytes(self, path: str, entry: _Entry) -> bytes:
        try:
            if entry.offset + entry.size > os.path.getsize(path):
                raise self._damaged(path, "the file is cut off")
            with open(path, "rb") as file:
                file.seek(entry.offset)
                return file.read(entry.size)
        except FileNotFoundError:
            raise NotFoundError(
                f"{path}; No such file or directory: the index of the checkpoint is there, but "
                "not its numbers."
            ) from None

    def _strings(self, path: str, name: str, entry: _Entry, data: bytes) -> Array:
        count, position, lengths = math.prod(entry.shape), 0, []
        if count > len(data):
            raise self._damaged(path, f"{name!r} is too short")
        for _ in range(count):
            length = shift = 0
            while True:
                if position >= len(data) or shift > 63:
                    raise self._damaged(path, f"{name!r} is cut off")
                byte = data[position]
                position += 1
                length |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            lengths.append(length)
        body = data[position + 4 :]
        if sum(lengths) != len(body):
            raise self._damaged(path, f"{name!r} is cut off")
        check = crc32c(b"".join(map(_length_bytes, lengths)))
        if masked(extended(extended(check, data[position : position + 4]), body)) != entry.check:
            raise self._damaged(path, f"the checksum of {name!r} is wrong")
        found, start = np.empty(count, object), 0
        for number, length in enumerate(lengths):
            found[number] = body[start : start + length]
            start += length
        return found.reshape(entry.shape)
