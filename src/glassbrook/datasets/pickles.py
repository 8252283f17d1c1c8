"""Reads the pickled arrays of old data sets without running anything that is in them.

A pickle is a program: it names functions, which are called while it is read. Here only four names
are known, those that NumPy writes for an array, and they stand for classes of this module. Anything
else is refused before it is looked up.
"""

from __future__ import annotations

import io
import math
import os
import pickle  # noqa: TID251 (the reader below finds no class but its own)
import re
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from glassbrook.errors import DataError

__all__ = ["read_pickle"]

_DTYPE = re.compile(r"^[<>|=]?([biuf][1248]|O8?)$")
_BROKEN = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


class _DType:
    """Stands for `numpy.dtype`."""

    def __init__(self, name: Any, *_: Any) -> None:
        text = name.decode("ascii") if isinstance(name, bytes) else str(name)
        if not _DTYPE.match(text):
            raise pickle.UnpicklingError(f"arrays of dtype {text!r} are not expected")
        self.numpy = np.dtype("O") if text.strip("<>|=").startswith("O") else np.dtype(text)

    def __setstate__(self, state: Any) -> None:
        order = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        if order == ">":
            self.numpy = self.numpy.newbyteorder(">")


class _Array:
    """Stands for `numpy.ndarray`, while its content is still to come."""

    def __init__(self, *_: Any) -> None:
        self.numpy: NDArray[Any] | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, column_major, data = state
        if not isinstance(dtype, _DType) or min(shape, default=0) < 0:
            raise pickle.UnpicklingError("an array without a sound dtype and shape")
        if dtype.numpy.hasobject:
            array = np.empty(len(data), object)
            array[:] = [_plain(each) for each in data]
        else:
            raw = data.encode("latin1") if isinstance(data, str) else bytes(data)
            array = np.frombuffer(raw, dtype.numpy)
        if math.prod(shape) != array.size:
            raise pickle.UnpicklingError(f"{array.size} values for an array of shape {shape}")
        self.numpy = array.reshape(shape, order="F" if column_major else "C")


def _reconstruct(kind: Any, *_: Any) -> _Array:
    if kind is not _Array:
        raise pickle.UnpicklingError("an array of an unknown class")
    return _Array()


def _encode(text: str, encoding: str = "latin1") -> bytes:
    return text.encode("latin1")


def _no_bytes() -> bytes:
    return b""


_KNOWN: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    # How Python 3 writes bytes in pickles of protocol 2.
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _no_bytes,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        known = _KNOWN.get((module, name))
        if known is None:
            raise pickle.UnpicklingError(
                f"it names {module}.{name}, which no array needs: the file may be an attack"
            )
        return known


def read_pickle(file: IO[bytes] | bytes, path: str | os.PathLike[str]) -> Any:
    """What a pickle of arrays, lists, dictionaries, numbers and texts holds.

    Args:
        file: the file, or its content.
        path: its name, for messages.

    Raises:
        DataError: it is damaged, or names anything but arrays. Nothing of it has run.
    """
    if isinstance(file, bytes):
        file = io.BytesIO(file)
    try:
        return _plain(_Reader(file, encoding="bytes").load())
    except _BROKEN as error:
        raise DataError(
            f"{path}: refused, it is no sound pickle of arrays ({error}). Nothing of it was run."
        ) from error


def _plain(value: Any) -> Any:
    """The value with real arrays for those that stand for them."""
    if isinstance(value, _Array):
        if value.numpy is None:
            raise pickle.UnpicklingError("an array without content")
        return value.numpy
    if isinstance(value, _DType) or callable(value):
        raise pickle.UnpicklingError("something that is no array, list or number")
    if type(value) is dict:
        return {key: _plain(each) for key, each in value.items()}
    if type(value) is list and value and not isinstance(value[0], int):
        return [_plain(each) for each in value]
    return value
