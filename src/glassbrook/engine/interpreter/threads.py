"""The threads of NumPy's own BLAS, kept from competing with those of compiled programs.

OpenBLAS lets its threads look out for more work for many milliseconds after a product. Once there
are compiled programs, with workers of their own, products of the interpreter take one thread.
What users compute with NumPy themselves is not touched.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["limit_threads", "matmul_threads", "numpy_blas_threads"]

_FUNCTIONS = (
    ("scipy_openblas_get_num_threads64_", "scipy_openblas_set_num_threads64_"),
    ("openblas_get_num_threads", "openblas_set_num_threads"),
)


@cache
def _functions() -> tuple[Callable[[], int], Callable[[int], Any]] | None:
    """How many threads NumPy's OpenBLAS uses, and how to change it; `None` if it has none."""
    package = Path(np.__file__).parent
    folders = (package.parent / "numpy.libs", package / ".dylibs")
    for path in (each for folder in folders for each in sorted(folder.glob("*openblas*"))):
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(str(path))
            for get, change in _FUNCTIONS:
                if hasattr(library, get) and hasattr(library, change):
                    return getattr(library, get), getattr(library, change)
    return None


class _Limit:
    """Who multiplies with one thread now."""

    def __init__(self) -> None:
        self.wanted = False
        self.inside = 0
        self.before = 1
        self.lock = threading.Lock()


_limit = _Limit()


def limit_threads() -> None:
    """From now on let the interpreter's products take one thread each."""
    _limit.wanted = True


def numpy_blas_threads() -> int | None:
    """How many threads NumPy's BLAS uses now, if that can be told."""
    functions = _functions()
    return None if functions is None else functions[0]()


@contextlib.contextmanager
def matmul_threads() -> Iterator[None]:
    """While this is entered, NumPy multiplies with as many threads as the interpreter may use."""
    functions = _functions() if _limit.wanted else None
    if functions is None:
        yield
        return
    count, change = functions
    with _limit.lock:
        if not _limit.inside:
            _limit.before = count()
            change(1)
        _limit.inside += 1
    try:
        yield
    finally:
        with _limit.lock:
            _limit.inside -= 1
            if not _limit.inside:
                change(_limit.before)
