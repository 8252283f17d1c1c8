"""HDF5 files as plain arrays and attributes, and back.

Reading follows no link that leads out of a group: files with external or soft links, virtual
datasets, or data in other files are refused. `h5py` is imported when such a file is written, or
one of the newer form is read, which Keras does not write.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from glassbrook.errors import MissingExtraError, ModelFileError
from glassbrook.keras.saving.hdf5_format import (
    FormatError,
    LinkError,
    NewerFormatError,
    Parser,
)
from glassbrook.keras.saving.tensors import Array

__all__ = ["Hierarchy", "is_hdf5", "names_of", "read_hdf5", "require_h5py", "write_hdf5"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MOST_OBJECTS = 200_000
_MOST_DEPTH = 64
# Unpacked, a file may have so many times the bytes that it has on disk.
_MOST_EXPANSION = 200
_MOST_ATTRIBUTE = 64 * 2**20


class Hierarchy(NamedTuple):
    """What a file holds.

    Attributes:
        arrays: arrays by path, such as ``"layers/dense/vars/0"``.
        attributes: for each group, by path, its attributes; the file itself has the path ``""``.
    """

    arrays: dict[str, Array]
    attributes: dict[str, dict[str, Any]]

    def below(self, path: str) -> Hierarchy:
        """The part within a group."""
        prefix = f"{path}/"
        return Hierarchy(
            {k.removeprefix(prefix): v for k, v in self.arrays.items() if k.startswith(prefix)},
            {
                k.removeprefix(path).removeprefix("/"): v
                for k, v in self.attributes.items()
                if k == path or k.startswith(prefix)
            },
        )


def require_h5py(what: str) -> Any:
    """The module h5py.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise MissingExtraError(
            f"{what} needs h5py, which is not installed. Install it: pip install "
            "\"glassbrook[h5]\". Without it, models are written as 'name.gbk' and weights as "
            "'name.weights.gbk'."
        ) from None
    return h5py


def is_hdf5(path: Path) -> bool:
    """Whether a file begins as HDF5 files do."""
    with path.open("rb") as file:
        return file.read(8)[:4] == SIGNATURE[:4]


# Reading.


def read_hdf5(data: bytes | str | os.PathLike[str], where: str) -> Hierarchy:
    """Everything that a file holds.

    Args:
        data: the bytes of the file, or its path.
        where: the name of the file, for messages.

    Raises:
        MissingExtraError: the file is of the newer form, and h5py is not installed.
        ModelFileError: the file is damaged, or holds what no model needs.
    """
    if not isinstance(data, bytes):
        # Read as a whole: nobody can change the file between the checks and their use.
        data = Path(data).read_bytes()
    try:
        parser = Parser(data)
    except NewerFormatError:
        return _read_newer(data, where)
    except LinkError as error:
        raise ModelFileError(
            f"{where}: {error}, which models never have. The file may have been made to read "
            "other files: do not use it."
        ) from None
    except (FormatError, struct.error, RecursionError, MemoryError) as error:
        raise _damaged(where, f"{error}") from None
    return Hierarchy(parser.arrays, parser.attributes)


def _read_newer(data: bytes, where: str) -> Hierarchy:
    """Read a file whose parts carry checksums: h5py notices damage to these by itself."""
    h5py = require_h5py(f"Reading {where!r}, an HDF5 file of a newer form,")
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            return _Reader(h5py, where, len(data)).read(file)
    except ModelFileError:
        raise
    except (
        OSError,
        RuntimeError,
        KeyError,
        ValueError,
        TypeError,
        MemoryError,
        OverflowError,
        AttributeError,
        RecursionError,
        SystemError,
    ) as error:
        raise _damaged(where, f"{error}") from None


def _damaged(where: str, problem: str) -> ModelFileError:
    return ModelFileError(
        f"{where}: this HDF5 file cannot be read: {problem}. It is cut off or damaged; take it "
        "from its source again."
    )


class _Reader:
    def __init__(self, h5py: Any, where: str, size: int) -> None:
        self._h5py = h5py
        self._where = where
        self._left = max(size, 4096) * _MOST_EXPANSION
        self._objects = 0
        self._arrays: dict[str, Array] = {}
        self._attributes: dict[str, dict[str, Any]] = {}

    def read(self, file: Any) -> Hierarchy:
        self._group("", file, 0)
        return Hierarchy(self._arrays, self._attributes)

    def _refuse(self, path: str, problem: str) -> ModelFileError:
        return ModelFileError(
            f"{self._where}: {path!r:.100} is {problem}, which models never have. The file may "
            "have been made to read other files: do not use it."
        )

    def _group(self, path: str, group: Any, depth: int) -> None:
        if depth > _MOST_DEPTH:
            raise _damaged(self._where, "its groups are nested too deeply")
        self._attributes[path] = self._read_attributes(group)
        for name in group:
            self._objects += 1
            if self._objects > _MOST_OBJECTS:
                raise _damaged(self._where, f"it holds more than {_MOST_OBJECTS:,} objects")
            inner = f"{path}/{name}" if path else name
            link = group.get(name, getlink=True)
            if isinstance(link, self._h5py.ExternalLink):
                raise self._refuse(inner, f"a link into another file, {link.filename!r:.100}")
            if not isinstance(link, self._h5py.HardLink):
                raise self._refuse(inner, "a link to another place")
            item = group[name]
            if isinstance(item, self._h5py.Group):
                self._group(inner, item, depth + 1)
            elif isinstance(item, self._h5py.Dataset):
                self._arrays[inner] = self._dataset(inner, item)
            else:
                raise self._refuse(inner, "neither a group nor an array")

    def _dataset(self, path: str, item: Any) -> Array:
        if item.is_virtual:
            raise self._refuse(path, "an array whose numbers are in other files")
        if item.external:
            raise self._refuse(path, "an array whose numbers are in another file")
        if item.shape is None or item.dtype.kind not in "biuf" or item.dtype.itemsize > 8:
            raise self._refuse(path, f"an array of {item.dtype}")
        self._left -= int(np.prod([float(each) for each in item.shape])) * item.dtype.itemsize
        if self._left < 0:
            raise _damaged(
                self._where, f"{path!r:.100} of shape {item.shape} claims more than the file holds"
            )
        return np.asarray(item[()]).astype(item.dtype.newbyteorder("="))

    def _read_attributes(self, group: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in group.attrs:
            identity = group.attrs.get_id(name)
            count = int(np.prod([float(each) for each in identity.shape or ()]))
            if count * identity.dtype.itemsize > _MOST_ATTRIBUTE:
                raise _damaged(self._where, f"the attribute {name!r:.60} is too large")
            found[name] = _plain(group.attrs[name])
        return found


def _plain(value: Any) -> Any:
    """An attribute as text, a list of texts, or a number."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return [_plain(each) for each in value.ravel().tolist()]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, str):
        # h5py gives bytes that are no text as halves of characters.
        return value.encode("utf-8", "replace").decode()
    return value if isinstance(value, int | float | bool) else None


# Writing.


def write_hdf5(contents: Hierarchy) -> bytes:
    """The bytes of a file.

    Raises:
        MissingExtraError: h5py is not installed.
    """
    h5py = require_h5py("Writing an HDF5 file")
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for path, attributes in contents.attributes.items():
            group = file.require_group(path) if path else file
            _write_attributes(group, attributes)
        for path, array in contents.arrays.items():
            file.create_dataset(path, data=array)
    return stream.getvalue()


# A header of HDF5 has no room for more: longer lists of names are cut into parts.
_MOST_HEADER = 60_000


def _write_attributes(group: Any, attributes: Mapping[str, Any]) -> None:
    for name, value in attributes.items():
        if not isinstance(value, list):
            group.attrs[name] = value
            continue
        texts = [str(each).encode() for each in value]
        size = max(map(len, texts), default=1) * max(len(texts), 1)
        if size <= _MOST_HEADER:
            group.attrs[name] = texts
            continue
        count = -(-size // _MOST_HEADER)
        step = -(-len(texts) // count)
        for number in range(-(-len(texts) // step)):
            group.attrs[f"{name}{number}"] = texts[number * step : (number + 1) * step]


def names_of(attributes: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts, which may be cut into parts: ``name0``, ``name1`` and so on."""
    if isinstance(attributes.get(name), list):
        return [str(each) for each in attributes[name]]
    found: list[str] = []
    number = 0
    while isinstance(attributes.get(f"{name}{number}"), list):
        found += [str(each) for each in attributes[f"{name}{number}"]]
        number += 1
    return found
