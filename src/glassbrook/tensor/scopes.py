"""The names that `tf.name_scope` puts before those of variables."""

from __future__ import annotations

import threading

__all__ = ["close_scope", "current_scope", "open_scope", "scoped_name"]


class _Open(threading.local):
    def __init__(self) -> None:
        self.names: list[str] = []


_open = _Open()


def open_scope(name: str) -> str:
    """Enter a scope and return its full name, with a slash at its end.

    A name that ends with a slash is a full name, and no name at all stands for the outermost
    scope, whatever scopes are open.
    """
    if not name:
        _open.names.append("")
    elif name.endswith("/"):
        _open.names.append(name)
    else:
        _open.names.append(f"{_current()}{name}/")
    return _current()


def close_scope() -> None:
    """Leave the scope that was entered last."""
    _open.names.pop()


def current_scope() -> str:
    """The full name of the innermost scope, without a slash at its end; "" outside of all."""
    return _current().removesuffix("/")


def scoped_name(name: str) -> str:
    """A name with the scope it is in before it."""
    return _current() + name


def _current() -> str:
    names = _open.names
    return names[-1] if names else ""
