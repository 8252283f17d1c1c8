"""`draw_program`: what a compiled program does, and how its temporaries share memory."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from glassbrook.engine.compiler.report import KernelReport
from glassbrook.explain.amounts import counted, in_bytes, in_time, scaled
from glassbrook.explain.diagrams.memory import ArenaChart, peak_of
from glassbrook.explain.diagrams.sketch import check_file, check_limit, sketched
from glassbrook.explain.program import (
    CompiledPart,
    InterpretedPart,
    LoopPart,
    Part,
    ProgramReport,
    program,
)
from glassbrook.keras.utils.plotting.drawing import (
    MARGIN,
    TITLE_HEIGHT,
    box_height,
    box_width,
    texts,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table
from glassbrook.keras.utils.plotting.shapes import Arrow, Drawing, Frame, Text, text_width

__all__ = ["draw_program", "picture_of_program"]

Shape = Frame | Text | Arrow

_GAP, _INDENT = 14.0, 26.0
_WIDEST_ROW = 1180.0
_LONGEST_LINE, _MOST_LINES = 38, 3
_MOST_OPERATIONS = 8
_MOST_RECTANGLES = 300
_KERNEL_COLUMNS = (
    "part", "kernel", "phase", "chain", "kind", "operations", "loops", "FLOPs", "bytes", "reads",
    "writes", "cores", "nanoseconds",
)  # fmt: skip
_MEMORY_COLUMNS = ("part", "temporary", "type", "offset", "bytes", "first kernel", "last kernel")


def draw_program(
    function: Callable[..., Any],
    *inputs: Any,
    times: bool = False,
    most_boxes: int = 60,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """The program that the compiler makes of a function, and the memory of its temporaries.

    Every box is a *kernel*, with the operations that are fused in it. Kernels of one *chain*, in a
    dotted frame, are cut into the same shares, so that each core goes through all of them without
    waiting; chains of one *phase* stand side by side, and between phases cores wait. A thick frame
    is a matrix product that the BLAS library does; a dashed one is run by the interpreter.

    Below stands the arena as it was planned: time, counted in kernels, goes across, bytes go up,
    and every temporary is a rectangle. Two bars compare the arena with what it would need if no
    temporary took the place of another.

    The function is traced and compiled, but not run, unless times are asked for.

    Args:
        function: a function, a `tf.function`, a layer or model, or a step such as
            ``model.train_step``.
        inputs: its arguments.
        times: whether to measure each kernel; see `tf.program`.
        most_boxes: of more kernels, those in the middle are left out.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its tables hold the kernels and the temporaries.

    Raises:
        InvalidArgumentError: there is no program, since Python needs values while it runs, or
            `most_boxes` is below 4.
        NotFoundError: the folder of the file does not exist.

    Example:
        >>> import glassbrook as tf
        >>> weights = tf.Variable(tf.ones([3, 2]))
        >>> def layer(x):
        ...     return tf.reduce_sum(tf.tanh(x @ weights) ** 2, axis=1)
        >>> picture = tf.explain.draw_program(layer, tf.ones([4, 3]))
        >>> [table.caption for table in picture.tables]
        ['Kernels', 'Temporaries']
        >>> picture.tables[0].rows[0][4:7]
        ('product', 'matmul', '4×2×3')
    """
    check_file(to_file)
    check_limit("draw_program", "most_boxes", most_boxes, 4)
    report = program(function, *inputs, times=times, print_fn=None)
    return picture_of_program(report, most_boxes, to_file)


def picture_of_program(
    report: ProgramReport, most_boxes: int = 60, to_file: str | os.PathLike[str] | None = None
) -> Picture:
    """The picture of a program of which there is a report already; see `draw_program`."""
    check_file(to_file)
    page = _Page(report, most_boxes)
    page.write(report.parts, MARGIN)
    kernels = Table("Kernels", _KERNEL_COLUMNS, list(_kernel_rows(report)))
    temporaries = Table("Temporaries", _MEMORY_COLUMNS, list(_memory_rows(report)))
    return sketched(
        page.drawing(),
        f"Program of {report.name}",
        _in_words(report),
        [kernels, temporaries],
        to_file,
    )


class _Page:
    """What has been drawn so far, from the top down.

    Args:
        report: the program.
        most: how many kernels are drawn.
    """

    def __init__(self, report: ProgramReport, most: int) -> None:
        self._report = report
        self._shapes: list[Shape] = []
        self._width = 0.0
        count = len(report.kernels)
        first = count if count <= most else (most + 1) // 2
        last = 0 if count <= most else most // 2
        self._is_drawn = [n < first or n >= count - last for n in range(count)]
        self._number = 0
        self._y = MARGIN
        head = (
            f"{report.name}: {counted(len(report.kernels), 'kernel')} in "
            f"{counted(len(report.phases), 'phase')}, "
            f"{_flops(report.flops)}"
        )
        self._line(head, MARGIN, "heading", 24)
        facts = (
            f"inputs: {report.inputs}, outputs: {report.outputs}, variables updated: "
            f"{report.updated}, threads: {report.threads}, {report.blas}"
        )
        self._line(facts, MARGIN, "line", 26)

    def drawing(self) -> Drawing:
        """All of it."""
        return Drawing(self._width + MARGIN, self._y + MARGIN, self._shapes)

    def write(self, parts: Sequence[Part], left: float) -> None:
        """Draw parts below what there is."""
        for part in parts:
            if isinstance(part, LoopPart):
                self._line(f"{part.operation}: each turn", left, "heading", 26)
                self.write(part.parts, left + _INDENT)
            elif isinstance(part, InterpretedPart):
                self._interpreted(part, left)
            else:
                self._compiled(part, left)

    def _line(self, text: str, left: float, tone: str, height: float) -> None:
        self._shapes.append(Text(left, self._y + height / 2, text, tone, "start"))
        self._reach(left + text_width(text, tone))
        self._y += height

    def _reach(self, right: float) -> None:
        self._width = max(self._width, right)

    def _box(self, x: float, y: float, title: str, lines: list[str], tone: str) -> None:
        width, height = box_width(title, lines), box_height(lines)
        note = f"{title}: {'; '.join(lines)}"
        self._shapes.append(Frame(x, y, width, height, TITLE_HEIGHT, tone, note))
        self._shapes += texts(title, lines, x + width / 2, y)
        self._reach(x + width)

    def _interpreted(self, part: InterpretedPart, left: float) -> None:
        lines = list(part.operations[:_MOST_OPERATIONS])
        more = len(part.operations) - len(lines)
        lines += [f"… {more:,} more"] if more else []
        self._box(left, self._y, "in the interpreter", lines, "interpreted")
        self._y += box_height(lines) + _GAP

    def _compiled(self, part: CompiledPart, left: float) -> None:
        start = self._number
        numbered = list(enumerate(part.kernels))
        shown = [(n, kernel) for n, kernel in numbered if self._is_drawn[start + n]]
        self._number += len(numbered)
        before = 0
        for phase, members in groupby(shown, key=lambda each: each[1].phase):
            kernels = list(members)
            self._gap(kernels[0][0] - before, left)
            self._phase(part, phase, kernels, left)
            before = kernels[-1][0] + 1
        self._gap(len(numbered) - before, left)
        if part.temporaries:
            chart = ArenaChart(part, left, self._y + 8, _MOST_RECTANGLES)
            self._shapes += chart.shapes()
            self._reach(left + chart.width)
            self._y += chart.height + 8
            if chart.left_out:
                text = f"{chart.left_out:,} smaller temporaries are not drawn; see the table"
                self._line(text, left, "label", 20)

    def _gap(self, count: int, left: float) -> None:
        if count:
            lines = ["left out of the picture"]
            self._box(left, self._y, f"… {count:,} more kernels …", lines, "omitted")
            self._y += box_height(lines) + _GAP

    def _phase(
        self, part: CompiledPart, phase: int, kernels: list[tuple[int, KernelReport]], left: float
    ) -> None:
        """A frame with the chains of a phase, side by side as far as there is room."""
        place = len(self._shapes)
        top, right = self._y, left
        cores = "shared by the cores" if kernels[0][1].shared else "on one core"
        self._y += 8
        self._line(f"phase {phase + 1}, {cores}", left + _GAP, "line", 20)
        right = left + _GAP + text_width(f"phase {phase + 1}, {cores}")
        x, bottom = left + _GAP, self._y
        for _, members in groupby(kernels, key=lambda each: each[1].chain):
            chain = list(members)
            boxes = [(_title(n, each), _kernel_lines(part, n, each)) for n, each in chain]
            width = max(box_width(*each) for each in boxes) + 2 * _GAP
            if x > left + _GAP and x + width > left + _WIDEST_ROW:
                x, self._y = left + _GAP, bottom + _GAP
            bottom = max(bottom, self._chain(x, chain, boxes, width))
            right, x = max(right, x + width), x + width + _GAP
        frame = Frame(left, top, right + _GAP - left, bottom + _GAP - top, 0.0, "group")
        self._shapes.insert(place, frame)
        self._reach(right + _GAP)
        self._y = bottom + 2 * _GAP

    def _chain(
        self,
        x: float,
        chain: list[tuple[int, KernelReport]],
        boxes: list[tuple[str, list[str]]],
        width: float,
    ) -> float:
        """The kernels of a chain below each other; where they end."""
        y = self._y + _GAP
        height = sum(box_height(lines) + _GAP for _, lines in boxes)
        self._shapes.append(Frame(x, self._y, width, height + _GAP, 0.0, "chain"))
        for (_, kernel), (title, lines) in zip(chain, boxes, strict=True):
            tone = "library" if kernel.library else "layer"
            self._box(x + (width - box_width(title, lines)) / 2, y, title, lines, tone)
            y += box_height(lines) + _GAP
        return y


def _title(number: int, kernel: KernelReport) -> str:
    return f"{number + 1}: {kernel.kind}{' by BLAS' if kernel.library else ''}"


def _kernel_lines(part: CompiledPart, number: int, kernel: KernelReport) -> list[str]:
    wrapped = textwrap.wrap(kernel.operations, _LONGEST_LINE, break_long_words=True)
    lines = wrapped[:_MOST_LINES]
    if len(wrapped) > _MOST_LINES:
        lines[-1] = f"{lines[-1][: _LONGEST_LINE - 2]} …"
    lines.append(f"over {_space(kernel)}")
    lines.append(f"{_flops(kernel.flops)}, {in_bytes(kernel.bytes)}")
    lines.append(f"{_listed(kernel.reads)} → {_listed(kernel.writes)}")
    if part.nanoseconds:
        lines.append(in_time(part.nanoseconds[number]))
    return lines


def _flops(count: int) -> str:
    text = scaled(count)
    return f"{text}FLOP" if text[-1].isalpha() else f"{text} FLOP"


def _space(kernel: KernelReport) -> str:
    return "×".join(map(str, kernel.space)) or "1"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return (shown if len(names) <= 3 else f"{shown}, …") or "nothing"


def _kernel_rows(report: ProgramReport) -> Iterator[tuple[object, ...]]:
    for place, part in enumerate(report.compiled):
        for number, kernel in enumerate(part.kernels):
            yield (
                place + 1,
                number + 1,
                kernel.phase + 1,
                kernel.chain + 1,
                f"{kernel.kind}, BLAS" if kernel.library else kernel.kind,
                kernel.operations,
                _space(kernel),
                kernel.flops,
                kernel.bytes,
                ", ".join(kernel.reads),
                ", ".join(kernel.writes),
                "shared" if kernel.shared else "one",
                part.nanoseconds[number] if part.nanoseconds else None,
            )


def _memory_rows(report: ProgramReport) -> Iterator[tuple[object, ...]]:
    for place, part in enumerate(report.compiled):
        for each in part.temporaries:
            yield (
                place + 1,
                each.name,
                f"{each.dtype}[{', '.join(map(str, each.shape))}]",
                each.offset,
                each.bytes,
                each.first + 1,
                each.last + 1,
            )


def _in_words(report: ProgramReport) -> str:
    """What the picture shows, for those who cannot see it."""
    library = sum(kernel.library for kernel in report.kernels)
    parts = [
        f"{counted(len(report.kernels), 'kernel')} in {counted(len(report.phases), 'phase')}; "
        f"the BLAS library does {library:,} of them."
    ]
    if report.interpreted:
        parts.append(f"{counted(len(report.interpreted), 'operation')} in the interpreter.")
    for part in report.compiled:
        if part.temporaries:
            parts.append(
                f"An arena of {in_bytes(part.arena_bytes)} holds "
                f"{counted(len(part.temporaries), 'temporary value')}; its peak is at kernel "
                f"{peak_of(part) + 1}, and without sharing it would take "
                f"{in_bytes(part.unshared_bytes)}."
            )
    return " ".join(parts)
