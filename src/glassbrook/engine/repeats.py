"""What runs many times, such as a function or the body of a loop, and what its operations keep.

A random operation within a function goes on, call by call, where it stopped itself, whatever other
operations draw. So that it finds what it kept, operations are told apart by their order: the first
one of this run is the first one of the run before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from glassbrook.engine.tracing import Trace, active

__all__ = ["Repeats", "running_repeats", "turn_by_turn"]

Kept = TypeVar("Kept")
_Entry = tuple["Repeats", Trace | None]


class _Running(threading.local):
    def __init__(self) -> None:
        self.stack: list[_Entry] = []


_running = _Running()


class Repeats:
    """What the operations of something that runs many times keep from run to run.

    Args:
        is_loop: whether it is the body of a loop, which may be left in the middle.

    Attributes:
        count: for the use of those who make what is kept: a number that starts with 0.
    """

    def __init__(self, is_loop: bool = False) -> None:
        self.is_loop = is_loop
        self.count = 0
        self._kept: list[Any] = []
        self._position = 0

    def next(self, make: Callable[[], Kept]) -> Kept:
        """What the next operation of this run keeps; in its first run, `make` makes it."""
        if self._position == len(self._kept):
            self._kept.append(make())
        found: Kept = self._kept[self._position]
        self._position += 1
        return found

    @contextmanager
    def running(self) -> Iterator[None]:
        """While this is entered, operations of this thread belong to one run."""
        entry = self, active.trace
        stack = _running.stack
        stack.append(entry)
        position, self._position = self._position, 0
        try:
            yield
        finally:
            self._position = position
            _remove(stack, entry)


def _remove(stack: list[_Entry], entry: _Entry) -> None:
    """Remove what has ended, and loops that began within: they were left, and will not go on."""
    for place, each in enumerate(stack):
        if each is entry:
            end = place + 1
            while end < len(stack) and stack[end][0].is_loop:
                end += 1
            del stack[place:end]
            return


def _body() -> Repeats:
    return Repeats(is_loop=True)


def turn_by_turn(items: Iterable[Kept]) -> Iterator[Kept]:
    """The items; what operations do between two of them belongs to one run of a loop's body."""
    around = running_repeats()
    repeats = _body() if around is None else around.next(_body)
    for item in items:
        with repeats.running():
            yield item


_OF_TRACE = object()


def running_repeats() -> Repeats | None:
    """What operations of this thread belong to: what runs many times, or a trace."""
    trace = active.trace
    for repeats, within in reversed(_running.stack):
        if within is trace:
            return repeats
    if trace is None:
        return None
    found: Repeats = trace.notes.setdefault(_OF_TRACE, Repeats())
    return found
