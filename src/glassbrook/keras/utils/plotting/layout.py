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

__all__ = ["Layout", "Side", "Size", "depths_of", "in_rows", "layered"]

Size = tuple[float, float]
Point = tuple[float, float]
Edge = tuple[int, int]

_BETWEEN_BOXES = 28.0
_BETWEEN_LAYERS = 34.0
# A label stands between two layers.
_BETWEEN_LABELS = 14.0
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
        labels: the centre of each arrow's label, `None` where there is none.
    """

    centres: list[Point]
    lines: list[list[Point]]
    width: float
    height: float
    labels: list[Point | None] = field(default_factory=list)


@dataclass(frozen=True)
class Side:
    """Boxes of which it is known in which row each is.

    Attributes:
        sizes: the width and height of each box.
        edges: pairs of the numbers of boxes in different rows, from one to another.
        rows: the row of each box.
    """

    sizes: Sequence[Size]
    edges: Sequence[Edge]
    rows: Sequence[int]


def layered(
    sizes: Sequence[Size],
    edges: Sequence[Edge],
    across: bool = False,
    labels: Sequence[Size | None] = (),
) -> Layout:
    """Place boxes from top to bottom, or from left to right.

    Args:
        sizes: the width and height of each box.
        edges: pairs of the numbers of boxes, from one to another; there is no way in a circle.
        across: whether it goes from left to right.
        labels: for each edge the size of what is written on it; none are by default.

    Example:
        >>> found = layered([(10, 10), (10, 10)], [(0, 1)])
        >>> found.centres[0][1] < found.centres[1][1]
        True
    """
    labels = [each and _turned_size(each, across) for each in labels or [None] * len(edges)]
    boxes = [_turned_size(each, across) for each in sizes]
    lengths = [1 if label is None else 2 for label in labels]
    graph = _Graph(boxes, edges, depths_of(len(boxes), edges, lengths), labels)
    graph.order()
    graph.place()
    between = _BETWEEN_LABELS if any(labels) else _BETWEEN_LAYERS
    found = graph.layout(_spans(graph.heights(), between))
    return _turned(found) if across else found


def in_rows(sides: Sequence[Side]) -> list[Layout]:
    """Place graphs, each on its own, in rows that all of them share: they can stand side by side.

    Args:
        sides: the graphs.
    """
    graphs = [
        _Graph(list(side.sizes), side.edges, list(side.rows), [None] * len(side.edges))
        for side in sides
    ]
    each_heights = [graph.heights() for graph in graphs]
    heights = [max(row) for row in itertools.zip_longest(*each_heights, fillvalue=0.0)]
    spans = _spans(heights, _BETWEEN_LAYERS)
    for graph in graphs:
        graph.order()
        graph.place()
    return [graph.layout(spans) for graph in graphs]


def depths_of(boxes: int, edges: Sequence[Edge], lengths: Sequence[int] = ()) -> list[int]:
    """In which row each box is: as far up as its arrows let it, but near what follows.

    Args:
        boxes: how many there are.
        edges: pairs of their numbers, without a way in a circle.
        lengths: for each edge how many rows it goes down at least; 1 by default.
    """
    depths = [0] * boxes
    followers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    waiting = [0] * boxes
    for (start, end), length in zip(edges, lengths or [1] * len(edges), strict=True):
        followers[start].append((end, length))
        waiting[end] += 1
    takes = {end for _, end in edges}
    order = [box for box in range(boxes) if not waiting[box]]
    for box in order:  # grows while it is read
        for end, length in followers[box]:
            depths[end] = max(depths[end], depths[box] + length)
            waiting[end] -= 1
            if not waiting[end]:
                order.append(end)
    for box in order:
        if box not in takes and followers[box]:
            depths[box] = min(depths[end] - length for end, length in followers[box])
    return depths


def _turned_size(size: Size, across: bool) -> Size:
    return (size[1], size[0]) if across else size


def _turned(layout: Layout) -> Layout:
    return Layout(
        [(y, x) for x, y in layout.centres],
        [[(y, x) for x, y in line] for line in layout.lines],
        layout.height,
        layout.width,
        [label and (label[1], label[0]) for label in layout.labels],
    )


def _spans(heights: Sequence[float], between: float) -> list[tuple[float, float]]:
    """From where to where each row reaches."""
    spans = []
    top = 0.0
    for height in heights:
        spans.append((top, top + height))
        top += height + between
    return spans


@dataclass
class _Graph:
    """Boxes and bends, in rows. Bends have the numbers behind those of the boxes.

    An arrow's label is a bend that is as large as the label.
    """

    sizes: list[Size]
    edges: Sequence[Edge]
    depths: list[int]
    labels: Sequence[Size | None]
    rows: list[list[int]] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)
    below: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    above: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    x: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.boxes = len(self.sizes)
        self.rows = [[] for _ in range(max(self.depths, default=-1) + 1)]
        for box, depth in enumerate(self.depths):
            self.rows[depth].append(box)
        for edge, label in zip(self.edges, self.labels, strict=True):
            upper, lower = sorted(edge, key=self.depths.__getitem__)
            chain = [upper]
            for depth in range(self.depths[upper] + 1, self.depths[lower]):
                is_label = label is not None and len(chain) == 1
                chain.append(self._bend(depth, label if is_label and label else (_BEND_WIDTH, 0)))
            chain.append(lower)
            self.chains.append(chain)
            for one, other in itertools.pairwise(chain):
                self.below[one].append(other)
                self.above[other].append(one)

    def _bend(self, depth: int, size: Size) -> int:
        self.sizes.append(size)
        number = len(self.sizes) - 1
        self.rows[depth].append(number)
        return number

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

    def heights(self) -> list[float]:
        """How high each row is."""
        return [max((self.sizes[each][1] for each in row), default=0.0) for row in self.rows]

    def layout(self, spans: Sequence[tuple[float, float]]) -> Layout:
        """The places of boxes, and the lines.

        Args:
            spans: from where to where each row reaches.
        """
        middles: dict[int, float] = {}
        reach: dict[int, tuple[float, float]] = {}
        for row, span in zip(self.rows, spans, strict=False):
            reach |= dict.fromkeys(row, span)
            middles |= dict.fromkeys(row, sum(span) / 2)
        lines = [
            self._line(chain, edge, middles, reach)
            for chain, edge in zip(self.chains, self.edges, strict=True)
        ]
        labels: list[Point | None] = [
            None if label is None else (self.x[chain[1]], middles[chain[1]])
            for chain, label in zip(self.chains, self.labels, strict=True)
        ]
        width = max((self.x[each] + self.sizes[each][0] / 2 for each in self.x), default=0.0)
        centres = [(self.x[box], middles[box]) for box in range(self.boxes)]
        return Layout(centres, lines, width, spans[-1][1] if spans else 0.0, labels)

    def _line(
        self,
        chain: list[int],
        edge: Edge,
        middles: dict[int, float],
        reach: dict[int, tuple[float, float]],
    ) -> list[Point]:
        """From the edge of a box to the edge of another, straight through the rows between."""
        upper, *bends, lower = chain
        points = [(self.x[upper], middles[upper] + self.sizes[upper][1] / 2)]
        for bend in bends:
            points += [(self.x[bend], height) for height in reach[bend]]
        points.append((self.x[lower], middles[lower] - self.sizes[lower][1] / 2))
        return points if edge[0] == upper else points[::-1]


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
