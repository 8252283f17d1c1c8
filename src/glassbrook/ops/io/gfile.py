"""`tf.io.gfile`: files and folders."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from glassbrook.errors import AlreadyExistsError, NotFoundError
from glassbrook.ops.io.files import matching_paths, path_argument

__all__ = [
    "GFile",
    "copy",
    "exists",
    "get_registered_schemes",
    "glob",
    "isdir",
    "join",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


def _path(value: Any) -> str:
    path = path_argument("gfile", value)
    return path.removeprefix("file://")


def _missing(path: str) -> NotFoundError:
    return NotFoundError(f"{path}; No such file or directory")


class GFile:
    """A file, read and written as Python's own.

    Args:
        name: the path.
        mode: ``"r"``, ``"w"``, ``"a"``, ``"r+"`` or ``"w+"``, and ``b`` for bytes.

    Raises:
        NotFoundError: the file, or the folder to write it to, is not there; raised at first use.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "a.txt")
        ...     with tf.io.gfile.GFile(path, "w") as file:
        ...         file.write("hello")
        ...     tf.io.gfile.GFile(path).read()
        'hello'
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        self._name = _path(name)
        self._mode = mode
        self._file: Any = None

    @property
    def name(self) -> str:
        """The path."""
        return self._name

    @property
    def mode(self) -> str:
        """The mode."""
        return self._mode

    def _opened(self) -> Any:
        if self._file is None:
            encoding = None if "b" in self._mode else "utf-8"
            newline = None if "b" in self._mode else ""
            try:
                self._file = open(  # noqa: SIM115  (close() closes it)
                    self._name, self._mode, encoding=encoding, newline=newline
                )
            except FileNotFoundError:
                raise _missing(self._name) from None
        return self._file

    def read(self, n: int = -1) -> Any:
        """The next `n` characters or bytes, or all that are left."""
        return self._opened().read(n)

    def readline(self) -> Any:
        """The next line, with its end."""
        return self._opened().readline()

    def readlines(self) -> list[Any]:
        """All lines that are left."""
        return list(self._opened())

    def write(self, file_content: Any) -> None:
        """Write text, or bytes."""
        self._opened().write(file_content)

    def seek(self, offset: int | None = None, whence: int = 0, position: Any = None) -> None:
        """Go to a place."""
        self._opened().seek(position if offset is None else offset, whence)

    def tell(self) -> int:
        """The present place."""
        return int(self._opened().tell())

    def size(self) -> int:
        """How many bytes the file has."""
        if self._file is not None:
            self.flush()
        return stat(self._name).length

    def seekable(self) -> bool:
        """Whether `seek` works: always."""
        return True

    def flush(self) -> None:
        """Bring to the file what was written."""
        self._opened().flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __iter__(self) -> Iterator[Any]:
        return iter(self._opened())

    def __next__(self) -> Any:
        return next(self._opened())

    def __enter__(self) -> Self:
        if "w" in self._mode or "a" in self._mode:
            self._opened()
        return self

    def __del__(self) -> None:
        if getattr(self, "_file", None) is not None:
            self._file.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def exists(path: Any) -> bool:
    """Whether there is a file or folder."""
    return os.path.exists(_path(path))


def isdir(path: Any) -> bool:
    """Whether there is a folder."""
    return os.path.isdir(_path(path))


def join(path: Any, *paths: Any) -> str:
    """Parts of a path put together."""
    return os.path.join(_path(path), *map(_path, paths))


def listdir(path: Any) -> list[str]:
    """The names of what is in a folder, in order.

    Raises:
        NotFoundError: there is no such folder.
    """
    folder = _path(path)
    if not os.path.isdir(folder):
        raise NotFoundError(f"Could not find directory {folder}")
    return sorted(os.listdir(folder))


def glob(pattern: Any) -> list[str]:
    """The paths that match a pattern, or one of several patterns."""
    patterns = pattern if isinstance(pattern, list | tuple) else [pattern]
    return [path for each in patterns for path in matching_paths(_path(each))]


def makedirs(path: Any) -> None:
    """Make a folder and all above it; nothing happens if it is there."""
    os.makedirs(_path(path), exist_ok=True)


def mkdir(path: Any) -> None:
    """Make a folder.

    Raises:
        AlreadyExistsError: it is there.
        NotFoundError: the folder above it is not there.
    """
    folder = _path(path)
    try:
        os.mkdir(folder)
    except FileExistsError:
        raise AlreadyExistsError(f"{folder}; File exists") from None
    except FileNotFoundError:
        raise _missing(folder) from None


def remove(path: Any) -> None:
    """Delete a file.

    Raises:
        NotFoundError: there is no such file.
    """
    try:
        os.remove(_path(path))
    except FileNotFoundError:
        raise _missing(_path(path)) from None


def rmtree(path: Any) -> None:
    """Delete a folder and everything in it.

    Raises:
        NotFoundError: there is no such folder.
    """
    try:
        shutil.rmtree(_path(path))
    except FileNotFoundError:
        raise _missing(_path(path)) from None


def _check_target(path: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise AlreadyExistsError(f"{path}; file already exists. Pass overwrite=True to replace it.")


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file.

    Raises:
        NotFoundError: there is no such file.
        AlreadyExistsError: the other one is there, and may not be replaced.
    """
    _check_target(_path(dst), overwrite)
    try:
        shutil.copyfile(_path(src), _path(dst))
    except FileNotFoundError:
        raise _missing(_path(src)) from None


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Give a file or folder another name.

    Raises:
        NotFoundError: there is no such file.
        AlreadyExistsError: the other one is there, and may not be replaced.
    """
    _check_target(_path(dst), overwrite)
    try:
        os.replace(_path(src), _path(dst))
    except FileNotFoundError:
        raise _missing(_path(src)) from None


class FileStatistics(NamedTuple):
    """What `stat` tells of a file."""

    length: int
    mtime_nsec: int
    is_directory: bool


def stat(path: Any) -> FileStatistics:
    """Size and time of a file.

    Raises:
        NotFoundError: there is no such file.
    """
    try:
        found = os.stat(_path(path))
    except FileNotFoundError:
        raise _missing(_path(path)) from None
    is_folder = os.path.isdir(_path(path))
    return FileStatistics(found.st_size, found.st_mtime_ns, is_folder)


def walk(
    top: Any, topdown: bool = True, onerror: Callable[[OSError], Any] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """A folder and all below it, each with the names of its folders and of its files."""
    for folder, folders, files in os.walk(_path(top), topdown, onerror):
        folders.sort()
        yield folder, folders, sorted(files)


def get_registered_schemes() -> Sequence[str]:
    """Beginnings of paths that are known, such as ``file://``."""
    return ["", "file"]
