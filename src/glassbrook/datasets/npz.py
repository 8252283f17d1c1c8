"""Reads ``.npz`` archives without trusting them.

``numpy.load`` allocates what an array's header claims before it reads; here the claim is first
held against the size of the archive's member. Lists of different lengths are pickled in such
archives: they are read by `pickles`, which runs nothing of what it reads.
"""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from glassbrook.datasets.idx import MAX_BYTES
from glassbrook.datasets.pickles import read_pickle
from glassbrook.errors import DataError

__all__ = ["read_npz"]

_CHUNK = 2**20


def read_npz(
    path: str | os.PathLike[str],
    keys: Iterable[str],
    *,
    max_bytes: int = MAX_BYTES,
    kinds: str = "",
) -> dict[str, NDArray[Any]]:
    """Reads arrays from an ``.npz`` archive.

    Args:
        path: the archive.
        keys: the names of the arrays to read.
        max_bytes: the largest array to accept.
        kinds: the kinds of dtypes to accept, as NumPy's letters: ``"f"`` for floating-point
            numbers, ``"O"`` for lists of different lengths; by default unsigned bytes only.

    Raises:
        DataError: the archive is damaged, lacks an array, or holds something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {key: _read_member(path, archive, key, max_bytes, kinds) for key in keys}
    # RuntimeError: an encrypted member; NotImplementedError: an unknown compression.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise DataError(f"{path}: not a sound .npz archive ({error}). Fetch it again.") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _read_member(
    path: str | os.PathLike[str], archive: zipfile.ZipFile, key: str, max_bytes: int, kinds: str
) -> NDArray[Any]:
    try:
        member = archive.getinfo(f"{key}.npy")
    except KeyError:
        names = ", ".join(archive.namelist()[:8]) or "nothing"
        raise DataError(f"{path}: lacks the array {key!r}; it holds {names}.") from None
    with archive.open(member) as file:
        shape, column_major, dtype = _read_header(path, key, file, kinds)
        if dtype.hasobject:
            return _read_lists(path, key, file, shape, max_bytes)
        size = math.prod(shape) * dtype.itemsize
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
    return np.frombuffer(content, dtype).reshape(shape, order="F" if column_major else "C")


def _read_lists(
    path: str | os.PathLike[str], key: str, file: IO[bytes], shape: tuple[int, ...], most: int
) -> NDArray[Any]:
    content = file.read(most + 1)
    if len(content) > most:
        raise DataError(f"{path}: array {key!r} has more than {most:,} bytes.")
    found = read_pickle(content, f"{path}, array {key!r}")
    if not isinstance(found, np.ndarray) or found.shape != shape:
        raise DataError(f"{path}: array {key!r} is not what its header says.")
    return found


def _read_header(
    path: str | os.PathLike[str], key: str, file: IO[bytes], kinds: str
) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, column_major, dtype = read(file)
    except ValueError as error:
        raise DataError(f"{path}: array {key!r} has no sound header ({error}).") from error
    is_accepted = dtype.kind in kinds if kinds else dtype == np.uint8
    if not is_accepted or min(shape, default=0) < 0:
        expected = f"one of the kinds {kinds!r}" if kinds else "unsigned bytes (uint8)"
        raise DataError(f"{path}: array {key!r} is {dtype} of shape {shape}, expected {expected}.")
    return shape, column_major, dtype
