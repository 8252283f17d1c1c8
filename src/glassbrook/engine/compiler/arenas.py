"""Memory for the temporaries of running programs, which all programs share.

A program borrows an arena for one run. Arenas come in sizes of powers of two, and what is given
back waits for the next program of that size, up to a number of bytes.
"""

from __future__ import annotations

import numpy as np

from glassbrook.engine.compiler.memory import ALIGNMENT

__all__ = ["MOST_WAITING_BYTES", "Arena", "borrow", "give_back", "waiting_bytes"]

MOST_WAITING_BYTES = 256 * 2**20
"""How much memory may wait for its next use."""

_SMALLEST = 4096


class Arena:
    """One piece of memory, its start at a cache line.

    Attributes:
        memory: the bytes.
        address: where the first of them is.
    """

    __slots__ = ("address", "memory")

    def __init__(self, size: int) -> None:
        whole = np.empty(size + ALIGNMENT, np.uint8)
        start: int = whole.ctypes.data
        shift = -start % ALIGNMENT
        self.memory = whole[shift : shift + size]
        self.address = start + shift


class _Waiting:
    """Arenas that nobody uses, by size, and how many bytes they have together."""

    def __init__(self) -> None:
        self.by_size: dict[int, list[Arena]] = {}
        self.bytes = 0


_waiting = _Waiting()


def borrow(size: int) -> Arena:
    """An arena of at least `size` bytes; its content is whatever was there."""
    rounded = 1 << max(size - 1, _SMALLEST - 1).bit_length()
    try:
        arena = _waiting.by_size[rounded].pop()
    except (KeyError, IndexError):
        return Arena(rounded)
    _waiting.bytes -= rounded
    return arena


def give_back(arena: Arena) -> None:
    """Let another run use an arena."""
    size = len(arena.memory)
    if _waiting.bytes + size <= MOST_WAITING_BYTES:
        # Threads may count past each other by an arena now and then: the bound is a soft one.
        _waiting.bytes += size
        _waiting.by_size.setdefault(size, []).append(arena)


def waiting_bytes() -> int:
    """How much memory waits for its next use."""
    return sum(size * len(arenas) for size, arenas in _waiting.by_size.items())
