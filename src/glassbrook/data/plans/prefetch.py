"""Elements made in advance by a thread of their own, while the consumer does something else."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from typing import Final

from glassbrook.data.blocks import Block
from glassbrook.data.plans.plan import Plan, Stream, Transformation
from glassbrook.errors import GlassbrookError, user_line
from glassbrook.ops.seeds import next_seed, own_sequence

__all__ = ["PrefetchPlan"]


class PrefetchPlan(Transformation):
    """The same elements, some of them made before they are asked for.

    Only what Python functions make is worth it: rows of arrays in memory are taken at once.

    Args:
        source: the elements.
        buffer_size: how many of them may wait.
    """

    shown_name = "_PrefetchDataset"

    def __init__(self, source: Plan, buffer_size: int) -> None:
        super().__init__(source)
        self.buffer_size: Final = buffer_size

    def stream(self) -> Stream:
        """Start a thread when the first element is asked for, if functions run."""
        if not self.buffer_size or not self.runs_functions:
            return self.source.stream()
        return _PrefetchStream(self)


class _PrefetchStream(Stream):
    def __init__(self, plan: PrefetchPlan) -> None:
        self._plan = plan
        self._channel: _Channel | None = None

    def pull(self, most: int) -> Block | None:
        if self._channel is None:
            self._channel = channel = _Channel(self._plan.buffer_size)
            # The thread knows the channel, never this stream: when nobody holds the stream any
            # more, the channel is closed, and the thread ends.
            weakref.finalize(self, channel.close)
            threading.Thread(
                target=_produce,
                args=(self._plan.source, channel, next_seed()),
                name="glassbrook-prefetch",
                daemon=True,
            ).start()
        return self._channel.get()


def _produce(plan: Plan, channel: _Channel, seed: tuple[int, int]) -> None:
    try:
        with own_sequence(seed):
            stream = plan.stream()
            while (block := stream.pull(1)) is not None:
                if not channel.put(block):
                    return
    except BaseException as error:
        channel.fail(error)
    else:
        channel.end()


class _Channel:
    """A queue of bounded length between two threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._blocks: deque[Block] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._closed = False
        self._error: BaseException | None = None

    def put(self, block: Block) -> bool:
        """Wait for room and add a block; false if nobody wants any more."""
        with self._changed:
            while len(self._blocks) >= self._size and not self._closed:
                self._changed.wait()
            if self._closed:
                return False
            self._blocks.append(block)
            self._changed.notify_all()
            return True

    def end(self) -> None:
        """Say that no more blocks will come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """Say that no more blocks will come, for this reason."""
        with self._changed:
            self._error, self._ended = error, True
            self._changed.notify_all()

    def close(self) -> None:
        """Say that no more blocks are wanted."""
        with self._changed:
            self._closed = True
            self._blocks.clear()
            self._changed.notify_all()

    def get(self) -> Block | None:
        """Wait for the next block; `None` at the end.

        Raises:
            BaseException: what ended the producer, with its own traceback.
        """
        with self._changed:
            while not self._blocks and not self._ended:
                self._changed.wait()
            if self._blocks:
                block = self._blocks.popleft()
                self._changed.notify_all()
                return block
            error, self._error = self._error, None
        if error is None:
            return None
        _point_to_consumer(error)
        try:
            raise error
        finally:
            del error  # its traceback holds this frame, which would hold the error


def _point_to_consumer(error: BaseException) -> None:
    """The producer's thread has no line of the user's below it, the consumer has."""
    place = user_line()
    if isinstance(error, GlassbrookError) and place is not None:
        if not any(note.startswith("at ") for note in getattr(error, "__notes__", ())):
            error.add_note(f"at {place}")
