"""`draw_graph`: what is to be computed, and beside it how the gradient comes back."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glassbrook.explain.amounts import counted
from glassbrook.explain.diagrams.sketch import MOST_ROWS, check_file, check_limit, sketched
from glassbrook.explain.diagrams.subject import Backward, Subject, backward_of, subject_of
from glassbrook.explain.diagrams.words import Words, is_given, is_number
from glassbrook.graph.node import Node
from glassbrook.graph.printer import format_type
from glassbrook.keras.utils.plotting.drawing import (
    MARGIN,
    TITLE_HEIGHT,
    box_height,
    box_width,
    texts,
)
from glassbrook.keras.utils.plotting.layout import Edge, Layout, Side, depths_of, in_rows
from glassbrook.keras.utils.plotting.picture import Picture, Table
from glassbrook.keras.utils.plotting.shapes import Arrow, Drawing, Frame, Text, text_width

__all__ = ["draw_graph"]

_BETWEEN_SIDES = 90.0
_MOST_NAMES, _MOST_OWNERS = 20, 3
_HEAD, _FOOT = 40.0, 56.0
_COLUMNS = ("part", "name", "operation", "formula", "type", "takes", "gradient of")


def draw_graph(
    target: Any,
    *arguments: Any,
    sources: Any = None,
    gradients: bool = True,
    most_boxes: int = 60,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """The lazy graph of a tensor or function, and the graph of its gradient beside it.

    On the left are the operations, from what is given at the top to the result at the bottom. On
    the right are those of the gradient, as the tape makes them: they begin at the bottom, and each
    stands beside the value that it is the gradient of. Broken arrows go from gradient to gradient;
    a thick frame is where the gradients of several ways meet and add up. Dotted lines are values
    that gradients need again, which therefore have to be kept.

    Nothing is computed by drawing, and the graph stays as it is. Numbers are written where they
    are used, not in boxes of their own.

    Args:
        target: a tensor that is not computed yet; or a function, layer or model.
        arguments: those of the function; for a tensor, the sources of the gradient.
        sources: what the gradient is taken with respect to: variables, or tensors behind a tensor;
            by default the trainable variables, or without any, the arrays that it starts from.
        gradients: whether to draw the gradient. A function that assigns variables is drawn as it
            is, as it has the gradients that it needs.
        most_boxes: of a larger graph the middle is left out.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its table has a row per operation.

    Raises:
        InvalidArgumentError: the target is no such thing, or it is not known any more how it is
            computed; the function needs values while it runs; `most_boxes` is below 4.
        NotFoundError: the folder of the file does not exist.

    Example:
        >>> import glassbrook as tf
        >>> w = tf.Variable([1.0, 2.0])
        >>> loss = tf.reduce_sum(tf.tanh(w * 3.0))
        >>> picture = tf.explain.draw_graph(loss, w)
        >>> picture.title
        'Graph of loss'
        >>> [row[1:4] for row in picture.tables[0].rows][:2]
        [('w', 'variable', 'variable'), ('v₁', 'mul', 'v₁ = w · 3')]
    """
    check_file(to_file)
    check_limit("draw_graph", "most_boxes", most_boxes, 4)
    subject = subject_of(target, arguments, sources)
    wanted = gradients and not subject.updates
    backward = backward_of(subject) if wanted else Backward()
    forward = subject.shown()
    starts = backward.starts
    returning = [each for each in backward.nodes if each in starts or not is_number(each)]
    words = Words(subject.names, forward, returning, starts, subject.variables)
    half = most_boxes // 2 if returning else most_boxes
    scene = _Scene(subject, backward, words, _Half.of(forward, half), _Half.of(returning, half))
    table = Table("Operations", _COLUMNS, _rows(scene, forward, returning))
    description = _in_words(scene, forward, returning, wanted)
    return sketched(scene.drawing(), f"Graph of {subject.name}", description, [table], to_file)


@dataclass
class _Half:
    """The boxes of one side: nodes, and perhaps one that stands for those that are left out.

    Attributes:
        nodes: what each box shows; `None` for that one.
        box: for each node the number of its box.
        left_out: how many there are without a box of their own.
    """

    nodes: list[Node | None] = field(default_factory=list)
    box: dict[Node, int] = field(default_factory=dict)
    left_out: int = 0

    @classmethod
    def of(cls, nodes: Sequence[Node], most: int) -> _Half:
        """The boxes for nodes in order, at most so many: those in the middle are left out."""
        if len(nodes) <= most:
            return cls(list(nodes), {node: number for number, node in enumerate(nodes)})
        first = (most - 1) // 2
        last = most - 1 - first
        start, middle, end = nodes[:first], nodes[first:-last], nodes[-last:]
        box = {node: number for number, node in enumerate(start)}
        box |= dict.fromkeys(middle, first)
        box |= {node: first + 1 + number for number, node in enumerate(end)}
        return cls([*start, None, *end], box, len(middle))

    def edges(self, nodes: Iterable[Node]) -> list[Edge]:
        """From what is taken to what takes it."""
        found: dict[Edge, None] = {}
        for node in nodes:
            for each in node.inputs:
                if each in self.box and self.box[each] != self.box[node]:
                    found[self.box[each], self.box[node]] = None
        return list(found)


@dataclass
class _Scene:
    """Both sides, and all that is written."""

    subject: Subject
    backward: Backward
    words: Words
    values: _Half
    grads: _Half

    def drawing(self) -> Drawing:
        """The shapes."""
        edges = self.values.edges(self.values.box), self.grads.edges(self.grads.box)
        rows = self._rows(*edges)
        count = len(self.values.nodes)
        sides = [
            Side(self._sizes(self.values), edges[0], rows[:count]),
            Side(self._sizes(self.grads), edges[1], rows[count:]),
        ]
        left, right = in_rows(sides if self.grads.nodes else sides[:1] * 2)
        top = MARGIN + _HEAD
        place = MARGIN + left.width + _BETWEEN_SIDES, top
        shapes: list[Frame | Text | Arrow] = []
        width, height = left.width + 2 * MARGIN, max(left.height, right.height)
        if self.grads.nodes:
            shapes += self._uses(left, (MARGIN, top), right, place, sides)
            width += _BETWEEN_SIDES + right.width
        shapes += _arrows(left, (MARGIN, top), "flow")
        shapes += self._boxes(self.values, left, (MARGIN, top))
        if self.grads.nodes:
            shapes += _arrows(right, place, "gradient")
            shapes += self._boxes(self.grads, right, place)
        notes = list(self._notes(place[0] if self.grads.nodes else None, top + height + 30))
        width = max([width, *(each.x + text_width(each.content, each.tone) + 8 for each in notes)])
        return Drawing(width, top + height + _FOOT, [*shapes, *notes])

    def _rows(self, forward: Sequence[Edge], backward: Sequence[Edge]) -> list[int]:
        """The row of each box, those of the gradient counted on.

        A gradient stands beside its value where that is possible, and gradients go up.
        """
        count = len(self.values.nodes)
        total = count + len(self.grads.nodes)
        edges = [*forward, *((end + count, start + count) for start, end in backward)]
        ties = [
            (self.values.box[nodes[0]], self.grads.box[grad] + count)
            for grad, nodes in self.backward.gradient_of.items()
            if self._is_shown(self.values, nodes[0]) and self._is_shown(self.grads, grad)
        ]
        unit = _united(total, edges, ties)
        numbers = {each: number for number, each in enumerate(dict.fromkeys(unit))}
        joined = list(
            dict.fromkeys((numbers[unit[start]], numbers[unit[end]]) for start, end in edges)
        )
        depths = depths_of(len(numbers), joined)
        used = {depth: row for row, depth in enumerate(sorted(set(depths)))}
        return [used[depths[numbers[each]]] for each in unit]

    @staticmethod
    def _is_shown(half: _Half, node: Node) -> bool:
        return node in half.box and half.nodes[half.box[node]] is node

    def _sizes(self, half: _Half) -> list[tuple[float, float]]:
        found = []
        for node in half.nodes:
            title, lines = self._texts(half, node)
            found.append((box_width(title, lines), box_height(lines)))
        return found

    def _texts(self, half: _Half, node: Node | None) -> tuple[str, list[str]]:
        if node is None:
            return f"… {half.left_out:,} more …", ["left out of the picture"]
        title, lines = self.words.title(node), self.words.lines(node)
        owners = self.owners(node) if half is self.grads else ""
        if owners:
            lines = [*lines, f"gradient of {owners}"]
        if node in self.backward.meetings:
            title = f"{title}: ways meet"
        return title, lines

    def owners(self, grad: Node) -> str:
        """What a node is the gradient of, sources first; empty for nothing."""
        nodes = self.backward.gradient_of.get(grad, [])
        nodes = sorted(nodes, key=lambda each: each not in self.subject.sources)
        names = [self.words.name(each) for each in nodes[:_MOST_OWNERS]]
        return ", ".join([*names, *["…"][: len(nodes) - len(names)]])

    def _tone(self, half: _Half, node: Node | None) -> str:
        if node is None:
            return "omitted"
        if half is self.grads:
            return "meeting" if node in self.backward.meetings else "gradient"
        if not is_given(node):
            return "layer"
        return "leaf" if node in self.subject.variables else "data"

    def _boxes(
        self, half: _Half, layout: Layout, place: tuple[float, float]
    ) -> Iterator[Frame | Text]:
        sizes = self._sizes(half)
        for node, (width, height), (x, y) in zip(half.nodes, sizes, layout.centres, strict=True):
            title, lines = self._texts(half, node)
            left, top = place[0] + x - width / 2, place[1] + y - height / 2
            note = f"{title}: {'; '.join(lines)}"
            yield Frame(left, top, width, height, TITLE_HEIGHT, self._tone(half, node), note)
            yield from texts(title, lines, left + width / 2, top)

    def _uses(
        self,
        left: Layout,
        origin: tuple[float, float],
        right: Layout,
        place: tuple[float, float],
        sides: Sequence[Side],
    ) -> Iterator[Arrow]:
        """From values to the gradients that need them again."""
        pairs: dict[Edge, None] = {}
        for grad, end in self.grads.box.items():
            for each in grad.inputs:
                if each in self.values.box:
                    pairs[self.values.box[each], end] = None
        for start, end in pairs:
            (x, y), (u, v) = left.centres[start], right.centres[end]
            begin = origin[0] + x + sides[0].sizes[start][0] / 2, origin[1] + y
            arrive = place[0] + u - sides[1].sizes[end][0] / 2, place[1] + v
            yield Arrow([begin, arrive], "across", "use")

    def _notes(self, right: float | None, bottom: float) -> Iterator[Text]:
        """What stands above and below."""
        yield Text(MARGIN, MARGIN + 10, "values", "heading", "start")
        if right is not None:
            yield Text(right, MARGIN + 10, "gradients, back from the result", "heading", "start")
            legend = "solid: values   dashed: gradients   dotted: values that gradients need again"
            yield Text(MARGIN, bottom, legend, "label", "start")


def _united(total: int, edges: Sequence[Edge], ties: Sequence[tuple[int, int]]) -> list[int]:
    """For each box a number that it shares with those of its row: ties that make no circle."""
    unit = list(range(total))
    for one, other in ties:
        first, second = unit[one], unit[other]
        below: dict[int, set[int]] = defaultdict(set)
        for start, end in edges:
            below[unit[start]].add(unit[end])
        if first != second and not (
            _reaches(below, first, second) or _reaches(below, second, first)
        ):
            unit = [first if each == second else each for each in unit]
    return unit


def _reaches(below: Mapping[int, set[int]], start: int, end: int) -> bool:
    seen, stack = {start}, [start]
    while stack:
        each = stack.pop()
        if each == end:
            return True
        new = below.get(each, set()) - seen
        seen |= new
        stack += new
    return False


def _arrows(layout: Layout, place: tuple[float, float], tone: str) -> Iterator[Arrow]:
    for line in layout.lines:
        yield Arrow([(place[0] + x, place[1] + y) for x, y in line], "down", tone)


def _rows(
    scene: _Scene, forward: Sequence[Node], returning: Sequence[Node]
) -> list[tuple[object, ...]]:
    """A row per node; of very many, those in the middle are left out."""
    nodes = [*(("value", each) for each in forward), *(("gradient", each) for each in returning)]
    if len(nodes) <= MOST_ROWS:
        return [_row(scene, *each) for each in nodes]
    half = MOST_ROWS // 2
    left_out = (f"… {len(nodes) - 2 * half:,} more …", *[None] * (len(_COLUMNS) - 1))
    first, last = nodes[:half], nodes[-half:]
    return [*(_row(scene, *each) for each in first), left_out, *(_row(scene, *e) for e in last)]


def _row(scene: _Scene, part: str, node: Node) -> tuple[object, ...]:
    words = scene.words
    return (
        part,
        words.name(node),
        node.op,
        words.formula(node),
        format_type(node),
        ", ".join(map(words.name, node.inputs[:_MOST_NAMES])),
        (scene.owners(node) or None) if part == "gradient" else None,
    )


def _in_words(
    scene: _Scene, forward: Sequence[Node], returning: Sequence[Node], wanted: bool
) -> str:
    """What the picture shows, for those who cannot see it."""
    operations = sum(not is_given(node) for node in forward)
    given = [scene.words.name(node) for node in forward if is_given(node)]
    parts = [f"{counted(operations, 'operation')} on {_listed(given)}."]
    if returning:
        names = [scene.words.name(each) for each in scene.subject.sources]
        parts.append(
            f"The gradient with respect to {_listed(names)} takes {len(returning):,} more, "
            "from the result back."
        )
        meetings = len(scene.backward.meetings)
        parts.append(
            f"Gradients of several ways meet {counted(meetings, 'time')}." if meetings else ""
        )
    elif scene.subject.updates:
        parts.append("It assigns variables; no further gradient is drawn.")
    elif wanted:
        parts.append("No gradient flows from the result to what it is made of.")
    left_out = scene.values.left_out, scene.grads.left_out
    if any(left_out):
        parts.append(
            f"Left out in the middle: {counted(left_out[0], 'value')} and "
            f"{counted(left_out[1], 'gradient')}."
        )
    return " ".join(parts)


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "nothing"
    shown = ", ".join(names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6:,} more"
