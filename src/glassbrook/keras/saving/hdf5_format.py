"""HDF5 files, as far as Keras uses them, read from their bytes.

The library that everybody uses for HDF5 trusts a file: it crashes, or runs for ever, on damaged
ones. Here every address, length and count is checked, and nothing outside of the file can be
reached. What is known: groups in their older form and with links in their header, arrays of numbers
in one piece or in chunks (deflated, shuffled), attributes that hold numbers and texts.

Source:
    HDF5 File Format Specification, version 3.0, The HDF Group.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from glassbrook.keras.saving.tensors import Array

__all__ = ["FormatError", "LinkError", "NewerFormatError", "Parser"]

UNDEFINED = 0xFFFFFFFFFFFFFFFF
_MOST_OBJECTS = 200_000
_MOST_DEPTH = 64
_MOST_RANK = 32
# Unpacked, a file may have so many times the bytes that it has on disk.
_MOST_EXPANSION = 200
_MOST_TEXTS = 64 * 2**20


class FormatError(ValueError):
    """Bytes that are no such file, or damaged."""


class NewerFormatError(FormatError):
    """A file in a newer form, whose parts carry checksums."""


class LinkError(FormatError):
    """Something in a file that leads out of it, or to another place in it."""


class _Message(NamedTuple):
    kind: int
    data: memoryview


class _Type(NamedTuple):
    """A type of elements: a NumPy dtype, a text of fixed length, or a text elsewhere."""

    size: int
    dtype: np.dtype[Any] | None
    text: bool = False
    elsewhere: bool = False


def _number(data: memoryview, start: int, size: int) -> int:
    if start < 0 or start + size > len(data):
        raise FormatError("it is cut off")
    return int.from_bytes(data[start : start + size], "little")


def _padded(size: int) -> int:
    return -(-size // 8) * 8


class Parser:
    """Reads everything that a file holds.

    Args:
        data: the file.

    Attributes:
        arrays: arrays by path.
        attributes: for each group, by path, its attributes.

    Raises:
        FormatError: the file is damaged, or holds what is not known.
    """

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._left = max(len(data), 4096) * _MOST_EXPANSION
        self._texts = _MOST_TEXTS
        self._objects = 0
        self.arrays: dict[str, Array] = {}
        self.attributes: dict[str, dict[str, Any]] = {}
        version = _number(self._data, 8, 1)
        if version in (2, 3):
            raise NewerFormatError("it is of a newer form")
        if version > 1 or self._data[13] != 8 or self._data[14] != 8:
            raise FormatError("its head is none")
        start = 24 if version == 0 else 28
        if _number(self._data, start, 8):
            raise FormatError("it does not begin at its beginning")
        self._group("", _number(self._data, start + 40, 8), 0)

    def _at(self, start: int, size: int) -> memoryview:
        if size < 0 or start + size > len(self._data):
            raise FormatError("an address lies outside of it")
        return self._data[start : start + size]

    # Objects: a head, and messages that describe the object.

    def _messages(self, address: int) -> list[_Message]:
        head = self._at(address, 16)
        if bytes(head[:4]) == b"OHDR":
            raise FormatError("an object is of a newer form")
        if head[0] != 1:
            raise FormatError("there is no object where one should be")
        blocks = [(address + 16, _number(head, 8, 4))]
        seen = {address + 16}
        found: list[_Message] = []
        for start, size in blocks:
            block = self._at(start, size)
            place = 0
            while place + 8 <= len(block):
                kind, length = _number(block, place, 2), _number(block, place + 2, 2)
                if place + 8 + length > len(block):
                    raise FormatError("a message is cut off")
                if block[place + 4] & 2:
                    raise FormatError("a message is shared")
                data = block[place + 8 : place + 8 + length]
                place += 8 + length
                if kind == 0x10:
                    following = _number(data, 0, 8), _number(data, 8, 8)
                    if following[0] in seen:
                        raise FormatError("messages go round in a circle")
                    seen.add(following[0])
                    blocks.append(following)
                else:
                    found.append(_Message(kind, data))
            if len(found) > _MOST_OBJECTS:
                raise FormatError("there are too many messages")
        return found

    def _group(self, path: str, address: int, depth: int) -> None:
        if depth > _MOST_DEPTH:
            raise FormatError("its groups are nested too deeply")
        messages = self._messages(address)
        self.attributes[path] = self._attributes(messages)
        for name, target in self._members(path, messages):
            self._objects += 1
            if self._objects > _MOST_OBJECTS:
                raise FormatError(f"it holds more than {_MOST_OBJECTS:,} objects")
            inner = f"{path}/{name}" if path else name
            kinds = {message.kind for message in self._messages(target)}
            if kinds & {0x11, 0x02}:
                self._group(inner, target, depth + 1)
            elif {0x01, 0x03, 0x08} <= kinds:
                self.arrays[inner] = self._array(inner, self._messages(target))
            else:
                raise FormatError(f"{inner!r:.100} is neither a group nor an array")

    # Members of groups.

    def _members(self, path: str, messages: list[_Message]) -> Iterator[tuple[str, int]]:
        for kind, data in messages:
            if kind == 0x11:
                names = self._names(_number(data, 8, 8))
                yield from self._tree_members(path, _number(data, 0, 8), names, set())
            elif kind == 0x06:
                yield self._link(path, data)
            elif kind == 0x02:
                place = 2 + (8 if data[1] & 1 else 0)
                if _number(data, place, 8) != UNDEFINED:
                    raise FormatError("a group is of a newer form")

    def _names(self, address: int) -> memoryview:
        head = self._at(address, 32)
        if bytes(head[:4]) != b"HEAP":
            raise FormatError("the names of a group are missing")
        return self._at(_number(head, 24, 8), _number(head, 8, 8))

    def _tree_members(
        self, path: str, address: int, names: memoryview, seen: set[int]
    ) -> Iterator[tuple[str, int]]:
        """The members below a node of a tree: other nodes, or lists of members."""
        if address in seen:
            raise FormatError("a tree goes round in a circle")
        seen.add(address)
        head = self._at(address, 24)
        if bytes(head[:4]) != b"TREE" or head[4]:
            raise FormatError("the members of a group are missing")
        level, count = head[5], _number(head, 6, 2)
        for number in range(count):
            child = _number(self._data, address + 24 + 16 * number + 8, 8)
            if level:
                yield from self._tree_members(path, child, names, seen)
            else:
                yield from self._listed_members(path, child, names)

    def _listed_members(
        self, path: str, address: int, names: memoryview
    ) -> Iterator[tuple[str, int]]:
        head = self._at(address, 8)
        if bytes(head[:4]) != b"SNOD":
            raise FormatError("the members of a group are missing")
        for number in range(_number(head, 6, 2)):
            entry = self._at(address + 8 + 40 * number, 40)
            start = _number(entry, 0, 8)
            end = bytes(names[start:]).find(b"\0") if start < len(names) else -1
            if end <= 0:
                raise FormatError("a member of a group has no name")
            name = _text(names[start : start + end])
            if _number(entry, 16, 4) == 2:
                raise LinkError(f"{path}/{name} is a link to another place")
            yield name, _number(entry, 8, 8)

    def _link(self, path: str, data: memoryview) -> tuple[str, int]:
        """A member of a group, as a message."""
        flags = _number(data, 1, 1)
        place = 2
        kind = 0
        if flags & 8:
            kind = _number(data, place, 1)
            place += 1
        place += (8 if flags & 4 else 0) + (1 if flags & 16 else 0)
        width = 1 << (flags & 3)
        length = _number(data, place, width)
        place += width
        if length == 0 or place + length > len(data):
            raise FormatError("a link has no name")
        name = _text(data[place : place + length])
        if kind == 64:
            raise LinkError(f"{path}/{name} is a link into another file")
        if kind:
            raise LinkError(f"{path}/{name} is a link to another place")
        return name, _number(data, place + length, 8)

    # Types and shapes.

    def _type(self, data: memoryview) -> _Type:
        kind, size = _number(data, 0, 1) & 15, _number(data, 4, 4)
        flags = _number(data, 1, 3)
        order = ">" if flags & 1 else "<"
        if kind == 0 and size in (1, 2, 4, 8):
            return _Type(size, np.dtype(f"{order}{'i' if flags & 8 else 'u'}{size}"))
        if kind == 1 and size in (2, 4, 8) and not flags & 64:
            return _Type(size, np.dtype(f"{order}f{size}"))
        if kind == 3 and size:
            return _Type(size, None, text=True)
        if kind == 8 and size == 1:  # an enumeration of two values stands for truth values
            return _Type(size, np.dtype(np.bool_))
        if kind == 9 and flags & 15 == 1 and size == 16:
            return _Type(size, None, text=True, elsewhere=True)
        return _Type(max(size, 1), None)

    def _shape(self, data: memoryview) -> tuple[int, ...] | None:
        """The sizes of a shape; `None` for no elements at all."""
        version, rank = _number(data, 0, 1), _number(data, 1, 1)
        if version not in (1, 2) or rank > _MOST_RANK:
            raise FormatError("a shape is none")
        if version == 2 and _number(data, 3, 1) == 2:
            return None
        start = 8 if version == 1 else 4
        return tuple([_number(data, start + 8 * axis, 8) for axis in range(rank)])

    def _count(self, shape: tuple[int, ...], size: int) -> int:
        """The number of elements, taken from what the file may hold."""
        count = 1
        for each in shape:
            count *= each
        self._left -= count * size
        if self._left < 0:
            raise FormatError(f"an array of shape {shape} claims more than the file holds")
        return count

    # Attributes.

    def _attributes(self, messages: list[_Message]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for kind, data in messages:
            if kind == 0x0C:
                name, value = self._attribute(data)
                found[name] = value
            elif kind == 0x15:
                place = 2 + (2 if data[1] & 1 else 0)
                if _number(data, place, 8) != UNDEFINED:
                    raise FormatError("attributes are of a newer form")
        return found

    def _attribute(self, data: memoryview) -> tuple[str, Any]:
        version = _number(data, 0, 1)
        if version not in (1, 2, 3) or (version > 1 and data[1]):
            raise FormatError("an attribute is of an unknown form")
        sizes = [_number(data, 2 + 2 * number, 2) for number in range(3)]
        place = 9 if version == 3 else 8
        parts = []
        for size in sizes:
            if place + size > len(data):
                raise FormatError("an attribute is cut off")
            parts.append(data[place : place + size])
            place += _padded(size) if version == 1 else size
        name = _text(parts[0]).rstrip("\0")
        kind, shape = self._type(parts[1]), self._shape(parts[2])
        if shape is None:
            return name, None
        count = self._count(shape, kind.size)
        body = data[place:]
        if count * kind.size > len(body):
            raise FormatError(f"the attribute {name!r:.60} is cut off")
        return name, self._values(kind, shape, count, body)

    def _values(self, kind: _Type, shape: tuple[int, ...], count: int, body: memoryview) -> Any:
        pieces = [body[kind.size * each : kind.size * (each + 1)] for each in range(count)]
        values: list[Any]
        if kind.elsewhere:
            values = [self._text_elsewhere(each) for each in pieces]
        elif kind.text:
            values = [_text(each).rstrip("\0") for each in pieces]
        elif kind.dtype is not None:
            values = np.frombuffer(body[: count * kind.size], kind.dtype).tolist()
        else:
            return None
        return values if shape else values[0]

    def _text_elsewhere(self, data: memoryview) -> str:
        length, address, number = struct.unpack("<IQI", data)
        self._texts -= length
        if self._texts < 0:
            raise FormatError("its texts are too long")
        if not length or address in (0, UNDEFINED):
            return ""
        head = self._at(address, 16)
        if bytes(head[:4]) != b"GCOL":
            raise FormatError("a text is missing")
        end = address + _number(head, 8, 8)
        place = address + 16
        while place + 16 <= end:
            entry = self._at(place, 16)
            index, size = _number(entry, 0, 2), _number(entry, 8, 8)
            if index == number and index:
                if length > size:
                    break
                return _text(self._at(place + 16, length))
            if not index:
                break
            place += 16 + _padded(size)
        raise FormatError("a text is missing")

    # Arrays.

    def _array(self, path: str, messages: list[_Message]) -> Array:
        parts: dict[int, memoryview] = dict(messages)
        if 0x07 in parts:
            raise LinkError(f"{path} is an array whose numbers are in another file")
        kind, shape = self._type(parts[0x03]), self._shape(parts[0x01])
        if kind.dtype is None or shape is None:
            raise FormatError(f"{path!r:.100} is an array of what is no numbers")
        count = self._count(shape, kind.size)
        layout = parts[0x08]
        version, form = _number(layout, 0, 1), _number(layout, 1, 1)
        if version == 4 and form == 3:
            raise LinkError(f"{path} is an array whose numbers are in other files")
        if version != 3:
            raise FormatError(f"{path!r:.100} is stored in an unknown way")
        native = kind.dtype.newbyteorder("=")
        if form == 0:
            return self._plain(layout[4:], kind.dtype, count).astype(native).reshape(shape)
        if form == 1:
            address = _number(layout, 2, 8)
            if address == UNDEFINED or not count:
                return np.zeros(shape, native)
            body = self._at(address, count * kind.size)
            return self._plain(body, kind.dtype, count).astype(native).reshape(shape)
        if form == 2:
            filters = _filters(parts[0x0B]) if 0x0B in parts else []
            return self._chunked(layout, kind.dtype, shape, filters).astype(native)
        raise FormatError(f"{path!r:.100} is stored in an unknown way")

    def _plain(self, body: memoryview, dtype: np.dtype[Any], count: int) -> Array:
        if len(body) < count * dtype.itemsize:
            raise FormatError("an array is cut off")
        return np.frombuffer(body, dtype, count)

    def _chunked(
        self, layout: memoryview, dtype: np.dtype[Any], shape: tuple[int, ...], filters: list[int]
    ) -> Array:
        rank = len(shape)
        if _number(layout, 2, 1) != rank + 1:
            raise FormatError("chunks have other axes than their array")
        address = _number(layout, 3, 8)
        sizes = tuple([_number(layout, 11 + 4 * axis, 4) for axis in range(rank)])
        result = np.zeros(shape, dtype)
        if address == UNDEFINED or not result.size:
            return result
        nbytes = self._count(sizes, dtype.itemsize) * dtype.itemsize
        if not nbytes:
            raise FormatError("a chunk has no size")
        for start, mask, raw in self._chunks(address, rank, set()):
            applied = [each for number, each in enumerate(filters) if not mask >> number & 1]
            body = _unfiltered(raw, applied, nbytes, dtype.itemsize)
            if len(body) != nbytes or any(at >= size for at, size in zip(start, shape)):
                raise FormatError("a chunk has another size than it should have")
            within = tuple(slice(at, min(at + s, n)) for at, s, n in zip(start, sizes, shape))
            part = np.frombuffer(body, dtype).reshape(sizes)
            result[within] = part[tuple(slice(0, each.stop - each.start) for each in within)]
            self._left -= nbytes
            if self._left < 0:
                raise FormatError("its chunks claim more than the file holds")
        return result

    def _chunks(
        self, address: int, rank: int, seen: set[int]
    ) -> Iterator[tuple[tuple[int, ...], int, memoryview]]:
        """Where each chunk belongs, which filters it lacks, and its bytes."""
        if address in seen or len(seen) > _MOST_OBJECTS:
            raise FormatError("a tree goes round in a circle")
        seen.add(address)
        head = self._at(address, 24)
        if bytes(head[:4]) != b"TREE" or head[4] != 1:
            raise FormatError("the chunks of an array are missing")
        width = 8 + 8 * (rank + 1)
        for number in range(_number(head, 6, 2)):
            entry = self._at(address + 24 + (width + 8) * number, width + 8)
            child = _number(entry, width, 8)
            if head[5]:
                yield from self._chunks(child, rank, seen)
            else:
                start = tuple([_number(entry, 8 + 8 * axis, 8) for axis in range(rank)])
                yield start, _number(entry, 4, 4), self._at(child, _number(entry, 0, 4))


def _text(data: memoryview) -> str:
    return bytes(data).decode("utf-8", "replace")


def _filters(data: memoryview) -> list[int]:
    """The numbers of the filters that packed an array, in order."""
    version, count = _number(data, 0, 1), _number(data, 1, 1)
    place = 8 if version == 1 else 2
    found = []
    for _ in range(count):
        kind = _number(data, place, 2)
        named = version == 1 or kind >= 256
        length = _number(data, place + 2, 2) if named else 0
        values = _number(data, place + (6 if named else 4), 2)
        place += 8 if named else 6
        place += _padded(length) if version == 1 else length
        place += 4 * (values + (values % 2 if version == 1 else 0))
        if kind not in (1, 2, 3):
            raise FormatError(f"an array is packed in an unknown way, {kind}")
        found.append(kind)
    return found


def _unfiltered(raw: memoryview, filters: list[int], size: int, width: int) -> bytes:
    """A chunk before it was packed."""
    data = bytes(raw)
    for kind in reversed(filters):
        if kind == 1:
            unpacker = zlib.decompressobj()
            try:
                data = unpacker.decompress(data, size + 16)
            except zlib.error as error:
                raise FormatError(f"a chunk cannot be unpacked: {error}") from None
        elif kind == 2:
            whole = len(data) // width * width
            columns = np.frombuffer(data[:whole], np.uint8).reshape(width, -1)
            data = columns.T.tobytes() + data[whole:]
        else:
            data = data[:-4]  # a checksum, which zlib's own makes unnecessary
    return data
