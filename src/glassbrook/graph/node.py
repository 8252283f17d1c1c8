"""`Node`: one operation of a graph, typed at birth and never changed.

A graph is nothing but nodes that point at their inputs. A node says what to compute, never what
came out: two nodes with the same operation, inputs and attributes are the same node ("interned"),
so that a common subexpression is written once however often a program asks for it.

The one thing that is added to a node later is `value`, the array that the engine computed for it.
It is a memo, not a change of meaning. A node that has its value may `forget` how it was computed,
so that a long training loop does not keep its whole history alive.
"""

from __future__ import annotations

import itertools
import math
import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any

import numpy.typing as npt

from glassbrook.dtypes import DType
from glassbrook.graph.printer import format_graph

__all__ = [
    "INFER",
    "Array",
    "Attrs",
    "Node",
    "Shape",
    "emit",
    "interned_count",
    "is_shared",
    "leaf",
    "next_serial",
    "same_value",
    "told_nodes",
    "unique_nodes",
]

Shape = tuple[int, ...]
Attrs = dict[str, Any]
Array = npt.NDArray[Any]

_next_serial = itertools.count().__next__
_NO_ATTRS: Attrs = {}


class Node:
    """One operation: what it is called, what it takes, and the shape and dtype it gives.

    Attributes:
        op: name of the operation, a key of every table (`INFER`, `EVALUATE`, `VJP`, …).
        inputs: the nodes it takes, in order.
        attrs: what else shapes it, such as axes; every value is hashable.
        shape: sizes of the axes, all of them known.
        dtype: type of the elements.
        serial: its place in the order in which nodes were made.
        value: the computed array, or `None` while the node is pending.
    """

    __slots__ = (
        "__weakref__",
        "attrs",
        "dtype",
        "inputs",
        "op",
        "serial",
        "shape",
        "value",
    )

    op: str
    inputs: tuple[Node, ...]
    attrs: Attrs
    shape: Shape
    dtype: DType
    serial: int
    value: Array | None

    def __init__(
        self, op: str, inputs: tuple[Node, ...], attrs: Attrs, shape: Shape, dtype: DType
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.shape = shape
        self.dtype = dtype
        self.serial = _next_serial()
        self.value = None

    @property
    def rank(self) -> int:
        """How many axes the result has."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many elements the result has."""
        return math.prod(self.shape)

    def forget(self) -> None:
        """Drop the way to a value that is already known: from now on the node is a leaf."""
        if self.value is None:
            raise RuntimeError(f"{self.op} has no value yet: it cannot forget its inputs.")
        if self.inputs:
            _INTERNED.pop(_key(self.op, self.inputs, self.attrs), None)
            # Another thread may be about to compute this node too: what it was stays readable.
            self.inputs = ()
            if self.op == "custom_gradient":
                self.attrs = _NO_ATTRS  # the rule holds on to its arguments

    @property
    def is_leaf(self) -> bool:
        """Whether nothing is left but the value."""
        return self.value is not None and not self.inputs

    def __repr__(self) -> str:
        return format_graph([self])


class _Interned(weakref.ref[Node]):
    """A weak reference that knows its key, so that a dead node's entry can be removed."""

    __slots__ = ("key",)

    key: Hashable

    def discard(self) -> None:
        """Remove the entry of a node that is gone, unless it belongs to a newer one."""
        if _INTERNED.get(self.key) is self:
            del _INTERNED[self.key]


class _Mode(threading.local):
    unique_depth = 0

    def __init__(self) -> None:
        self.listeners: list[Callable[[Node], None]] = []


# One number tells both whether nodes are unique and, by its sign, whether somebody listens, so that
# a step of training pays nothing for what is switched off: this is more than tapes get by nesting.
_TOLD = -(1 << 32)

_INTERNED: dict[Hashable, _Interned] = {}
_mode = _Mode()


def _key(op: str, inputs: tuple[Node, ...], attrs: Attrs) -> Hashable:
    # The names of the attributes follow from the operation.
    return (op, inputs, *attrs.values()) if attrs else (op, inputs)


Infer = Callable[[tuple[Node, ...], Attrs], tuple[Shape, DType]]
INFER: dict[str, Infer] = {}
"""For every operation, the rule that gives its result's shape and dtype, or raises an error."""


def emit(op: str, inputs: tuple[Node, ...], attrs: Attrs = _NO_ATTRS) -> Node:
    """The node for `op` on `inputs`: the existing one if there is one, else a new one.

    Raises:
        ShapeError, DTypeError: the inputs do not fit the operation.
    """
    depth = _mode.unique_depth
    if depth:
        shape, dtype = INFER[op](inputs, attrs)
        if depth < 0:
            return _told(Node(op, inputs, attrs, shape, dtype))
        return Node(op, inputs, attrs, shape, dtype)
    key = (op, inputs, *attrs.values()) if attrs else (op, inputs)
    reference = _INTERNED.get(key)
    if reference is not None:
        node = reference()
        if node is not None:
            return node
    shape, dtype = INFER[op](inputs, attrs)
    node = Node(op, inputs, attrs, shape, dtype)
    reference = _Interned(node, _Interned.discard)
    reference.key = key
    _INTERNED[key] = reference
    return node


def leaf(value: Array, dtype: DType) -> Node:
    """A new node that holds `value`, which nobody may write to from now on; never interned."""
    node = Node("data", (), _NO_ATTRS, value.shape, dtype)
    node.value = value
    return node


def same_value(x: Node) -> Node:
    """What an operation gives that changes nothing: not `x` itself.

    If two tensors shared a leaf, a tape that watches one would watch the other.
    """
    return emit("identity", (x,))


def is_shared(node: Node) -> bool:
    """Whether another request for the same operation would give this very node."""
    if node.op == "constant":
        return True
    reference = _INTERNED.get(_key(node.op, node.inputs, node.attrs))
    return reference is not None and reference() is node


def interned_count() -> int:
    """How many nodes the table of interned nodes holds."""
    return len(_INTERNED)


def _told(node: Node) -> Node:
    """A new node, of which the last listener is told."""
    _mode.listeners[-1](node)
    return node


class unique_nodes:  # noqa: N801  (a context manager reads as a verb)
    """While this is entered, every emitted node is its own.

    A recording tape needs it: it tells two equal tensors apart, as their gradients differ.
    """

    __slots__ = ()

    def __enter__(self) -> None:
        _mode.unique_depth += 1

    def __exit__(self, *exception: object) -> None:
        _mode.unique_depth -= 1


class told_nodes:  # noqa: N801
    """While this is entered, a listener is told of every node that is emitted in this thread.

    Every node is its own then. Of several listeners, the one that was entered last is told.

    Args:
        listener: takes the new node.
    """

    __slots__ = ("_listener",)

    def __init__(self, listener: Callable[[Node], None]) -> None:
        self._listener = listener

    def __enter__(self) -> None:
        _mode.listeners.append(self._listener)
        _mode.unique_depth += _TOLD

    def __exit__(self, *exception: object) -> None:
        # Not `pop`: noting may be switched on within a stretch that is noted, and outlive it.
        _mode.unique_depth -= _TOLD
        _mode.listeners.remove(self._listener)


def next_serial() -> int:
    """A number above the serial of every node made so far and below that of every later one."""
    return _next_serial()
