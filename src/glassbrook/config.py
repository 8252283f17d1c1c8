"""Settings that a program may change while it runs.

Example:
    >>> import glassbrook as tf
    >>> tf.config.debug
    False
"""

from __future__ import annotations

import os

__all__ = [
    "blas",
    "debug",
    "eager_functions",
    "engine",
    "functions_run_eagerly",
    "max_pending_nodes",
    "run_functions_eagerly",
    "threads",
]


def _usable_cores() -> int:
    """How many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _threads() -> int:
    text = os.environ.get("GLASSBROOK_THREADS") or str(_usable_cores())
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError(
            f"The environment variable GLASSBROOK_THREADS is {text!r}; it must be a number of "
            "threads, 1 or more. Without it, every core that the process may use is used."
        )
    return int(text)


def _engine() -> str:
    name = os.environ.get("GLASSBROOK_ENGINE") or "auto"
    if name not in ("auto", "interpreter", "compiler"):
        raise ValueError(
            f"The environment variable GLASSBROOK_ENGINE is {name!r}; it must be auto, interpreter "
            "or compiler. Without it, what is run often is compiled."
        )
    return name


blas: str = os.environ.get("GLASSBROOK_BLAS") or "auto"
"""The library that multiplies large matrices: "openblas", "mkl" or "accelerate"; "auto" takes the
best one that is installed."""

debug: bool = os.environ.get("GLASSBROOK_DEBUG", "0") not in ("", "0")
"""Check every graph before it runs and every result against its inferred shape and dtype."""

engine: str = _engine()
"""What runs graphs: "interpreter" (NumPy), "compiler" (machine code, from the first time on), or
"auto": what is seen again and again is compiled."""

eager_functions: bool = False
"""Run what `tf.function` decorates as it is written, instead of tracing it."""

max_pending_nodes: int = 5_000
"""How many operations may wait for a value before those in use are computed, unasked."""

threads: int = _threads()
"""How many threads, the caller's included, share the work of one compiled program."""


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Run what `tf.function` decorates as it is written, or go back to tracing it.

    Example:
        >>> import glassbrook as tf
        >>> tf.config.run_functions_eagerly(True)
        >>> tf.config.functions_run_eagerly()
        True
        >>> tf.config.run_functions_eagerly(False)
    """
    global eager_functions
    eager_functions = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Whether what `tf.function` decorates runs as it is written."""
    return eager_functions
