"""The arena of a program over time: time across, bytes up, a rectangle per temporary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from glassbrook.engine.compiler.memory import padded
from glassbrook.engine.compiler.report import TemporaryReport
from glassbrook.explain.amounts import in_bytes
from glassbrook.explain.program import CompiledPart
from glassbrook.keras.utils.plotting.shapes import Arrow, Frame, Text, text_width

__all__ = ["ArenaChart", "peak_of"]

Shape = Frame | Text | Arrow

_HEIGHT = 260.0
_LEFT, _RIGHT = 86.0, 260.0
_NARROWEST, _WIDEST, _USUAL = 8.0, 64.0, 760.0
_BAR = 64.0
# A rectangle that is lower than that has no room for its name.
_LOWEST = 13.0
_TONES = ("memory", "memory other")


def peak_of(part: CompiledPart) -> int:
    """The number of the first kernel that uses the highest byte of the arena."""
    ends = {each: each.offset + padded(each.bytes) for each in part.temporaries}
    highest = max(ends.values(), default=0)
    return min((each.first for each in ends if ends[each] == highest), default=0)


class ArenaChart:
    """The chart of the temporaries of one compiled part.

    Args:
        part: the part; it has temporaries.
        x, y: the upper left corner.
        most: of more temporaries, the smallest are not drawn.

    Attributes:
        width, height: its size.
        left_out: how many temporaries are not drawn.
    """

    def __init__(self, part: CompiledPart, x: float, y: float, most: int) -> None:
        self._part = part
        self._x, self._y = x + _LEFT, y + 44
        self._step = min(max(_USUAL / len(part.kernels), _NARROWEST), _WIDEST)
        by_size = sorted(part.temporaries, key=lambda each: (-each.bytes, each.offset))
        self._shown: Sequence[TemporaryReport] = by_size[:most]
        self.left_out = len(by_size) - len(self._shown)
        self._across = self._step * len(part.kernels)
        self.width = _LEFT + self._across + _RIGHT
        self.height = _HEIGHT + 90

    def shapes(self) -> Iterator[Shape]:
        """All of it, in the order in which it is drawn."""
        title = "memory of temporaries: kernels across, bytes up"
        yield Text(self._x - _LEFT, self._y - 34, title, "heading", "start")
        yield from self._axes()
        order = sorted(self._shown, key=lambda each: (each.first, each.offset))
        for number, each in enumerate(order):
            yield from self._rectangle(each, _TONES[number % 2])
        yield from self._peak()
        yield from self._comparison()

    def _height_of(self, size: float) -> float:
        return _HEIGHT * size / max(self._part.arena_bytes, 1)

    def _axes(self) -> Iterator[Shape]:
        bottom = self._y + _HEIGHT
        for quarter in range(5):
            y = bottom - _HEIGHT * quarter / 4
            yield Arrow([(self._x, y), (self._x + self._across, y)], "straight", "grid")
            size = in_bytes(self._part.arena_bytes * quarter / 4)
            yield Text(self._x - 8, y, size, "label", "end")
        count = len(self._part.kernels)
        phases = [kernel.phase for kernel in self._part.kernels]
        for number in range(1, count):
            if phases[number] != phases[number - 1]:
                x = self._x + number * self._step
                yield Arrow([(x, self._y), (x, bottom + 6)], "straight", "grid")
        every = next((n for n in (1, 2, 5, 10, 20, 50, 100, 200) if n * self._step >= 24), 500)
        for number in range(0, count, every):
            place = self._x + (number + 0.5) * self._step
            yield Text(place, bottom + 14, str(number + 1), "label")
        yield Text(
            self._x + self._across / 2,
            bottom + 34,
            "number of the kernel; lines are where phases begin",
            "label",
        )

    def _rectangle(self, each: TemporaryReport, tone: str) -> Iterator[Shape]:
        x = self._x + each.first * self._step
        width = (each.last - each.first + 1) * self._step
        height = self._height_of(each.bytes)
        y = self._y + _HEIGHT - self._height_of(each.offset) - height
        sizes = ", ".join(map(str, each.shape))
        note = (
            f"{each.name}: {each.dtype}[{sizes}], {in_bytes(each.bytes)} at byte {each.offset}, "
            f"kernels {each.first + 1} to {each.last + 1}"
        )
        yield Frame(x, y, width, height, 0.0, tone, note)
        for label in (f"{each.name} {in_bytes(each.bytes)}", each.name):
            if height >= _LOWEST and text_width(label, "line") + 6 <= width:
                yield Text(x + width / 2, y + height / 2, label)
                return

    def _peak(self) -> Iterator[Shape]:
        ends = [(self._x, self._y), (self._x + self._across + 12, self._y)]
        yield Arrow(ends, "straight", "peak")
        place = self._x + (peak_of(self._part) + 0.5) * self._step
        text = f"▾ peak at kernel {peak_of(self._part) + 1}"
        yield Text(max(place - 6, self._x), self._y - 9, text, "peak", "start")

    def _comparison(self) -> Iterator[Shape]:
        """Two bars: the arena, and what it would be if no temporary took another's place."""
        arena, apart = self._part.arena_bytes, self._part.unshared_bytes
        left, bottom = self._x + self._across + 50, self._y + _HEIGHT
        for place, size, tone, words in (
            (left, arena, "memory", "arena"),
            (left + _BAR + 30, apart, "unshared", "unshared"),
        ):
            height = (_HEIGHT - 40) * size / max(apart, arena, 1)
            note = f"{words}: {in_bytes(size)}"
            yield Frame(place, bottom - height, _BAR, height, 0.0, tone, note)
            yield Text(place + _BAR / 2, bottom - height - 10, in_bytes(size))
            yield Text(place + _BAR / 2, bottom + 14, words, "label")
