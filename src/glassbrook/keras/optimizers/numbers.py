"""The numbers of a step as leaves: from now, or supplied anew to each call of a traced function.

Learning rates, corrections of moments and the like are worked out in Python. They enter the graph
as leaves, so that another learning rate does not make another program. Within `tf.function` a leaf
must not keep the number of the first call: it is supplied, from the count of steps at each call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.engine.tracing import Trace, give_up, suspended
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.tensor import Tensor, Variable

if TYPE_CHECKING:
    from glassbrook.keras.optimizers.base import Optimizer

__all__ = ["Common", "Leaves", "Numbers", "NumbersNow", "SuppliedNumbers"]


class Common(NamedTuple):
    """The numbers of a step that do not depend on the kind of optimizer.

    Attributes:
        rate: the learning rate.
        decay: the learning rate times the weight decay.
        momentum: how much of a moving average of the parameters stays.
        share: how much of the parameters it takes on.
        overwrites: 1 if the parameters are set to their average, else 0.
    """

    rate: Node
    decay: Node
    momentum: Node
    share: Node
    overwrites: Node


class Numbers(Protocol):
    """The numbers of one step."""

    def nodes(self, dtype: DType) -> tuple[tuple[Node, ...], Common]:
        """Leaves of a dtype: the optimizer's scalars, and the common numbers."""


def _split(nodes: tuple[Node, ...]) -> tuple[tuple[Node, ...], Common]:
    count = len(nodes) - len(Common._fields)
    return nodes[:count], Common(*nodes[count:])


Leaves = dict[DType, tuple[tuple[float, ...], tuple[Node, ...]]]
"""The numbers of the last step and their leaves, by dtype."""


class NumbersNow:
    """The numbers of a step that is done now; a number that stays the same keeps its leaf.

    Args:
        values: the numbers.
        leaves: those of the last step, to which these are written.
    """

    __slots__ = ("_leaves", "_made", "_values")

    def __init__(self, values: tuple[float, ...], leaves: Leaves) -> None:
        self._values = values
        self._leaves = leaves
        self._made: dict[DType, tuple[tuple[Node, ...], Common]] = {}

    def nodes(self, dtype: DType) -> tuple[tuple[Node, ...], Common]:
        """See `Numbers`."""
        made = self._made.get(dtype)
        if made is None:
            made = self._made[dtype] = _split(self._nodes(dtype))
        return made

    def _nodes(self, dtype: DType) -> tuple[Node, ...]:
        values = self._values
        known = self._leaves.get(dtype)
        if known is not None and known[0] == values:
            return known[1]
        if known is None or len(known[0]) != len(values):
            leaves = tuple([build.data(value, dtype) for value in values])
        else:
            leaves = tuple(
                [
                    node if before == value else build.data(value, dtype)
                    for value, before, node in zip(values, *known)
                ]
            )
        self._leaves[dtype] = values, leaves
        return leaves


class SuppliedNumbers:
    """The numbers of a step within a traced function.

    Args:
        optimizer: whose step it is.
        trace: the trace.
    """

    def __init__(self, optimizer: Optimizer, trace: Trace) -> None:
        self._optimizer = optimizer
        self._trace = trace
        if trace.is_part and not trace.loops:
            give_up(f"the learning rate of {optimizer.name}, in a branch")
        outer = trace.outer
        while outer is not None:
            if outer.state(optimizer.iterations).assigned:
                give_up(f"the count of steps of {optimizer.name}, before and in a loop")
            outer = outer.outer
        counts = trace.notes.setdefault(("steps", optimizer), _Counts())
        self._counts: _Counts = counts
        self._earlier = counts.applied
        iterations = trace.state(optimizer.iterations)
        expected = iterations.input if counts.node is None else counts.node
        if iterations.node is not expected:
            give_up(f"the count of steps of {optimizer.name}, which the function assigns")
        if isinstance(optimizer.stored_rate, Variable):
            if trace.state(optimizer.stored_rate).assigned:
                give_up(f"the learning rate of {optimizer.name}, which the function assigns")
        with suspended():
            self._size = len(optimizer.numbers_at(0))
        self._by_dtype: dict[DType, tuple[tuple[Node, ...], Common]] = {}

    def nodes(self, dtype: DType) -> tuple[tuple[Node, ...], Common]:
        """See `Numbers`."""
        found = self._by_dtype.get(dtype)
        if found is None:
            supply = _Supply(self._optimizer, dtype, self._counts, self._earlier)
            nodes = self._trace.supply(supply, [((), dtype)] * self._size)
            found = self._by_dtype[dtype] = _split(nodes)
        return found

    def rate(self) -> Tensor:
        """The learning rate as a float32 tensor."""
        return Tensor(self.nodes(dtypes.float32)[1].rate)

    def applied(self) -> None:
        """Note that the step has been done."""
        self._counts.applied += 1
        self._counts.node = self._trace.state(self._optimizer.iterations).node


class _Counts:
    """How often an optimizer was applied in a trace, and the count of steps that it left."""

    def __init__(self) -> None:
        self.applied = 0
        self.node: Node | None = None


class _Supply:
    """What gives the numbers of a step for the calls to come."""

    def __init__(self, optimizer: Optimizer, dtype: DType, counts: _Counts, earlier: int) -> None:
        self._optimizer = optimizer
        self._kind = dtype.numpy
        self._counts = counts
        self._earlier = earlier
        self._values: tuple[float, ...] = ()
        self._arrays: list[Array] = []

    def __call__(self, ahead: int) -> Sequence[Array]:
        values = self._optimizer.numbers_at(ahead * self._counts.applied + self._earlier)
        if values != self._values:
            kind = self._kind
            if len(values) == len(self._values):
                self._arrays = [
                    array if old == new else np.array(new, kind)
                    for old, new, array in zip(self._values, values, self._arrays)
                ]
            else:
                self._arrays = [np.array(value, kind) for value in values]
            self._values = values
        return self._arrays
