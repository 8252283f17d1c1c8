"""The shapes of the digits: how a pen draws them, as points that it passes through.

A glyph is a set of points in a box one unit high (y grows downward) and one unit wide, and the
strokes that join them. A stroke passes smoothly through its points; where two strokes share a
point there is a corner. Most digits are written in several ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["GLYPHS", "SEGMENTS", "Glyph", "path_matrix"]

SEGMENTS = 96
"""Into how many straight pieces each glyph is cut, over all its strokes."""


@dataclass(frozen=True)
class Glyph:
    """One way to write a digit.

    Attributes:
        points: (x, y) of every point that the pen passes through.
        strokes: the points of each stroke, by index; closed if it ends where it began.
        width: how wide it is usually written, as a part of its height.
    """

    points: tuple[tuple[float, float], ...]
    strokes: tuple[tuple[int, ...], ...]
    width: float = 0.65


def _glyph(*strokes: list[tuple[float, float]], width: float = 0.65) -> Glyph:
    """A glyph from strokes; points at the same place are one point."""
    index: dict[tuple[float, float], int] = {}
    numbered = [tuple(index.setdefault(point, len(index)) for point in line) for line in strokes]
    return Glyph(tuple(index), tuple(numbered), width)


_ZERO = (
    _glyph([(0.5, 0), (0.12, 0.2), (0, 0.55), (0.2, 0.92), (0.55, 1), (0.9, 0.8), (1, 0.4),
            (0.82, 0.08), (0.5, 0)]),
    _glyph([(0.7, 0.08), (0.35, 0.02), (0.06, 0.3), (0.04, 0.7), (0.3, 1), (0.72, 0.95), (1, 0.6),
            (0.9, 0.2), (0.55, 0.04), (0.35, 0.14)], width=0.75),
)  # fmt: skip
_ONE = (
    _glyph([(0.5, 0), (0.5, 0.5), (0.5, 1)], width=0.15),
    _glyph([(0, 0.28), (0.45, 0.12), (0.7, 0)], [(0.7, 0), (0.7, 0.5), (0.7, 1)], width=0.35),
    _glyph([(0.15, 0.25), (0.55, 0)], [(0.55, 0), (0.55, 0.5), (0.55, 1)], [(0, 1), (1, 1)],
           width=0.5),
)  # fmt: skip
_TWO = (
    _glyph([(0.05, 0.25), (0.35, 0), (0.8, 0.08), (0.85, 0.38), (0.5, 0.7), (0, 1)],
           [(0, 1), (0.5, 0.97), (1, 0.98)]),
    _glyph([(0.03, 0.22), (0.4, 0), (0.85, 0.14), (0.78, 0.45), (0.4, 0.82), (0.1, 1), (0, 0.88),
            (0.2, 0.78), (0.55, 0.93), (1, 0.97)], width=0.75),
)  # fmt: skip
_THREE = (
    _glyph([(0.05, 0.14), (0.45, 0), (0.88, 0.16), (0.75, 0.4), (0.35, 0.48)],
           [(0.35, 0.48), (0.85, 0.56), (1, 0.8), (0.55, 1), (0, 0.88)]),
    _glyph([(0.08, 0.02), (0.5, 0.02), (0.92, 0)], [(0.92, 0), (0.4, 0.4)],
           [(0.4, 0.4), (0.88, 0.5), (0.98, 0.76), (0.6, 1), (0, 0.92)]),
)  # fmt: skip
_FOUR = (
    _glyph([(0.15, 0), (0.06, 0.3), (0, 0.58)], [(0, 0.58), (0.5, 0.57), (1, 0.54)],
           [(0.8, 0.05), (0.74, 0.5), (0.7, 1)]),
    _glyph([(0.72, 0), (0.36, 0.34), (0, 0.66)], [(0, 0.66), (0.5, 0.66), (1, 0.64)],
           [(0.72, 0), (0.72, 0.5), (0.7, 1)]),
    _glyph([(0.1, 0), (0, 0.35), (0.25, 0.55), (0.85, 0.42)], [(0.95, 0.02), (0.85, 0.42)],
           [(0.85, 0.42), (0.78, 0.7), (0.74, 1)]),
)  # fmt: skip
_FIVE = (
    _glyph([(0.95, 0), (0.55, 0.02), (0.18, 0.02)], [(0.18, 0.02), (0.14, 0.22), (0.08, 0.44)],
           [(0.08, 0.44), (0.5, 0.36), (0.95, 0.6), (0.75, 0.94), (0.35, 1), (0, 0.88)]),
    _glyph([(1, 0), (0.45, 0.03), (0.15, 0.2), (0.3, 0.42), (0.75, 0.56), (0.85, 0.82), (0.45, 1),
            (0, 0.93)]),
)  # fmt: skip
_SIX = (
    _glyph([(0.8, 0), (0.35, 0.22), (0.03, 0.62), (0.25, 0.97), (0.75, 0.96), (0.98, 0.72),
            (0.65, 0.5), (0.25, 0.6), (0.08, 0.8)]),
    _glyph([(0.5, 0), (0.15, 0.35), (0.04, 0.75), (0.35, 1), (0.85, 0.9), (0.9, 0.64), (0.5, 0.56),
            (0.1, 0.78)], width=0.55),
)  # fmt: skip
_SEVEN = (
    _glyph([(0, 0.04), (0.5, 0.03), (1, 0)], [(1, 0), (0.65, 0.45), (0.42, 1)]),
    _glyph([(0, 0.04), (0.5, 0.03), (1, 0)], [(1, 0), (0.65, 0.45), (0.42, 1)],
           [(0.3, 0.52), (0.6, 0.5), (0.92, 0.49)]),
    _glyph([(0.02, 0.2), (0.06, 0.03)], [(0.06, 0.03), (0.5, 0.06), (0.98, 0.02)],
           [(0.98, 0.02), (0.72, 0.4), (0.6, 1)]),
)  # fmt: skip
_EIGHT = (
    _glyph([(0.85, 0.14), (0.5, 0), (0.12, 0.18), (0.45, 0.46), (0.92, 0.74), (0.55, 1),
            (0.08, 0.8), (0.45, 0.5), (0.85, 0.25), (0.8, 0.08)]),
    _glyph([(0.5, 0), (0.14, 0.2), (0.5, 0.45), (0.86, 0.2), (0.5, 0)],
           [(0.5, 0.45), (0, 0.73), (0.5, 1), (1, 0.73), (0.5, 0.45)]),
)  # fmt: skip
_NINE = (
    _glyph([(0.92, 0.18), (0.55, 0), (0.06, 0.2), (0.2, 0.48), (0.65, 0.46), (0.92, 0.18)],
           [(0.92, 0.18), (0.86, 0.6), (0.78, 1)]),
    _glyph([(0.9, 0.16), (0.5, 0), (0.05, 0.22), (0.25, 0.5), (0.7, 0.44), (0.9, 0.16)],
           [(0.9, 0.16), (0.96, 0.6), (0.7, 0.97), (0.12, 0.93)]),
)  # fmt: skip

GLYPHS: tuple[tuple[Glyph, ...], ...] = (
    _ZERO, _ONE, _TWO, _THREE, _FOUR, _FIVE, _SIX, _SEVEN, _EIGHT, _NINE,
)  # fmt: skip
"""The ways to write each digit."""


@cache
def path_matrix(glyph: Glyph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two matrices that give the ends of a glyph's segments from its points.

    Both have shape (SEGMENTS, number of points): ``starts @ points`` and ``ends @ points`` are the
    ends of the pieces, wherever the points have been moved to. Between two points the path is a
    uniform Catmull-Rom spline, which is linear in the points.
    """
    points = np.array(glyph.points) * (glyph.width, 1.0)
    spans = np.array([len(line) - 1 for line in glyph.strokes])
    lengths = np.array(
        [np.hypot(*np.diff(points[list(line)], axis=0).T).sum() for line in glyph.strokes]
    )
    counts = np.maximum(np.floor(SEGMENTS * lengths / lengths.sum()).astype(int), spans)
    counts[np.argmax(counts)] += SEGMENTS - counts.sum()
    starts, ends = [], []
    for line, count in zip(glyph.strokes, counts):
        along = np.linspace(0.0, len(line) - 1, count + 1)
        places = np.stack([_spline_weights(line, t, len(points)) for t in along])
        starts.append(places[:-1])
        ends.append(places[1:])
    return np.concatenate(starts), np.concatenate(ends)


def _spline_weights(line: tuple[int, ...], t: float, count: int) -> NDArray[np.float64]:
    """How much each point counts for the place ``t`` spans along a stroke."""
    span = min(int(t), len(line) - 2)
    u = t - span
    basis = (
        0.5 * (-u + 2 * u**2 - u**3),
        0.5 * (2 - 5 * u**2 + 3 * u**3),
        0.5 * (u + 4 * u**2 - 3 * u**3),
        0.5 * (-(u**2) + u**3),
    )
    weights = np.zeros(count)
    for offset, weight in zip((-1, 0, 1, 2), basis):
        index = span + offset
        if 0 <= index < len(line):
            weights[line[index]] += weight
        elif line[0] == line[-1]:
            weights[line[1] if index > 0 else line[-2]] += weight
        else:
            # The point beyond an open end: as far out as its neighbour is in.
            end, inner = (line[-1], line[-2]) if index > 0 else (line[0], line[1])
            weights[end] += 2 * weight
            weights[inner] -= weight
    return weights
