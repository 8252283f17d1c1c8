"""The library that multiplies large matrices, as a table of addresses for generated code.

The library runs on the thread that calls it: programs split their work over cores themselves.
"""

from __future__ import annotations

import ctypes
import importlib.util
import platform
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glassbrook import config
from glassbrook.errors import InvalidArgumentError, NotFoundError

__all__ = ["DGEMM", "ENTRIES", "SGEMM", "blas_name", "blas_table"]

SGEMM, DGEMM = 0, 1
"""The places of ``cblas_sgemm`` and ``cblas_dgemm`` in the table. Integers have 32 bits."""

ENTRIES = 2


@dataclass(frozen=True)
class _Library:
    """A loaded library: its functions, and the array of their addresses that programs get."""

    name: str
    handle: ctypes.CDLL
    table: ctypes.Array[ctypes.c_void_p]


def blas_table() -> int:
    """The address of an array of pointers: ``cblas_sgemm``, ``cblas_dgemm``.

    The library is the one that `config.blas` names. It stays loaded, and so does the table, as long
    as the process lives.

    Raises:
        InvalidArgumentError: `config.blas` is no name of a library.
        NotFoundError: the library is not installed.
    """
    return ctypes.addressof(_chosen().table)


def blas_name() -> str:
    """The library in use: "openblas", "mkl" or "accelerate". Raises what `blas_table` raises."""
    return _chosen().name


_lock = threading.Lock()
_libraries: dict[str, _Library] = {}  # by what config.blas said


def _chosen() -> _Library:
    library = _libraries.get(config.blas)
    if library is None:
        with _lock:
            library = _find(config.blas)
            _libraries[config.blas] = library
    return library


def _find(choice: str) -> _Library:
    if choice == "auto":
        for name in _by_preference():
            try:
                return _LOADERS[name]()
            except NotFoundError:
                continue
        choice = "openblas"
    if choice not in _LOADERS:
        names = ", ".join(map(repr, ("auto", *_LOADERS)))
        raise InvalidArgumentError(
            f"config.blas is {choice!r}; it must be one of {names}. The environment variable "
            "GLASSBROOK_BLAS sets it too."
        )
    return _LOADERS[choice]()


def _by_preference() -> tuple[str, ...]:
    """The libraries, the one that is fastest on such a machine first."""
    if platform.system() == "Darwin":
        return "accelerate", "openblas"
    if "Intel" in _processor():
        return "mkl", "openblas"
    return "openblas", "mkl"


def _processor() -> str:
    """What the processor calls itself; empty where that is not to be found out."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith("vendor_id")), "")


def _loaded(path: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(path)
    except OSError:
        return None


def _library(name: str, handle: ctypes.CDLL, prefix: str) -> _Library:
    functions = [getattr(handle, f"{prefix}cblas_{letter}gemm") for letter in "sd"]
    addresses = [ctypes.cast(function, ctypes.c_void_p) for function in functions]
    return _Library(name, handle, (ctypes.c_void_p * ENTRIES)(*addresses))


def _openblas() -> _Library:
    # Found, not imported: importing the package would make its functions visible to everything else
    # in this process, and takes several milliseconds.
    package = importlib.util.find_spec("scipy_openblas32")
    folders = (package.submodule_search_locations or []) if package is not None else []
    for folder in folders:
        for path in sorted((Path(folder) / "lib").glob("*scipy_openblas*")):
            handle = _loaded(str(path)) if path.suffix in (".so", ".dylib", ".dll") else None
            if handle is not None:
                handle.scipy_openblas_set_num_threads(1)
                return _library("openblas", handle, "scipy_")
    raise _missing("openblas", "it is part of the package: pip install scipy-openblas32")


def _mkl() -> _Library:
    names = ("libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so", "libmkl_rt.2.dylib")
    for folder in ("", str(Path(sys.prefix) / "lib")):
        for name in names:
            handle = _loaded(str(Path(folder) / name) if folder else name)
            if handle is not None:
                sequential = 1
                handle.MKL_Set_Threading_Layer(sequential)
                handle.MKL_Set_Num_Threads(1)
                return _library("mkl", handle, "")
    raise _missing("mkl", "pip install mkl")


def _accelerate() -> _Library:
    handle = _loaded("/System/Library/Frameworks/Accelerate.framework/Accelerate")
    if handle is None:
        raise _missing("accelerate", "it is part of macOS only")
    if hasattr(handle, "BLASSetThreading"):  # since macOS 15
        single = 1
        handle.BLASSetThreading(single)
    return _library("accelerate", handle, "")


_LOADERS: dict[str, Callable[[], _Library]] = {
    "openblas": _openblas,
    "mkl": _mkl,
    "accelerate": _accelerate,
}


def _missing(name: str, how: str) -> NotFoundError:
    return NotFoundError(
        f"config.blas asks for {name!r}, which is not installed ({how}). "
        'config.blas = "auto" takes what there is.'
    )
