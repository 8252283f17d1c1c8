"""Iterating over a dataset: `iter(dataset)` and `dataset.as_numpy_iterator()`."""

from __future__ import annotations

from collections.abc import Iterator as PythonIterator
from typing import Any

import numpy as np

from glassbrook.data.blocks import Block
from glassbrook.data.functions import as_value
from glassbrook.data.plans.plan import Plan, Stream
from glassbrook.engine.tracing import give_up
from glassbrook.errors import OutOfRangeError, UsageError
from glassbrook.ops.ragged.tensor import RaggedTensor

__all__ = ["Iterator", "NumpyIterator"]

_READ_AHEAD = 64


class _Elements:
    """The elements of a dataset one by one, as tuples of components with their form."""

    __slots__ = ("_block", "_most", "_position", "_stream", "_waiting")

    def __init__(self, plan: Plan) -> None:
        self._stream: Stream = plan.stream()
        # Where functions run, none runs before its result is asked for.
        self._most = 1 if plan.runs_functions else _READ_AHEAD
        self._block: Block | None = None
        self._waiting: list[tuple[Any, ...]] = []
        self._position = 0

    def next(self) -> tuple[Block, tuple[Any, ...]]:
        if self._position >= len(self._waiting):
            block = self._stream.pull(self._most)
            if block is None:
                self._waiting, self._position = [], 0
                raise StopIteration
            self._block, self._waiting, self._position = block, block.elements(), 0
        element = self._waiting[self._position]
        self._position += 1
        assert self._block is not None
        return self._block, element


class Iterator(PythonIterator[Any]):
    """One iteration over a dataset; elements come as tensors.

    Example:
        >>> import glassbrook as tf
        >>> iterator = iter(tf.data.Dataset.range(2))
        >>> print(next(iterator), next(iterator))
        tf.Tensor(0, shape=(), dtype=int64) tf.Tensor(1, shape=(), dtype=int64)
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._elements = _Elements(plan)

    def __next__(self) -> Any:
        give_up("the elements of a dataset")
        block, element = self._elements.next()
        return block.form.pack([as_value(component) for component in element])

    def get_next(self) -> Any:
        """The next element.

        Raises:
            OutOfRangeError: there is none.
        """
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence: the dataset has no more elements.") from None

    @property
    def element_spec(self) -> Any:
        """The spec of the elements."""
        return self._plan.spec

    def __repr__(self) -> str:
        return f"<Iterator element_spec={self._plan.spec!r}>"


class NumpyIterator(PythonIterator[Any]):
    """One iteration over a dataset; elements come as NumPy values, arrays read-only."""

    def __init__(self, plan: Plan) -> None:
        self._elements = _Elements(plan)

    def __next__(self) -> Any:
        give_up("the elements of a dataset")
        block, element = self._elements.next()
        return block.form.pack([_numpy_value(component) for component in element])

    def next(self) -> Any:
        """The next element."""
        return next(self)


def _numpy_value(component: Any) -> Any:
    if isinstance(component, RaggedTensor):
        return component
    if not isinstance(component, np.ndarray):
        raise UsageError(
            "`tf.data.Dataset.as_numpy_iterator()` is not supported for datasets whose elements "
            "are datasets, as Dataset.window makes them. Use dataset.flat_map first."
        )
    if not component.ndim:
        return component[()]
    view = component.view()
    view.flags.writeable = False
    return view
