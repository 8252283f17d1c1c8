"""Shuffling through a buffer: of each element, only where it lies moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from glassbrook.data.blocks import Block, merge, require_one_form
from glassbrook.data.plans.permuting import permuted
from glassbrook.data.plans.plan import Plan, Stream, Transformation
from glassbrook.data.seeds import Seeds, Words
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


class _Places:
    """Which of the elements in a buffer comes out next: the same that TensorFlow draws.

    The buffer is a ring. Each time one of its elements is drawn, and its first one takes the place
    that became free; what comes in then goes where that was, at the end of the ring.
    """

    def __init__(self, words: Words, size: int) -> None:
        self._words = words
        self._size = size
        self._first = 0

    def exchange(self, ring: list[Any], incoming: Sequence[Any]) -> list[Any]:
        """For each that comes in, one that comes out of the full ring."""
        size, first = self._size, self._first
        steps = self._words.take(len(incoming)) % np.uint32(size)
        emitted = []
        for step, arrived in zip(steps.tolist(), incoming, strict=True):
            drawn = first + step
            if drawn >= size:
                drawn -= size
            emitted.append(ring[drawn])
            ring[drawn] = ring[first]
            ring[first] = arrived
            first = first + 1 if first + 1 < size else 0
        self._first = first
        return emitted

    def rest(self) -> npt.NDArray[np.int64]:
        """The places of all that is left, in the order in which it comes out."""
        size = self._size
        steps = self._words.take(size) % np.arange(size, 0, -1, dtype=np.uint32)
        order = permuted(steps.astype(np.int64))
        return (order + self._first) % size if self._first else order


class _ShuffleStream(Stream):
    """Three phases: fill the buffer, exchange elements one for one, empty it in random order."""

    def __init__(self, plan: ShufflePlan) -> None:
        self._plan = plan
        self._source = plan.source.stream()
        self._reads_ahead = not plan.runs_functions
        self._words = plan.seeds.words()
        self._places: _Places | None = None
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
        assert self._places is not None
        rest = self._buffer if isinstance(self._buffer, Block) else self._buffer.block()
        self._buffer = None
        return rest.select(self._places.rest())

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
            self._places = _Places(self._words, merged.length)
            self._buffer = merged if merged.is_indexed else _ListBuffer(merged)

    def _stretch(self, most: int) -> int:
        """How many elements to exchange at once; none too many where functions would run."""
        if not self._reads_ahead or self._buffer is None:
            return most
        return max(most, _DRAWN_AT_ONCE, len(self._buffer) // 8)

    def _exchange(self, incoming: Block) -> Block:
        assert self._places is not None
        if isinstance(self._buffer, _ListBuffer):
            return self._buffer.exchange(incoming, self._places)
        assert self._buffer is not None
        size = len(self._buffer)
        ring = list(range(size))
        emitted = self._places.exchange(ring, range(size, size + incoming.length))
        both = merge([self._buffer, incoming])
        self._buffer = both.select(np.array(ring, np.int64))
        return both.select(np.array(emitted, np.int64))


class _ListBuffer:
    """A buffer of elements that were made one by one: an exchange moves two elements only."""

    def __init__(self, block: Block) -> None:
        self._form: Form = block.form
        self._elements = block.elements()

    def __len__(self) -> int:
        return len(self._elements)

    def exchange(self, incoming: Block, places: _Places) -> Block:
        require_one_form(self._form, incoming.form)
        emitted = places.exchange(self._elements, incoming.elements())
        return Block.of_elements(self._form, emitted)

    def block(self) -> Block:
        return Block.of_elements(self._form, self._elements)
