"""Reads ``.npz`` archives of unsigned bytes without trusting them.

``numpy.load`` allocates what an array's header claims before it reads; here the claim is first
held against the size of the archive's member. Pickled objects are never read.
"""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from collections.abc import Iterable
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from glassbrook.datasets.idx import MAX_BYTES
from glassbrook.errors import DataError

__all__ = ["read_npz"]

_CHUNK = 2**20


def read_npz(
    path: str | os.PathLike[str], keys: Iterable[str], *, max_bytes: int = MAX_BYTES
) -> dict[str, NDArray[np.uint8]]:
    """Reads arrays of unsigned bytes from an ``.npz`` archive.

    Args:
        path: the archive.
        keys: the names of the arrays to read.
        max_bytes: the largest array to accept.

    Raises:
        DataError: the archive is damaged, lacks an array, or holds something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {key: _read_member(path, archive, key, max_bytes) for key in keys}
    # RuntimeError: an encrypted member; NotImplementedError: an unknown compression.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise DataError(f"{path}: not a sound .npz archive ({error}). Fetch it again.") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _read_member(
    path: str | os.PathLike[str], archive: zipfile.ZipFile, key: str, max_bytes: int
) -> NDArray[np.uint8]:
    try:
        member = archive.getinfo(f"{key}.npy")
    except KeyError:
        names = ", ".join(archive.namelist()[:8]) or "nothing"
        raise DataError(f"{path}: lacks the array {key!r}; it holds {names}.") from None
    with archive.open(member) as file:
        shape, column_major = _read_header(path, key, file)
        size = math.prod(shape)
        if size > min(max_bytes, member.file_size):
            raise DataError(
                f"{path}: array {key!r} claims shape {shape}, {size:,} bytes, but the archive "
                f"holds {member.file_size:,} for it (at most {max_bytes:,} are accepted)."
            )
        content = bytearray()
        while len(content) < size and (block := file.read(min(_CHUNK, size - len(content)))):
            content += block
        # Reading on to the end has the archive's checksum compared.
        if len(content) < size or file.read(1):
            raise DataError(f"{path}: array {key!r} is not as long as its header says.")
    return np.frombuffer(content, np.uint8).reshape(shape, order="F" if column_major else "C")


def _read_header(
    path: str | os.PathLike[str], key: str, file: IO[bytes]
) -> tuple[tuple[int, ...], bool]:
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, column_major, dtype = read(file)
    except ValueError as error:
        raise DataError(f"{path}: array {key!r} has no sound header ({error}).") from error
    if dtype != np.uint8 or min(shape, default=0) < 0:
        raise DataError(
            f"{path}: array {key!r} is {dtype} of shape {shape}, expected unsigned bytes (uint8)."
        )
    return shape, column_major
