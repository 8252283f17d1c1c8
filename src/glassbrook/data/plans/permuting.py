"""Long sequences of swaps, computed all at once instead of one after the other.

A swap needs what the swaps before it have left. But which one has written a place last can be told
from the places alone, by sorting them; values then follow these links, and where a link leads to
another link, both are made one until none is left: a few steps for any number of swaps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["permuted"]

Places = npt.NDArray[np.int64]


def permuted(steps: Places) -> Places:
    """What stands at each place after swap k exchanged the places k and ``k + steps[k]``.

    Args:
        steps: one for each place, ``0 <= steps[k] < len(steps) - k``.

    Returns:
        For each place, which one it was before all swaps.

    Example:
        >>> permuted(np.array([2, 0, 0]))
        array([2, 1, 0])
    """
    count = len(steps)
    places = np.arange(count)
    drawn = places + steps
    # At its own swap, place k holds what the last swap that drew k had put there.
    held = places.copy()
    moved = drawn > places
    held[drawn[moved]] = places[moved]  # of several, the last one stays
    held = _followed(held)
    before = _last_before(drawn)
    untouched = np.where(steps == 0, held, drawn)
    return np.where(before >= 0, held[before], untouched)


def _followed(links: Places) -> Places:
    """Where chains of links end: at what links to itself."""
    while True:
        further = links[links]
        if np.array_equal(further, links):
            return links
        links = further


def _last_before(values: Places) -> Places:
    """For each place, the last one before it that has the same value; -1 if there is none."""
    order = _sorting(values)
    ordered = values[order]
    same = ordered[1:] == ordered[:-1]
    before = np.full(len(values), -1)
    before[order[1:][same]] = order[:-1][same]
    return before


def _sorting(values: Places) -> Places:
    """What sorts values below 2³², equal ones in their order, by halves of 16 bits.

    NumPy sorts 16 bits by counting, several times as fast as it sorts wider numbers.
    """
    order: Places = np.argsort(values.astype(np.uint16), kind="stable")
    if len(values) > 2**16:
        upper = (values[order] >> 16).astype(np.uint16)
        order = order[np.argsort(upper, kind="stable")]
    return order
