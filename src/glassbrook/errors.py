"""Every error that Glassbrook raises on purpose.

    GlassbrookError
    ├── InvalidArgumentError (ValueError)     a value that an operation does not take
    │   ├── ShapeError                        … because of its shape
    │   ├── DTypeError (TypeError)            … because of its element type
    │   └── OutOfRangeError (IndexError)      … because an index lies outside
    ├── DataError (ValueError)                a data set or an image that cannot be used
    │   └── DataUnavailableError              … because it is nowhere to be found
    ├── ModelFileError (ValueError)           a model file that cannot be read
    ├── NotFoundError (FileNotFoundError)     a file that is not there
    ├── MissingExtraError (ImportError)       a feature whose optional packages are not installed
    ├── DivergedError (ArithmeticError)       training produced NaN or infinity
    └── ResourceExhaustedError (MemoryError)  a tensor that does not fit into memory

A message says where, what came, what was expected and how to mend it. "Where" is the line of
the user's own code: it is added to the traceback as a note.
"""

from __future__ import annotations

import linecache
import os
import sys
from types import FrameType

__all__ = [
    "DTypeError",
    "DataError",
    "DataUnavailableError",
    "DivergedError",
    "GlassbrookError",
    "InvalidArgumentError",
    "MissingExtraError",
    "ModelFileError",
    "NotFoundError",
    "OutOfRangeError",
    "ResourceExhaustedError",
    "ShapeError",
]

# Neither Glassbrook's own code nor that of the standard library is the user's.
_NOT_THE_USERS = (
    os.path.dirname(os.path.abspath(__file__)) + os.sep,
    os.path.dirname(os.path.abspath(os.__file__)) + os.sep,
    "<frozen ",
)
_INSTALLED = os.sep + "site-packages" + os.sep


def user_frame() -> FrameType | None:
    """The innermost frame on the stack that is the user's own code."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not _is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def _is_users(name: str) -> bool:
    # Packages are installed below the standard library: they count as the user's.
    return not name.startswith(_NOT_THE_USERS) or (
        _INSTALLED in name and not name.startswith(_NOT_THE_USERS[0])
    )


def user_line() -> str | None:
    """The place in the user's code that is running: ``file.py:12: y = x @ w``."""
    frame = user_frame()
    if frame is None:
        return None
    name, number = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(name, number, frame.f_globals).strip()
    return f"{name}:{number}: {text}" if text else f"{name}:{number}"


class GlassbrookError(Exception):
    """Base of all errors of this package; carries the user's line as a note."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        place = user_line()
        if place is not None:
            self.add_note(f"at {place}")

    @property
    def message(self) -> str:
        """The text of the error, as TensorFlow's errors offer it."""
        return str(self.args[0]) if self.args else ""


class InvalidArgumentError(GlassbrookError, ValueError):
    """A value that an operation does not take."""


class ShapeError(InvalidArgumentError):
    """Shapes that do not fit together."""


class DTypeError(InvalidArgumentError, TypeError):
    """Element types that do not fit together."""


class OutOfRangeError(InvalidArgumentError, IndexError):
    """An index outside of the axis that it points into."""


class DataError(GlassbrookError, ValueError):
    """A data set or an image that cannot be used as it is."""


class DataUnavailableError(DataError):
    """A data set that is neither on this machine nor to be downloaded."""


class ModelFileError(GlassbrookError, ValueError):
    """A model file that is damaged, of an unknown version, or names an unknown class."""


class NotFoundError(GlassbrookError, FileNotFoundError):
    """A file or folder that is not there."""


class MissingExtraError(GlassbrookError, ImportError):
    """A feature whose optional packages are not installed."""


class DivergedError(GlassbrookError, ArithmeticError):
    """Training produced a value that is not finite."""


class ResourceExhaustedError(GlassbrookError, MemoryError):
    """A tensor that does not fit into memory."""
