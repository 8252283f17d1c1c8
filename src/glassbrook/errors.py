"""Every error that Glassbrook raises on purpose.

    GlassbrookError
    ├── OpError                                   one of TensorFlow's kinds, each with a code
    │   ├── InvalidArgumentError (ValueError)     a value that an operation does not take
    │   │   ├── ShapeError                        … because of its shape
    │   │   ├── DTypeError (TypeError)            … because of its element type
    │   │   └── OutOfRangeError (IndexError)      … because an index or an iterator is at its end
    │   ├── NotFoundError (FileNotFoundError)     a file that is not there
    │   ├── AlreadyExistsError (FileExistsError)  a file that is there already
    │   ├── PermissionDeniedError (PermissionError)
    │   ├── ResourceExhaustedError (MemoryError)  a tensor that does not fit into memory
    │   ├── UnimplementedError (NotImplementedError)  what does not exist here
    │   ├── DeadlineExceededError (TimeoutError)
    │   ├── DataLossError                         a file that is damaged
    │   └── AbortedError, CancelledError, FailedPreconditionError, InternalError,
    │       UnauthenticatedError, UnavailableError, UnknownError
    ├── OperatorNotAllowedInGraphError (TypeError)
    ├── DataError (ValueError)                    a data set or an image that cannot be used
    │   └── DataUnavailableError                  … because it is nowhere to be found
    ├── ModelFileError (ValueError)               a model file that cannot be read
    ├── MissingExtraError (ImportError)           a feature whose packages are not installed
    └── DivergedError (ArithmeticError)           training produced NaN or infinity

A message says where, what came, what was expected and how to mend it. "Where" is the line of
the user's own code: it is added to the traceback as a note.
"""

from __future__ import annotations

import linecache
import os
import sys
from types import FrameType
from typing import Any, Final

__all__ = [
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OK",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DTypeError",
    "DataError",
    "DataLossError",
    "DataUnavailableError",
    "DeadlineExceededError",
    "DivergedError",
    "FailedPreconditionError",
    "GlassbrookError",
    "InternalError",
    "InvalidArgumentError",
    "MissingExtraError",
    "ModelFileError",
    "NotFoundError",
    "OpError",
    "OperatorNotAllowedInGraphError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "ShapeError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
]

OK: Final = 0
CANCELLED: Final = 1
UNKNOWN: Final = 2
INVALID_ARGUMENT: Final = 3
DEADLINE_EXCEEDED: Final = 4
NOT_FOUND: Final = 5
ALREADY_EXISTS: Final = 6
PERMISSION_DENIED: Final = 7
RESOURCE_EXHAUSTED: Final = 8
FAILED_PRECONDITION: Final = 9
ABORTED: Final = 10
OUT_OF_RANGE: Final = 11
UNIMPLEMENTED: Final = 12
INTERNAL: Final = 13
UNAVAILABLE: Final = 14
DATA_LOSS: Final = 15
UNAUTHENTICATED: Final = 16

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


class OpError(GlassbrookError):
    """An error of one of TensorFlow's kinds.

    Args:
        arguments: the message alone; or, as TensorFlow has it, a description of the operation,
            the operation (both may be `None`), the message, and a code for an `OpError`.
        node_def: a description of the operation.
        op: the operation.
        message: what went wrong.

    Attributes:
        error_code: the number of the kind, such as `INVALID_ARGUMENT`.

    Example:
        >>> import glassbrook as tf
        >>> error = tf.errors.NotFoundError(None, None, "no such table")
        >>> error.message, error.error_code == tf.errors.NOT_FOUND
        ('no such table', True)
    """

    error_code: int = UNKNOWN

    def __init__(
        self, *arguments: Any, node_def: Any = None, op: Any = None, message: Any = None
    ) -> None:
        if len(arguments) == 1 and message is None:
            message = arguments[0]
        elif arguments:
            given = dict(zip(("node_def", "op", "message", "error_code"), arguments))
            node_def, op = given["node_def"], given.get("op", op)
            message = given.get("message", message)
            if "error_code" in given:
                self.error_code = int(given["error_code"])
        super().__init__("" if message is None else str(message))
        self.node_def = node_def
        self.op = op

    @property
    def experimental_payloads(self) -> dict[str, bytes]:
        """Always empty: errors come from this process, and their notes say where."""
        return {}


class InvalidArgumentError(OpError, ValueError):
    """A value that an operation does not take."""

    error_code = INVALID_ARGUMENT


class ShapeError(InvalidArgumentError):
    """Shapes that do not fit together."""


class DTypeError(InvalidArgumentError, TypeError):
    """Element types that do not fit together."""


class OutOfRangeError(InvalidArgumentError, IndexError):
    """An index outside of the axis that it points into, or an iterator at its end."""

    error_code = OUT_OF_RANGE


class NotFoundError(OpError, FileNotFoundError):
    """A file or folder that is not there."""

    error_code = NOT_FOUND


class AlreadyExistsError(OpError, FileExistsError):
    """A file or folder that is there already."""

    error_code = ALREADY_EXISTS


class PermissionDeniedError(OpError, PermissionError):
    """A file or folder that this program may not use."""

    error_code = PERMISSION_DENIED


class ResourceExhaustedError(OpError, MemoryError):
    """A tensor that does not fit into memory."""

    error_code = RESOURCE_EXHAUSTED


class UnimplementedError(OpError, NotImplementedError):
    """What does not exist here."""

    error_code = UNIMPLEMENTED


class DeadlineExceededError(OpError, TimeoutError):
    """What took too long."""

    error_code = DEADLINE_EXCEEDED


class CancelledError(OpError):
    """What was called off."""

    error_code = CANCELLED


class UnknownError(OpError):
    """What is of no other kind."""

    error_code = UNKNOWN


class UnauthenticatedError(OpError):
    """A caller that did not say who it is."""

    error_code = UNAUTHENTICATED


class FailedPreconditionError(OpError):
    """What cannot be done in the state that things are in."""

    error_code = FAILED_PRECONDITION


class AbortedError(OpError):
    """What was given up because something else came in between."""

    error_code = ABORTED


class InternalError(OpError):
    """A mistake of the framework's own."""

    error_code = INTERNAL


class UnavailableError(OpError):
    """A service that does not answer now."""

    error_code = UNAVAILABLE


class DataLossError(OpError):
    """Data that is damaged or cut short."""

    error_code = DATA_LOSS


class OperatorNotAllowedInGraphError(GlassbrookError, TypeError):
    """Python code that needs a value where there is none yet."""


class DataError(GlassbrookError, ValueError):
    """A data set or an image that cannot be used as it is."""


class DataUnavailableError(DataError):
    """A data set that is neither on this machine nor to be downloaded."""


class ModelFileError(GlassbrookError, ValueError):
    """A model file that is damaged, of an unknown version, or names an unknown class."""


class MissingExtraError(GlassbrookError, ImportError):
    """A feature whose optional packages are not installed."""


class DivergedError(GlassbrookError, ArithmeticError):
    """Training produced a value that is not finite."""
