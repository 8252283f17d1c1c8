"""Which line of a program is the user's own."""

from __future__ import annotations

import functools
import linecache
import os
import sys
from types import FrameType

__all__ = ["user_frame", "user_line"]

# Neither Glassbrook's own code nor that of the standard library is the user's.
_NOT_THE_USERS = (
    os.path.dirname(os.path.abspath(__file__)) + os.sep,
    os.path.dirname(os.path.abspath(os.__file__)) + os.sep,
    "<frozen ",
)
_LONGEST_LINE = 200
_INSTALLED = os.sep + "site-packages" + os.sep


def user_frame() -> FrameType | None:
    """The innermost frame on the stack that is the user's own code."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not _is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


@functools.lru_cache(maxsize=1024)
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
    if len(text) > _LONGEST_LINE:
        text = f"{text[:_LONGEST_LINE]} …"
    return f"{name}:{number}: {text}" if text else f"{name}:{number}"
