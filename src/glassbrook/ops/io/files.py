"""Whole files: read, written, found by pattern."""

from __future__ import annotations

import glob
import os
import re
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.tracing import give_up
from glassbrook.errors import (
    AlreadyExistsError,
    DTypeError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
)
from glassbrook.graph import build
from glassbrook.ops.arguments import node_value
from glassbrook.tensor import Tensor, as_node

__all__ = ["matching_files", "matching_paths", "path_argument", "read_file", "write_file"]


def path_argument(op: str, value: Any) -> str:
    """A path, from text, bytes, a path object or a tensor of one string.

    Raises:
        DTypeError: it is something else.
    """
    if isinstance(value, str | bytes | os.PathLike):
        return os.fsdecode(value)
    node = as_node(value)
    if node.dtype is not dtypes.string or node.rank:
        raise DTypeError(
            f"io.{op}: expected one path, got {node.dtype.name} of shape {list(node.shape)}."
        )
    return os.fsdecode(bytes(node_value(node)[()]))


def string_tensor(value: bytes) -> Tensor:
    """A scalar with these bytes."""
    array = np.empty((), object)
    array[()] = value
    return Tensor(build.data(array, dtypes.string))


def file_error(path: str, error: OSError) -> OpError:
    """What to raise when a file cannot be read or written, in the place of Python's error."""
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError):
        return NotFoundError(
            f"{path}; {reason}. Paths are relative to the folder in which the program was started."
        )
    if isinstance(error, PermissionError):
        return PermissionDeniedError(
            f"{path}; {reason}. Choose a folder of your own, or change who may use this one."
        )
    if isinstance(error, FileExistsError):
        return AlreadyExistsError(f"{path}; {reason}. Choose another name, or remove it first.")
    return FailedPreconditionError(
        f"{path}; {reason}. Expected the path of a file that can be read or written here."
    )


def read_file(filename: Any, name: str | None = None) -> Tensor:
    """The bytes of a file, as a string.

    Args:
        filename: the path.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        NotFoundError: there is no such file.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "a.txt")
        ...     tf.io.write_file(path, "hello")
        ...     print(tf.io.read_file(path).numpy())
        b'hello'
    """
    give_up("a file: tf.io.read_file")
    path = path_argument("read_file", filename)
    try:
        with open(path, "rb") as file:
            return string_tensor(file.read())
    except (FileNotFoundError, PermissionError) as error:
        raise file_error(path, error) from None
    except OSError as error:
        raise InvalidArgumentError(f"io.read_file: {path}: {error.strerror}.") from None


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write a string to a file; the folder is made if it is not there.

    Args:
        filename: the path.
        contents: one string.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the contents are not one string.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tf.io.write_file(os.path.join(folder, "deep", "a.txt"), "hello")
        ...     os.listdir(os.path.join(folder, "deep"))
        ['a.txt']
    """
    give_up("a file: tf.io.write_file")
    path = path_argument("write_file", filename)
    node = as_node(contents)
    if node.dtype is not dtypes.string or node.rank:
        raise DTypeError(
            f"io.write_file: expected one string, got {node.dtype.name} of shape "
            f"{list(node.shape)}. tf.io.serialize_tensor makes one of any tensor."
        )
    folder = os.path.dirname(path)
    try:
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "wb") as file:
            file.write(bytes(node_value(node)[()]))
    except OSError as error:
        raise file_error(path, error) from None


def matching_paths(pattern: str) -> list[str]:
    """The paths that match a pattern of ``*``, ``?`` and ``[a-z]``, in order."""
    # Python's glob leaves out hidden files, and takes [!a] where TensorFlow takes [^a] as well.
    return sorted(glob.glob(re.sub(r"\[\^", "[!", pattern), include_hidden=True))


def matching_files(pattern: Any, name: str | None = None) -> Tensor:
    """The paths of the files that match a pattern, in order.

    Args:
        pattern: a pattern of ``*``, ``?`` and ``[a-z]``, or several of them.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tf.io.write_file(os.path.join(folder, "a.txt"), "hello")
        ...     len(tf.io.matching_files(os.path.join(folder, "*.txt")))
        1
    """
    give_up("files: tf.io.matching_files")
    patterns = node_value(as_node(pattern)).ravel()
    found = sorted({path for each in patterns for path in matching_paths(os.fsdecode(each))})
    array = np.empty(len(found), object)
    array[:] = [os.fsencode(path) for path in found]
    return Tensor(build.data(array, dtypes.string))
