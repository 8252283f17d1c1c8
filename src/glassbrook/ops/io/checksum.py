"""CRC-32C, the checksum of record files and of TensorFlow's checkpoints.

The first few bytes of a program are summed up in Python, the rest in machine code: compiling it
takes longer than a handful of small records.

Source:
    RFC 3720, appendix B.4, for the polynomial; its masking as TensorFlow's record files have it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["crc32c", "extended", "masked", "masked_crc32c"]

_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8
# So many bytes of a program are summed up in Python.
_PATIENCE = 1 << 16

_summed = 0


def _table() -> npt.NDArray[np.uint32]:
    """What a byte does to the register, for each of its values."""
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ np.uint32(_POLYNOMIAL), values >> 1)
    return np.asarray(values, np.uint32)


@functools.cache
def _numbers() -> tuple[int, ...]:
    return tuple(int(each) for each in _table())


@functools.cache
def _native() -> Callable[[int, bytes], int]:
    from glassbrook.engine.compiler.checksum import native_checksum

    return native_checksum(_table())


def _in_python(register: int, data: bytes) -> int:
    numbers = _numbers()
    for byte in data:
        register = numbers[(register ^ byte) & 255] ^ (register >> 8)
    return register


def extended(state: int, data: bytes | memoryview) -> int:
    """The checksum of what had the checksum `state`, followed by `data`."""
    global _summed
    _summed += len(data)
    run = _in_python if _summed <= _PATIENCE else _native()
    return run(state ^ 0xFFFFFFFF, bytes(data)) ^ 0xFFFFFFFF


def crc32c(data: bytes | memoryview) -> int:
    """The checksum of data."""
    return extended(0, data)


def masked(checksum: int) -> int:
    """A checksum in the form in which files keep it, so that checksums of checksums differ."""
    return (((checksum >> 15) | (checksum << 17)) + _MASK) & 0xFFFFFFFF


def masked_crc32c(data: bytes | memoryview) -> int:
    """The checksum of data, masked."""
    return masked(crc32c(data))
