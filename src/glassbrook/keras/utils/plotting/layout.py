"""Boxes in layers with arrows from one to another: where everything goes.

The method of Sugiyama, Tagawa and Toda (1981): every box is put as many layers down as the longest
way to it has arrows; arrows over several layers get a bend in each; the order within layers is
chosen so that few arrows cross; and boxes move to where their neighbours are.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Layout", "Size", "layered"]

Size = tuple[float, float]
Point = tuple[float, float]
Edge = tuple[int, int]

_BETWEEN_BOXES = 28.0
_BETWEEN_LAYERS = 34.0
_BEND_WIDTH = 12.0
_SWEEPS = 8


@dataclass
class Layout:
    """Where everything is.

    Attributes:
        centres: the centre of each box.
        lines: for each arrow the points that it goes through, from border to border.
        width: the width of everything.
        height: the height of everything.
    """

    centres: list[Point]
    lines: list[list[Point]]
    width: float
    height: float


def layered(sizes: Sequence[Size], edges: Sequence[Edge], across: bool = False) -> Layout:
    """Place boxes from top to bottom, or from left to right.

    Args:
        sizes: the width and height of each box.
        edges: pairs of the numbers of boxes, from one to another; there is no way in a circle.
        across: whether it goes from left to right.

    Example:
        >>> found = layered([(10, 10), (10, 10)], [(0, 1)])
        >>> found.centres[0][1] < found.centres[1][1]
        True
    """
    turned = [(height, width) for width, height in sizes] if across else list(sizes)
    graph = _Graph(turned, edges)
    graph.order()
    graph.place()
    found = graph.layout()
    return _turned(found) if across else found


def _turned(layout: Layout) -> Layout:
    return Layout(
        [(y, x) for x, y in layout.centres],
        [[(y, x) for x, y in line] for line in layout.lines],
        layout.height,
        layout.width,
    )


@dataclass
class _Graph:
    """Boxes and bends, in layers. Bends have the numbers behind those of the boxes."""

    sizes: list[Size]
    edges: Sequence[Edge]
    rows: list[list[int]] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)
    below: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    above: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    x: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.boxes = len(self.sizes)
        depths = self._depths()
        self.rows = [[] for _ in range(max(depths, default=-1) + 1)]
        for box, depth in enumerate(depths):
            self.rows[depth].append(box)
        for start, end in self.edges:
            chain = [start]
            for depth in range(depths[start] + 1, depths[end]):
                bend = len(self.sizes)
                self.sizes.append((_BEND_WIDTH, 0.0))
                self.rows[depth].append(bend)
                chain.append(bend)
            chain.append(end)
            self.chains.append(chain)
            for upper, lower in itertools.pairwise(chain):
                self.below[upper].append(lower)
                self.above[lower].append(upper)

    def _depths(self) -> list[int]:
        """In which layer each box is: as far up as its arrows let it, but near what follows."""
        depths = [0] * self.boxes
        followers: dict[int, list[int]] = defaultdict(list)
        waiting = [0] * self.boxes
        for start, end in self.edges:
            followers[start].append(end)
            waiting[end] += 1
        ready = [box for box in range(self.boxes) if not waiting[box]]
        order = []
        while ready:
            box = ready.pop(0)
            order.append(box)
            for end in followers[box]:
                depths[end] = max(depths[end], depths[box] + 1)
                waiting[end] -= 1
                if not waiting[end]:
                    ready.append(end)
        takes = {end for _, end in self.edges}
        for box in order:
            if box not in takes and followers[box]:
                depths[box] = min(depths[end] for end in followers[box]) - 1
        return depths

    def order(self) -> None:
        """Choose the order within the layers: everything near the middle of its neighbours."""
        best, fewest = [list(row) for row in self.rows], self._crossings()
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            rows = self.rows[1:] if down else self.rows[-2::-1]
            neighbours = self.above if down else self.below
            for row in rows:
                places = self._places()
                row.sort(
                    key=lambda each: _mean([places[n] for n in neighbours[each]], places[each])
                )
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self.rows], crossings
        self.rows = best

    def _places(self) -> dict[int, float]:
        return {
            each: (place + 0.5) / len(row) for row in self.rows for place, each in enumerate(row)
        }

    def _crossings(self) -> int:
        """How many pairs of lines between neighbouring layers cross."""
        places = self._places()
        count = 0
        for row in self.rows:
            lines = [(places[upper], places[lower]) for upper in row for lower in self.below[upper]]
            for number, (a, b) in enumerate(lines):
                count += sum((a - c) * (b - d) < 0 for c, d in lines[number + 1 :])
        return count

    def place(self) -> None:
        """Choose where everything is within its layer."""
        for row in self.rows:
            edge = 0.0
            for each in row:
                self.x[each] = edge + self.sizes[each][0] / 2
                edge += self.sizes[each][0] + _BETWEEN_BOXES
        for sweep in range(2 * _SWEEPS):
            down = sweep % 2 == 0
            neighbours = self.above if down else self.below
            for row in self.rows if down else reversed(self.rows):
                self._move(row, neighbours)
        left = min((x - self.sizes[each][0] / 2 for each, x in self.x.items()), default=0.0)
        self.x = {each: x - left for each, x in self.x.items()}

    def _move(self, row: list[int], neighbours: dict[int, list[int]]) -> None:
        """Move a layer's boxes to the middle of their neighbours, with space between them.

        Boxes that would overlap are moved as one block, to the mean of what they want.
        """
        blocks: list[tuple[float, float, list[int]]] = []  # left edge, width, members
        for each in row:
            width = self.sizes[each][0]
            wanted = _mean([self.x[n] for n in neighbours[each]], self.x[each])
            blocks.append((wanted - width / 2, width, [each]))
            while len(blocks) > 1:
                left, right = blocks[-2], blocks[-1]
                if left[0] + left[1] + _BETWEEN_BOXES <= right[0]:
                    break
                share = len(left[2]) / (len(left[2]) + len(right[2]))
                start = share * left[0] + (1 - share) * (right[0] - left[1] - _BETWEEN_BOXES)
                width = left[1] + _BETWEEN_BOXES + right[1]
                blocks[-2:] = [(start, width, left[2] + right[2])]
        for start, _, members in blocks:
            for each in members:
                self.x[each] = start + self.sizes[each][0] / 2
                start += self.sizes[each][0] + _BETWEEN_BOXES

    def layout(self) -> Layout:
        """The places of boxes, and the lines."""
        spans: dict[int, tuple[float, float]] = {}
        top = 0.0
        for row in self.rows:
            height = max((self.sizes[each][1] for each in row), default=0.0)
            spans |= dict.fromkeys(row, (top, top + height))
            top += height + _BETWEEN_LAYERS
        lines = [self._line(chain, spans) for chain in self.chains]
        width = max((self.x[each] + self.sizes[each][0] / 2 for each in self.x), default=0.0)
        centres = [(self.x[box], sum(spans[box]) / 2) for box in range(self.boxes)]
        return Layout(centres, lines, width, max(top - _BETWEEN_LAYERS, 0.0))

    def _line(self, chain: list[int], spans: dict[int, tuple[float, float]]) -> list[Point]:
        """From the lower edge of a box to the upper edge of another, straight through layers."""
        start, *bends, end = chain
        middle = sum(spans[start]) / 2
        points = [(self.x[start], middle + self.sizes[start][1] / 2)]
        for bend in bends:
            points += [(self.x[bend], edge) for edge in spans[bend]]
        middle = sum(spans[end]) / 2
        return [*points, (self.x[end], middle - self.sizes[end][1] / 2)]


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
