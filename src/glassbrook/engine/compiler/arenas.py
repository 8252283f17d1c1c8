"""Memory for the temporaries of running programs, which all programs share.

A program borrows an arena for one run. Arenas come in sizes of powers of two, each with a shelf of
its own. One of each size may always wait for its next use, more only up to a number of bytes.
"""

from __future__ import annotations

import numpy as np

from glassbrook.engine.compiler.memory import ALIGNMENT

__all__ = ["MOST_WAITING_BYTES", "Arena", "Shelf", "shelf_for", "waiting_bytes"]

MOST_WAITING_BYTES = 256 * 2**20
"""How much memory may wait for its next use, beside one arena of each size."""

_SMALLEST = 4096


class Arena:
    """One piece of memory, its start at a cache line.

    Attributes:
        memory: the bytes.
        address: where the first of them is.
        shelf: where it waits while nobody uses it.
    """

    __slots__ = ("address", "memory", "shelf")

    def __init__(self, size: int, shelf: Shelf) -> None:
        self.shelf = shelf
        whole = np.empty(size + ALIGNMENT, np.uint8)
        start: int = whole.ctypes.data
        shift = -start % ALIGNMENT
        self.memory = whole[shift : shift + size]
        self.address = start + shift


class Shelf:
    """Arenas of one size that wait for their next use."""

    __slots__ = ("arenas", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.arenas: list[Arena] = []

    def borrow(self) -> Arena:
        """An arena; its content is whatever was there."""
        try:
            return self.arenas.pop()
        except IndexError:
            return Arena(self.size, self)

    def give_back(self, arena: Arena) -> None:
        """Let another run use an arena, unless too much waits already."""
        if not self.arenas or waiting_bytes() + self.size <= MOST_WAITING_BYTES:
            self.arenas.append(arena)


_shelves: dict[int, Shelf] = {}


def shelf_for(size: int) -> Shelf:
    """Where arenas of at least `size` bytes are."""
    rounded = 1 << max(size - 1, _SMALLEST - 1).bit_length()
    return _shelves.setdefault(rounded, Shelf(rounded))


def waiting_bytes() -> int:
    """How much memory waits for its next use."""
    return sum(shelf.size * len(shelf.arenas) for shelf in _shelves.values())
