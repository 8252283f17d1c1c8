"""Files of elements: written as they come, complete or not there, read without running anything.

A file is a line that names the format, a header in JSON (how elements are arranged, their dtypes
and shapes), and chunks of elements. Every part has its length and a checksum; an empty part is the
last one.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from glassbrook.data.blocks import Block
from glassbrook.data.plans.sources import rows_of_arrays
from glassbrook.data.spec import TensorSpec
from glassbrook.data.structure import Form
from glassbrook.errors import DataError, InvalidArgumentError
from glassbrook.tensor import TensorShape

__all__ = ["ElementReader", "ElementWriter"]

Array = npt.NDArray[Any]

_FORMAT = b"glassbrook elements 1\n"
_PART = struct.Struct("<QI")  # length and CRC-32
_MOST_BYTES = 2**31


class ElementWriter:
    """Writes elements to a file, which appears when `finish` is called, as a whole.

    Args:
        path: the file.
        spec: the spec of the elements.
        compress: whether to compress.

    Raises:
        InvalidArgumentError: elements of this kind cannot be written.
    """

    def __init__(self, path: Path, spec: Any, compress: bool = False) -> None:
        header = json.dumps({"spec": _described(spec), "compressed": compress})
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._compress = compress
        self._temporary = path.parent / f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
        self._file: IO[bytes] | None = self._temporary.open("xb")
        self._file.write(_FORMAT)
        self._part(header.encode())

    def add(self, block: Block) -> None:
        """Write some elements."""
        arrays: list[dict[str, Any]] = []
        content = [_pack(column.items(), arrays) for column in block.columns]
        head = json.dumps({"count": block.length, "columns": arrays}).encode()
        body = struct.pack("<Q", len(head)) + head + b"".join(content)
        self._part(zlib.compress(body) if self._compress else body)

    def finish(self) -> None:
        """Put the file in its place."""
        assert self._file is not None
        self._part(b"")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        os.replace(self._temporary, self._path)

    def abandon(self) -> None:
        """Remove what has been written, unless it is finished."""
        if self._file is not None:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                os.unlink(self._temporary)

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self.abandon()

    def _part(self, content: bytes) -> None:
        assert self._file is not None
        self._file.write(_PART.pack(len(content), zlib.crc32(content)) + content)


class ElementReader:
    """A file of elements; all checksums are compared before anything is given out.

    Args:
        path: the file.

    Attributes:
        spec: the spec of the elements.

    Raises:
        DataError: it is no such file, or damaged.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        with path.open("rb") as file:
            parts = _parts(file, path)
            header = next(parts, None)
            for _ in parts:
                pass
        try:
            described = json.loads(header or b"")
            self.spec: Final = _spec_of(described["spec"])
            self._compressed = bool(described["compressed"])
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}: the header is damaged ({error!r}).") from error

    def blocks(self) -> Iterator[Block]:
        """The elements, chunk by chunk."""
        form = Form.of(self.spec)
        with self.path.open("rb") as file:
            parts = _parts(file, self.path)
            next(parts)
            for content in parts:
                try:
                    body = zlib.decompress(content) if self._compressed else content
                    yield _block(form, body)
                except (ValueError, KeyError, TypeError, zlib.error, struct.error) as error:
                    raise DataError(f"{self.path}: a chunk is damaged ({error!r}).") from error


def _parts(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """The contents of all parts but the last, empty one."""
    if file.read(len(_FORMAT)) != _FORMAT:
        raise DataError(f"{path}: this is no file of elements.")
    while True:
        start = file.read(_PART.size)
        length, checksum = _PART.unpack(start) if len(start) == _PART.size else (-1, 0)
        if not 0 <= length <= _MOST_BYTES:
            raise DataError(f"{path}: the file is cut off, or damaged.")
        content = file.read(length)
        if len(content) != length or zlib.crc32(content) != checksum:
            raise DataError(f"{path}: the file is cut off, or damaged.")
        if not length:
            return
        yield content


# Elements.


def _pack(items: Sequence[Any], arrays: list[dict[str, Any]]) -> bytes:
    """The bytes of one component of some elements; what they are is appended to `arrays`."""
    first = items[0]
    if not isinstance(first, np.ndarray):
        raise InvalidArgumentError("Elements that hold datasets cannot be written to a file.")
    shapes = [list(item.shape) for item in items]
    alike = all(shape == shapes[0] for shape in shapes)
    entry: dict[str, Any] = {
        "dtype": "string" if first.dtype.hasobject else first.dtype.str,
        "shapes": shapes[:1] if alike else shapes,
    }
    arrays.append(entry)
    if not first.dtype.hasobject:
        content = b"".join(np.ascontiguousarray(item).tobytes() for item in items)
    else:
        texts = [bytes(text) for item in items for text in item.ravel().tolist()]
        lengths = np.array([len(text) for text in texts], "<i8")
        content = lengths.tobytes() + b"".join(texts)
    entry["bytes"] = len(content)
    return content


def _block(form: Form, body: bytes) -> Block:
    (length,) = struct.unpack_from("<Q", body)
    head = json.loads(body[8 : 8 + length])
    position, count = 8 + length, int(head["count"])
    columns = []
    for entry in head["columns"]:
        content = body[position : position + int(entry["bytes"])]
        position += len(content)
        shapes = [tuple(map(int, shape)) for shape in entry["shapes"]]
        columns.append(_items(entry["dtype"], shapes, content, count))
    if all(isinstance(column, np.ndarray) for column in columns):
        return rows_of_arrays(form, columns)
    items = [
        [column[n, ...] for n in range(count)] if isinstance(column, np.ndarray) else column
        for column in columns
    ]
    return Block.of_elements(form, list(zip(*items, strict=True)))


def _items(dtype: str, shapes: list[tuple[int, ...]], content: bytes, count: int) -> Any:
    """One component: an array with a row for each element, or a list where shapes differ."""
    alike = len(shapes) == 1
    sizes = [int(np.prod(shape)) for shape in (shapes * count if alike else shapes)]
    flat = _texts(content, sum(sizes)) if dtype == "string" else _numbers(dtype, content)
    if alike:
        return flat.reshape((count, *shapes[0]))
    ends = np.cumsum(sizes)
    parts = np.split(flat, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _numbers(dtype: str, content: bytes) -> Array:
    kind = np.dtype(dtype)
    if kind.hasobject or kind.kind not in "biufc":
        raise ValueError(f"dtype {dtype}")
    return np.frombuffer(content, kind)


def _texts(content: bytes, count: int) -> Array:
    lengths = np.frombuffer(content[: 8 * count], "<i8")
    ends = 8 * count + np.cumsum(lengths)
    texts = np.empty(count, object)
    texts[:] = [content[e - n : e] for e, n in zip(ends.tolist(), lengths.tolist(), strict=True)]
    return texts


# Specs.


def _described(spec: Any) -> Any:
    """A spec as JSON can hold it."""
    if spec is None:
        return None
    if isinstance(spec, TensorSpec):
        shape = None if spec.shape.rank is None else list(spec.shape.as_list())
        return {"dtype": spec.dtype.name, "shape": shape}
    if type(spec) is tuple:
        return [_described(each) for each in spec]
    if isinstance(spec, dict) and all(isinstance(key, str) for key in spec):
        keys = sorted(spec)
        return {"keys": keys, "values": [_described(spec[key]) for key in keys]}
    raise InvalidArgumentError(
        f"Elements like {spec!r:.200} cannot be written to a file: only tensors, and tuples and "
        "dictionaries of them with texts as keys."
    )


def _spec_of(described: Any) -> Any:
    if described is None:
        return None
    if isinstance(described, list):
        return tuple(_spec_of(each) for each in described)
    if "keys" in described:
        values = [_spec_of(each) for each in described["values"]]
        return dict(zip(described["keys"], values, strict=True))
    return TensorSpec(TensorShape(described["shape"]), described["dtype"])
