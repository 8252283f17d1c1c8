"""``tf.sysconfig``: how this was built. There is nothing to compile extensions against."""

from __future__ import annotations

import os
from typing import Any

from glassbrook.errors import UnimplementedError

__all__ = ["get_build_info", "get_compile_flags", "get_include", "get_lib", "get_link_flags"]


def get_build_info() -> dict[str, Any]:
    """What the build can do: nothing of GPUs.

    Example:
        >>> import glassbrook as tf
        >>> tf.sysconfig.get_build_info()["is_cuda_build"]
        False
    """
    return {
        "cpu_compiler": "LLVM, when programs run",
        "is_cuda_build": False,
        "is_rocm_build": False,
        "is_tensorrt_build": False,
    }


def get_lib() -> str:
    """The folder of the package."""
    return os.path.dirname(os.path.abspath(__file__))


def get_include() -> str:
    """Refuse: there are no headers.

    Raises:
        UnimplementedError: always.
    """
    raise _no_extensions()


def get_compile_flags() -> list[str]:
    """Refuse: there are no headers.

    Raises:
        UnimplementedError: always.
    """
    raise _no_extensions()


def get_link_flags() -> list[str]:
    """Refuse: there is no library to link with.

    Raises:
        UnimplementedError: always.
    """
    raise _no_extensions()


def _no_extensions() -> UnimplementedError:
    return UnimplementedError(
        "Operations in C++ cannot be added here: there are no headers and no library. Write the "
        "operation with others, or with tf.numpy_function and tf.custom_gradient."
    )
