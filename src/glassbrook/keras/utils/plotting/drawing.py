"""A model's graph as shapes on a plane: frames, texts and arrows, for whatever draws them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glassbrook.keras.utils.plotting.content import Box, Graph
from glassbrook.keras.utils.plotting.layout import Layout, layered

__all__ = ["Arrow", "Drawing", "Frame", "Text", "curve", "drawing_of"]

TITLE_SIZE, LINE_SIZE = 14.0, 12.0
# How wide a letter is, of a font in which all have one width.
_LETTER = 0.605
_PADDING, _MARGIN = 12.0, 16.0
_TITLE_HEIGHT, _LINE_HEIGHT = 30.0, 18.0
_LEAST_WIDTH = 96.0


@dataclass(frozen=True)
class Frame:
    """A box: its upper left corner, its size, how high its title is, and whether it holds boxes."""

    x: float
    y: float
    width: float
    height: float
    title_height: float
    nested: bool


@dataclass(frozen=True)
class Text:
    """A line of text around a middle."""

    x: float
    y: float
    content: str
    is_title: bool


@dataclass(frozen=True)
class Arrow:
    """A line through points, whose head is at the last one; and whether it goes to the right."""

    points: list[tuple[float, float]]
    across: bool


@dataclass(frozen=True)
class Drawing:
    """All shapes, in the order in which they are drawn."""

    width: float
    height: float
    shapes: list[Frame | Text | Arrow]


@dataclass
class _Placed:
    """A box with its size, and the layout of what is within."""

    box: Box
    width: float
    head: float
    height: float
    inner: list[_Placed]
    layout: Layout | None


def drawing_of(graph: Graph, across: bool = False) -> Drawing:
    """The shapes of a graph.

    Args:
        graph: the graph.
        across: whether it goes from left to right.
    """
    placed, layout = _placed(graph, across)
    shapes = list(_shapes(placed, layout, (_MARGIN, _MARGIN), across))
    return Drawing(layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN, shapes)


def _placed(graph: Graph, across: bool) -> tuple[list[_Placed], Layout]:
    boxes = [_sized(box, across) for box in graph.boxes]
    return boxes, layered([(box.width, box.height) for box in boxes], graph.edges, across)


def _sized(box: Box, across: bool) -> _Placed:
    letters = [len(box.title) * TITLE_SIZE, *(len(line) * LINE_SIZE for line in box.lines)]
    width = max(_LEAST_WIDTH, max(letters) * _LETTER + 2 * _PADDING)
    head = _TITLE_HEIGHT + (len(box.lines) * _LINE_HEIGHT + 8 if box.lines else 0)
    if box.inner is None:
        return _Placed(box, width, head, head, [], None)
    inner, layout = _placed(box.inner, across)
    width = max(width, layout.width + 2 * _MARGIN)
    return _Placed(box, width, head, head + layout.height + 2 * _MARGIN, inner, layout)


def _shapes(
    boxes: list[_Placed], layout: Layout, corner: tuple[float, float], across: bool
) -> Iterator[Frame | Text | Arrow]:
    left, top = corner
    for line in layout.lines:
        yield Arrow([(left + x, top + y) for x, y in line], across)
    for box, (x, y) in zip(boxes, layout.centres, strict=True):
        yield from _box_shapes(box, left + x - box.width / 2, top + y - box.height / 2, across)


def _box_shapes(
    placed: _Placed, x: float, y: float, across: bool
) -> Iterator[Frame | Text | Arrow]:
    nested = placed.layout is not None
    yield Frame(x, y, placed.width, placed.height, _TITLE_HEIGHT, nested)
    middle = x + placed.width / 2
    yield Text(middle, y + _TITLE_HEIGHT / 2, placed.box.title, True)
    for number, line in enumerate(placed.box.lines):
        yield Text(middle, y + _TITLE_HEIGHT + 4 + (number + 0.5) * _LINE_HEIGHT, line, False)
    if placed.layout is not None:
        inset = (placed.width - placed.layout.width) / 2
        corner = x + inset, y + placed.head + _MARGIN
        yield from _shapes(placed.inner, placed.layout, corner, across)


def curve(arrow: Arrow) -> list[tuple[float, float]]:
    """The points of an arrow as a smooth line, with two between each pair that bend it."""
    (x, y), *rest = arrow.points
    found = [(x, y)]
    for next_x, next_y in rest:
        if arrow.across:
            middle = (x + next_x) / 2
            found += [(middle, y), (middle, next_y), (next_x, next_y)]
        else:
            middle = (y + next_y) / 2
            found += [(x, middle), (next_x, middle), (next_x, next_y)]
        x, y = next_x, next_y
    return found
