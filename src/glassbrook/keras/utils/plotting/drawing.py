"""A graph of boxes as shapes on a plane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glassbrook.keras.utils.plotting.content import Box, Graph
from glassbrook.keras.utils.plotting.layout import Layout, layered
from glassbrook.keras.utils.plotting.shapes import Arrow, Drawing, Frame, Text, text_width

__all__ = [
    "LINE_HEIGHT",
    "MARGIN",
    "TITLE_HEIGHT",
    "box_height",
    "box_width",
    "drawing_of",
    "texts",
]

TITLE_HEIGHT, LINE_HEIGHT = 30.0, 18.0
MARGIN = 16.0
_PADDING = 12.0
_LEAST_WIDTH = 96.0
_LABEL_HEIGHT = 16.0


@dataclass
class _Placed:
    """A box with its size, and the layout of what is within."""

    box: Box
    width: float
    head: float
    height: float
    inner: _Content | None


@dataclass
class _Content:
    """The boxes of a graph with their sizes, and where they are."""

    graph: Graph
    boxes: list[_Placed]
    layout: Layout


def drawing_of(graph: Graph, across: bool = False) -> Drawing:
    """The shapes of a graph.

    Args:
        graph: the graph.
        across: whether it goes from left to right.
    """
    content = _placed(graph, across)
    shapes = list(_shapes(content, (MARGIN, MARGIN), across))
    layout = content.layout
    return Drawing(layout.width + 2 * MARGIN, layout.height + 2 * MARGIN, shapes)


def box_width(title: str, lines: list[str]) -> float:
    """How wide a box with such texts is."""
    widths = [text_width(title, "title"), *map(text_width, lines)]
    return max(_LEAST_WIDTH, max(widths) + 2 * _PADDING)


def box_height(lines: list[str]) -> float:
    """How high a box with such lines below its title is."""
    return TITLE_HEIGHT + (len(lines) * LINE_HEIGHT + 8 if lines else 0)


def texts(title: str, lines: list[str], middle: float, top: float) -> Iterator[Text]:
    """The texts of a box, around a middle, from its top on."""
    yield Text(middle, top + TITLE_HEIGHT / 2, title, "title")
    for number, line in enumerate(lines):
        yield Text(middle, top + TITLE_HEIGHT + 4 + (number + 0.5) * LINE_HEIGHT, line)


def _placed(graph: Graph, across: bool) -> _Content:
    boxes = [_sized(box, across) for box in graph.boxes]
    labels = [
        (text_width(label, "label") + 8, _LABEL_HEIGHT) if label else None for label in graph.labels
    ]
    sizes = [(box.width, box.height) for box in boxes]
    return _Content(graph, boxes, layered(sizes, graph.edges, across, labels))


def _sized(box: Box, across: bool) -> _Placed:
    width, head = box_width(box.title, box.lines), box_height(box.lines)
    if box.inner is None:
        return _Placed(box, width, head, head, None)
    inner = _placed(box.inner, across)
    width = max(width, inner.layout.width + 2 * MARGIN)
    return _Placed(box, width, head, head + inner.layout.height + 2 * MARGIN, inner)


def _shapes(
    content: _Content, corner: tuple[float, float], across: bool
) -> Iterator[Frame | Text | Arrow]:
    left, top = corner
    layout = content.layout
    for line in layout.lines:
        points = [(left + x, top + y) for x, y in line]
        yield Arrow(points, "across" if across else "down")
    for label, place in zip(content.graph.labels, layout.labels):
        if label and place is not None:
            yield Text(left + place[0], top + place[1], label, "label")
    for box, (x, y) in zip(content.boxes, layout.centres, strict=True):
        yield from _box_shapes(box, left + x - box.width / 2, top + y - box.height / 2, across)


def _box_shapes(
    placed: _Placed, x: float, y: float, across: bool
) -> Iterator[Frame | Text | Arrow]:
    tone = "layer" if placed.inner is None else "nested"
    yield Frame(x, y, placed.width, placed.height, TITLE_HEIGHT, tone)
    yield from texts(placed.box.title, placed.box.lines, x + placed.width / 2, y)
    if placed.inner is not None:
        inset = (placed.width - placed.inner.layout.width) / 2
        yield from _shapes(placed.inner, (x + inset, y + placed.head + MARGIN), across)
