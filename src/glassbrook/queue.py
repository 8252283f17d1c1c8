"""`tf.queue`: queues of tensors, within one thread or between several."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import CancelledError, InvalidArgumentError, OutOfRangeError
from glassbrook.graph import build
from glassbrook.ops.operands import unstacked
from glassbrook.tensor import Tensor, TensorShape, as_node

__all__ = ["FIFOQueue"]


class FIFOQueue:
    """Tensors that come out in the order in which they went in.

    Args:
        capacity: how many elements there is room for; -1 for any number.
        dtypes: the dtype of each part of an element.
        shapes: the shape of each part, if they are all to have it.
        names: a name for each part: elements are then dictionaries.
        shared_name: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> queue = tf.queue.FIFOQueue(3, [tf.int32])
        >>> queue.enqueue(7)
        >>> queue.dequeue().numpy(), queue.size().numpy()
        (np.int32(7), np.int32(0))
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "fifo_queue",
    ) -> None:
        kinds = dtypes if isinstance(dtypes, list | tuple) else [dtypes]
        self.dtypes = [as_dtype(each) for each in kinds]
        self.names = list(names) if names is not None else []
        self.shapes = [TensorShape(None)] * len(kinds)
        if shapes is not None:
            many = isinstance(shapes, list | tuple) and len(kinds) == len(shapes)
            self.shapes = [TensorShape(each) for each in (shapes if many else [shapes])]
        self._capacity = capacity
        self._elements: deque[list[Tensor]] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def size(self, name: str | None = None) -> Tensor:
        """How many elements there are, as int32."""
        return Tensor(build.data(len(self._elements), dtypes.int32))

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether nothing can be put in any more."""
        return Tensor(build.data(self._closed))

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> None:
        """Take nothing in any more; what is there can still be taken out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _parts(self, vals: Any) -> list[Any]:
        if isinstance(vals, dict):
            return [vals[name] for name in self.names]
        if len(self.dtypes) == 1 and not (isinstance(vals, list | tuple) and len(vals) == 1):
            return [vals]
        parts = list(vals)
        if len(parts) != len(self.dtypes):
            raise InvalidArgumentError(
                f"FIFOQueue: an element has {len(self.dtypes)} parts, got {len(parts)}."
            )
        return parts

    def enqueue(self, vals: Any, name: str | None = None) -> None:
        """Put an element in; wait for room if other threads may make some.

        Raises:
            InvalidArgumentError: a part has another shape, or there are more or less parts.
            CancelledError: the queue is closed.
            OutOfRangeError: the queue is full, and there is no other thread.
        """
        element = []
        for part, dtype, shape in zip(self._parts(vals), self.dtypes, self.shapes):
            tensor = Tensor(as_node(part, dtype))
            if not shape.is_compatible_with(tensor.shape):
                raise InvalidArgumentError(
                    f"FIFOQueue: expected shape {shape}, got {tensor.shape}."
                )
            element.append(tensor)
        with self._changed:
            if self._closed:
                raise CancelledError("FIFOQueue: the queue is closed.")
            while 0 <= self._capacity <= len(self._elements):
                self._wait("full")
            self._elements.append(element)
            self._changed.notify_all()

    def _wait(self, state: str) -> None:
        if threading.active_count() < 2:
            raise OutOfRangeError(
                f"FIFOQueue: the queue is {state}, and there is no other thread to wait for."
            )
        self._changed.wait()

    def enqueue_many(self, vals: Any, name: str | None = None) -> None:
        """Put in the rows of tensors, one element each."""
        parts = self._parts(vals)
        columns = [unstacked(as_node(part, kind), 0) for part, kind in zip(parts, self.dtypes)]
        for row in zip(*columns, strict=True):
            element = [Tensor(node) for node in row]
            self.enqueue(element if len(element) > 1 else element[0])

    def _taken(self) -> list[Tensor]:
        with self._changed:
            while not self._elements:
                if self._closed:
                    raise OutOfRangeError("FIFOQueue: the queue is closed and has no elements.")
                self._wait("empty")
            element = self._elements.popleft()
            self._changed.notify_all()
            return element

    def _given(self, parts: list[Tensor]) -> Any:
        if self.names:
            return dict(zip(self.names, parts))
        return parts[0] if len(parts) == 1 else parts

    def dequeue(self, name: str | None = None) -> Any:
        """Take an element out; wait for one if other threads may put it in.

        Raises:
            OutOfRangeError: the queue is empty, and closed or without another thread.
        """
        return self._given(self._taken())

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """Take `n` elements out, along a new first axis.

        Raises:
            OutOfRangeError: there are not as many, and there never will be.
        """
        return self._stacked([self._taken() for _ in range(int(n))])

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """Take `n` elements out, or as many as there are if the queue is closed."""
        count = min(int(n), len(self._elements)) if self._closed else int(n)
        return self._stacked([self._taken() for _ in range(count)])

    def _stacked(self, elements: list[list[Tensor]]) -> Any:
        columns = [
            Tensor(build.concat([build.expand_dims(as_node(each), 0) for each in column], 0))
            for column in zip(*elements)
        ]
        return self._given(columns)
