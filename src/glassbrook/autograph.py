"""``tf.autograph``: names of TensorFlow's rewriting of Python code, which does not happen here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["experimental", "set_verbosity", "to_code", "to_graph", "trace"]


class experimental:  # noqa: N801  (TensorFlow's name)
    """What TensorFlow calls experimental about it."""

    @staticmethod
    def do_not_convert(func: Callable[..., Any] | None = None) -> Any:
        """The function as it is: Python code is never rewritten.

        Example:
            >>> import glassbrook as tf
            >>> tf.autograph.experimental.do_not_convert(lambda x: x + 1)(1)
            2
        """
        return (lambda decorated: decorated) if func is None else func

    @staticmethod
    def set_loop_options(*args: Any, **kwargs: Any) -> None:
        """Accepted for TensorFlow's sake, without effect."""


def to_graph(entity: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """The function as it is: Python code is never rewritten."""
    return entity


def to_code(entity: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The source of the function as it is: Python code is never rewritten."""
    return inspect.getsource(inspect.unwrap(entity))


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Accepted for TensorFlow's sake: nothing is rewritten, so there is nothing to tell."""


def trace(*args: Any) -> None:
    """Print the arguments, when a function runs as Python code.

    Example:
        >>> import glassbrook as tf
        >>> tf.autograph.trace("x", 1)
        x 1
    """
    print(*args)
