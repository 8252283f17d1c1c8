"""Programs that were written for TensorFlow: their imports, and the names of TensorFlow 1.

`install` and `run_script` let ``import tensorflow`` give Glassbrook. `v1` and `v2` are TensorFlow's
names for its two generations, and `as_bytes`, `as_str` and `as_text` convert between the two kinds
of text.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from glassbrook.compat.imports import install, run_script, uninstall

if TYPE_CHECKING:
    from glassbrook.compat import v1

__all__ = [
    "as_bytes",
    "as_str",
    "as_str_any",
    "as_text",
    "bytes_or_text_types",
    "dimension_at_index",
    "dimension_value",
    "forward_compatible",
    "install",
    "integral_types",
    "path_to_str",
    "real_types",
    "run_script",
    "uninstall",
    "v1",
]

bytes_or_text_types = (bytes, str)
integral_types = (int, np.integer)
real_types = (int, float, np.integer, np.floating)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name == "v1":
            return importlib.import_module("glassbrook.compat.v1")
        if name == "v2":
            return importlib.import_module("glassbrook")
        raise AttributeError(f"module 'glassbrook.compat' has no attribute {name!r}")


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    r"""Text as bytes; bytes stay as they are.

    Raises:
        TypeError: it is neither.

    Example:
        >>> import glassbrook as tf
        >>> tf.compat.as_bytes("né")
        b'n\xc3\xa9'
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes | bytearray):
        return bytes(bytes_or_text)
    raise _not_text(bytes_or_text)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Bytes as text; text stays as it is.

    Raises:
        TypeError: it is neither.

    Example:
        >>> import glassbrook as tf
        >>> tf.compat.as_text(tf.constant("abc").numpy())
        'abc'
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes | bytearray):
        return bytes(bytes_or_text).decode(encoding)
    raise _not_text(bytes_or_text)


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Bytes as text, and ``str(value)`` of anything else."""
    return as_str(value, encoding) if isinstance(value, bytes) else str(value)


def _not_text(value: Any) -> TypeError:
    return TypeError(f"Expected binary or unicode string, got {value!r}")


def path_to_str(path: Any) -> Any:
    """The text of a path object; anything else stays as it is."""
    return os.fspath(path) if isinstance(path, os.PathLike) else path


def dimension_value(dimension: Any) -> Any:
    """A size of a shape, which is a Python number already."""
    return dimension


def dimension_at_index(shape: Any, index: int) -> Any:
    """One size of a shape; `None` if its rank is not known."""
    return None if shape.rank is None else shape[index]


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Always true: there is one version of everything."""
    return True
