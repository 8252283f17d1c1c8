"""Arrays as a reader can take them in: a few digits, long axes abbreviated in the middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassbrook.graph.node import Array

__all__ = ["ELLIPSIS", "Entries", "Values", "excerpt", "number_text"]

ELLIPSIS = "…"
# How many entries are shown along each axis, by the number of axes; of more, 2 along each.
_LIMITS: dict[int, tuple[int, ...]] = {0: (), 1: (6,), 2: (4, 4), 3: (2, 3, 4)}
_DIGITS = 5

Entries = str | tuple["Entries", ...]


@dataclass(frozen=True, slots=True)
class Values:
    """The numbers of a tensor, as nested rows of texts; `ELLIPSIS` stands for what is left out."""

    entries: Entries

    @property
    def text(self) -> str:
        """On one line: ``[[1, 2], [3, 4]]``."""
        return _bracketed(self.entries)

    @property
    def is_negative_number(self) -> bool:
        """Whether it is one number with a minus, which needs brackets after a plus."""
        return isinstance(self.entries, str) and self.entries.startswith("-")

    @property
    def rank(self) -> int:
        """How many axes they have."""
        depth, entries = 0, self.entries
        while isinstance(entries, tuple):
            depth += 1
            entries = entries[0] if entries else ""
        return depth


def excerpt(array: Array) -> Values:
    """The values of an array, long axes shortened to their beginning and their end."""
    array = np.asarray(array)
    return Values(_entries(array, _LIMITS.get(array.ndim, (2,) * array.ndim)))


def number_text(value: float) -> str:
    """One number, to five significant digits; a negative zero is written as zero."""
    return f"{value + 0.0:.{_DIGITS}g}"


def _entries(array: Array, limits: tuple[int, ...]) -> Entries:
    if array.ndim == 0:
        return number_text(float(array)) if array.dtype.kind in "fiu" else str(array[()])
    limit, *inner = limits
    if len(array) <= limit:
        return tuple(_entries(each, tuple(inner)) for each in array)
    first = tuple(_entries(each, tuple(inner)) for each in array[: max(limit - 2, 1)])
    return (*first, ELLIPSIS, _entries(array[-1], tuple(inner)))


def _bracketed(entries: Entries) -> str:
    if isinstance(entries, str):
        return entries
    return f"[{', '.join(map(_bracketed, entries))}]"
