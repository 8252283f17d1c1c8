"""Shuffling through a buffer: of each element, only where it lies moves."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from glassbrook.data.blocks import Block, merge, require_one_form
from glassbrook.data.plans.plan import Plan, Stream, Transformation
from glassbrook.data.seeds import Seeds
from glassbrook.data.structure import Form

__all__ = ["ShufflePlan"]

_DRAWN_AT_ONCE = 1024
_UNBOUNDED = 2**40


class ShufflePlan(Transformation):
    """Elements in random order, drawn from a buffer of those that come next.

    A buffer that holds all elements gives every order with the same probability. From a smaller
    one, the element at position p comes out at position p - buffer_size + 1 at the earliest.

    Args:
        source: what to shuffle.
        buffer_size: the size of the buffer; `None` for one that holds everything.
        seeds: random numbers for each iteration.
    """

    shown_name = "_ShuffleDataset"

    def __init__(self, source: Plan, buffer_size: int | None, seeds: Seeds) -> None:
        super().__init__(source)
        self.buffer_size: Final = buffer_size
        self.seeds: Final = seeds

    def stream(self) -> Stream:
        """Fill a new buffer when the first element is asked for."""
        return _ShuffleStream(self)


class _Slots:
    """Random places in the buffer, the same ones however many are asked for at a time."""

    def __init__(self, generator: np.random.Generator, size: int) -> None:
        self._generator = generator
        self._size = size
        self._drawn = np.empty(0, np.int64)

    def take(self, count: int) -> npt.NDArray[np.int64]:
        while len(self._drawn) < count:
            more = self._generator.integers(0, self._size, _DRAWN_AT_ONCE)
            self._drawn = np.concatenate([self._drawn, more])
        taken, self._drawn = self._drawn[:count], self._drawn[count:]
        return taken


class _ShuffleStream(Stream):
    """Three phases: fill the buffer, exchange elements one for one, empty it in random order."""

    def __init__(self, plan: ShufflePlan) -> None:
        self._plan = plan
        self._source = plan.source.stream()
        self._reads_ahead = not plan.runs_functions
        self._for_slots, self._for_rest = plan.seeds.generators(2)
        self._slots: _Slots | None = None
        self._buffer: Block | _ListBuffer | None = None
        self._ready: Block | None = None
        self._position = 0
        self._ended = False

    def pull(self, most: int) -> Block | None:
        ready, start = self._ready, self._position
        if ready is None or start >= ready.length:
            ready, start = self._next(most), 0
            self._ready = ready
            if ready is None:
                return None
        self._position = stop = min(start + most, ready.length)
        return ready.select(range(start, stop))

    def _next(self, most: int) -> Block | None:
        if self._buffer is None:
            if self._ended:
                return None
            self._fill()
            if self._buffer is None:
                return None
        if not self._ended:
            incoming = self._source.pull(self._stretch(most))
            if incoming is not None:
                return self._exchange(incoming)
            self._ended = True
        rest = self._buffer if isinstance(self._buffer, Block) else self._buffer.block()
        self._buffer = None
        return rest.select(self._for_rest.permutation(rest.length))

    def _fill(self) -> None:
        blocks: list[Block] = []
        size = self._plan.buffer_size
        missing = size if size is not None else _UNBOUNDED
        while missing:
            block = self._source.pull(missing)
            if block is None:
                self._ended = True
                break
            blocks.append(block)
            missing -= block.length
        if blocks:
            merged = merge(blocks)
            self._slots = _Slots(self._for_slots, merged.length)
            self._buffer = merged if merged.is_indexed else _ListBuffer(merged)

    def _stretch(self, most: int) -> int:
        """How many elements to exchange at once; none too many where functions would run."""
        if not self._reads_ahead or self._buffer is None:
            return most
        return max(most, _DRAWN_AT_ONCE, len(self._buffer) // 8)

    def _exchange(self, incoming: Block) -> Block:
        assert self._slots is not None
        slots = self._slots.take(incoming.length)
        if isinstance(self._buffer, _ListBuffer):
            return self._buffer.exchange(incoming, slots)
        assert self._buffer is not None
        emitted, kept = _exchanged(len(self._buffer), slots)
        both = merge([self._buffer, incoming])
        self._buffer = both.select(kept)
        return both.select(emitted)


def _exchanged(size: int, slots: npt.NDArray[np.int64]) -> tuple[Any, Any]:
    """What comes out of a buffer, and what is in it then, if one after the other goes in.

    Arriving element n takes the place `slots[n]`, and what was there comes out: the last one
    before n that took the same place, or what was there at the beginning.

    Returns:
        Two arrays of positions in the buffer followed by the arriving elements.
    """
    order = np.argsort(slots, kind="stable")
    places = slots[order]
    first_of_place = np.ones(len(slots), np.bool_)
    first_of_place[1:] = places[1:] != places[:-1]
    came_before = np.empty_like(order)
    came_before[1:] = size + order[:-1]
    emitted = np.empty(len(slots), np.int64)
    emitted[order] = np.where(first_of_place, places, came_before)
    kept = np.arange(size)
    last_of_place = np.append(first_of_place[1:], True)
    kept[places[last_of_place]] = size + order[last_of_place]
    return emitted, kept


class _ListBuffer:
    """A buffer of elements that were made one by one: an exchange moves one element only."""

    def __init__(self, block: Block) -> None:
        self._form: Form = block.form
        self._elements = block.elements()

    def __len__(self) -> int:
        return len(self._elements)

    def exchange(self, incoming: Block, slots: npt.NDArray[np.int64]) -> Block:
        require_one_form(self._form, incoming.form)
        elements = self._elements
        emitted = []
        for slot, element in zip(slots.tolist(), incoming.elements(), strict=True):
            emitted.append(elements[slot])
            elements[slot] = element
        return Block.of_elements(self._form, emitted)

    def block(self) -> Block:
        return Block.of_elements(self._form, self._elements)
