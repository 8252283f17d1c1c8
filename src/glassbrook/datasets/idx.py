"""IDX, the format of MNIST's files: a header of big-endian sizes, then the bytes of one array.

A header is two zero bytes, the element type (8 is an unsigned byte), the number of axes, and one
four-byte size per axis. The files may be compressed with gzip.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from glassbrook.errors import DataError

__all__ = ["MAX_BYTES", "encode_header", "idx_sha256", "read_idx", "write_idx"]

MAX_BYTES = 128 * 2**20
"""No array larger than this is read: MNIST's largest has 47 million bytes."""

_UNSIGNED_BYTE = 8
_TYPE_NAMES = {9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}
_MAX_AXES = 8
_CHUNK = 2**20
_GZIP_MAGIC = b"\x1f\x8b"


def encode_header(shape: tuple[int, ...]) -> bytes:
    """The IDX header of an array of unsigned bytes.

    >>> encode_header((2, 3)).hex(" ", 4)
    '00000802 00000002 00000003'
    """
    return struct.pack(f">HBB{len(shape)}I", 0, _UNSIGNED_BYTE, len(shape), *shape)


def idx_sha256(array: NDArray[np.uint8]) -> str:
    """SHA-256 of the uncompressed IDX file that holds ``array``, in hexadecimal.

    >>> idx_sha256(np.zeros(3, np.uint8))[:16]
    'c51ace58717b2767'
    """
    digest = hashlib.sha256(encode_header(array.shape))
    digest.update(np.ascontiguousarray(array).reshape(-1).data)
    return digest.hexdigest()


def write_idx(path: str | os.PathLike[str], array: NDArray[np.uint8]) -> None:
    """Writes unsigned bytes as an IDX file, compressed if the name ends in ``.gz``."""
    content = encode_header(array.shape) + np.ascontiguousarray(array, np.uint8).tobytes()
    if os.fspath(path).endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    Path(path).write_bytes(content)


def read_idx(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> NDArray[np.uint8]:
    """Reads an IDX file of unsigned bytes, compressed or not (its first bytes tell).

    Never takes more memory than the file really holds, whatever its header claims.

    Args:
        path: the file.
        max_bytes: the largest array to accept.

    Returns:
        A writable array of the shape that the header states.

    Raises:
        DataError: the file is not IDX, truncated, too long, too large, or cannot be read.
    """
    try:
        with open(path, "rb") as file:
            magic = file.read(2)
            file.seek(0)
            if magic != _GZIP_MAGIC:
                return _read(path, file, max_bytes)
            with gzip.GzipFile(fileobj=file) as unpacked:
                return _read(path, cast(BinaryIO, unpacked), max_bytes)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(
            f"{path}: the gzip stream is damaged ({error}). Fetch the file again."
        ) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _read(path: str | os.PathLike[str], file: BinaryIO, max_bytes: int) -> NDArray[np.uint8]:
    shape = _read_shape(path, file)
    size = math.prod(shape)
    if size > max_bytes:
        raise DataError(
            f"{path}: its IDX header claims an array of shape {shape}, {size:,} bytes; at most "
            f"{max_bytes:,} are accepted. The file is damaged or not what its name says."
        )
    content = bytearray()
    while len(content) <= size and (block := file.read(min(_CHUNK, size + 1 - len(content)))):
        content += block
    if len(content) != size:
        found = f"only {len(content):,}" if len(content) < size else "more"
        raise DataError(
            f"{path}: its IDX header promises {size:,} bytes for shape {shape}, and {found} "
            "follow. The file is truncated or damaged: fetch it again."
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _read_shape(path: str | os.PathLike[str], file: BinaryIO) -> tuple[int, ...]:
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0":
        raise DataError(
            f"{path}: not an IDX file: it starts with {start.hex(' ') or 'nothing'}, expected "
            "00 00 08, as in train-images-idx3-ubyte.gz."
        )
    if start[2] != _UNSIGNED_BYTE:
        name = _TYPE_NAMES.get(start[2], f"unknown type {start[2]:#04x}")
        raise DataError(f"{path}: holds {name} elements, expected unsigned bytes (type 0x08).")
    axes = start[3]
    if not 1 <= axes <= _MAX_AXES:
        raise DataError(f"{path}: an IDX header with {axes} axes, expected 1 to {_MAX_AXES}.")
    sizes = file.read(4 * axes)
    if len(sizes) < 4 * axes:
        raise DataError(
            f"{path}: an IDX header of {axes} axes that ends after {4 + len(sizes)} bytes. The "
            "file is truncated or damaged: fetch it again."
        )
    return struct.unpack(f">{axes}I", sizes)
