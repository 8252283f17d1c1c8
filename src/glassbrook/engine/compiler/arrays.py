"""Arrays that a program fills at every run: their memory is used again once nobody holds them.

New memory may cost more time than what is written to it, as the system clears it page by page.
"""

from __future__ import annotations

from collections.abc import Sequence
from sys import getrefcount

import numpy as np

from glassbrook.graph.node import Array, Shape

__all__ = ["Memory"]


class Memory:
    """Arrays for the results of one run after the other.

    Args:
        types: shape and NumPy dtype of each array.
    """

    def __init__(self, types: Sequence[tuple[Shape, np.dtype]]) -> None:
        self._types = tuple(types)
        self._before: list[list[Array]] = []

    def take(self) -> list[Array]:
        """Arrays with any content, which nobody else holds."""
        try:
            arrays = self._before.pop()
        except IndexError:  # the first run, or another thread is at it
            return [np.empty(shape, dtype) for shape, dtype in self._types]
        for place, (shape, dtype) in enumerate(self._types):
            if getrefcount(arrays[place]) > _FREE:
                arrays[place] = np.empty(shape, dtype)
        return arrays

    def give_back(self, arrays: list[Array]) -> None:
        """Note arrays that may be used again when their users have let go of them."""
        if not self._before:
            self._before.append(list(arrays))


def _references() -> int:
    """What `getrefcount` says in `take` of an array that nobody else holds."""
    arrays = [np.zeros(1)]
    return getrefcount(arrays[0])


_FREE = _references()
