"""The first NaN or infinity: which operation made it, of what, and where that was written.

A number that is not finite spreads: what is made of it is not finite either, up to the loss and to
every weight. From a target that is not finite, `first_nonfinite` goes back through nodes that are
not finite, to those that made something not finite out of finite numbers; the first of these is to
blame. Numbers that nobody asked about and that spread nowhere, such as the logarithm of 0 where
`tf.where` takes the other side, are left alone. Values are worked out by the interpreter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import config
from glassbrook.engine.history import pin_history, unpin_history
from glassbrook.engine.interpreter.run import evaluate
from glassbrook.engine.operands import Operand, operand_of
from glassbrook.graph.node import Node, next_serial
from glassbrook.graph.provenance import Place, noting, place_of

__all__ = ["NonFinite", "Ways", "described", "first_nonfinite", "remembering", "ways_to"]

_MOST_OPERANDS = 4
_serial = attrgetter("serial")
# Operations that hand on elements: an infinity that comes out went in.
_PASSING = frozenset(
    "broadcast_to cast concat distinct gather identity max maximum min minimum pad reshape select "
    "slice transpose".split()
)
# The other inputs of these only keep something within reach.
_OF_FIRST = frozenset({"variable", "custom_gradient"})
_GIVEN = frozenset({"data", "constant", "variable"})
_LOOPS = {"scan": "a loop over time steps (scan)", "while": "a loop (while)"}
_DIVISIONS = frozenset({"div", "reciprocal"})

_ADVICE = {
    "log": "tf.math.log(tf.maximum(x, 1e-7)), as log(0) is -inf, and below 0 there is none",
    "sqrt": "tf.sqrt(tf.maximum(x, 0.0)), as numbers below 0 have no root",
    "rsqrt": "tf.math.rsqrt(tf.maximum(x, 1e-7)), as 1/√0 is infinite",
    "div": "tf.math.divide_no_nan(x, y), or 1e-7 added to y, as y is 0 there",
    "reciprocal": "tf.math.reciprocal_no_nan(x), as x is 0 there",
}
_ADVICE_FOR_GRADIENTS = {
    "log": "tf.math.log(tf.maximum(x, 1e-7)), as the slope of the logarithm at 0 is infinite",
    "sqrt": "tf.sqrt(tf.maximum(x, 1e-12)), as the slope of the root at 0 is infinite",
    "pow": "tf.pow(tf.maximum(x, 1e-12), p), as the slope of a root at 0 is infinite",
    "div": "tf.math.divide_no_nan(x, y), or 1e-7 added to y, as y is 0 there",
}

Array = npt.NDArray[Any]
Ways = Mapping[Node, tuple[Node, ...]]
"""The inputs of nodes that may have forgotten them."""


@dataclass(frozen=True, slots=True)
class NonFinite:
    """An operation that made NaN or infinity, and what it made it of.

    Attributes:
        op: the operation; ``"data"`` for a value that was given, ``"variable"`` for a variable.
        shape: the shape of its result.
        dtype: the name of the dtype of its result.
        index: the place of the first element that is not finite.
        value: that element: NaN, or an infinity.
        count: how many elements are not finite.
        operands: the inputs, abbreviated.
        place: where the operation was written, if that was noted.
        name: the name of the variable, for one.
    """

    op: str
    shape: tuple[int, ...]
    dtype: str
    index: tuple[int, ...]
    value: float
    count: int
    operands: tuple[Operand, ...] = ()
    place: Place | None = None
    name: str = ""

    @property
    def layer(self) -> str:
        """The path of the layer in which it began; of a gradient, in the forward pass."""
        place = self._origin
        return "" if place is None else place.layer

    @property
    def line(self) -> str:
        """The user's line, as ``file:12: text``; empty if it is not known."""
        place = self._origin
        return str(place) if place is not None and place.file else ""

    @property
    def is_gradient(self) -> bool:
        """Whether a gradient rule made it, and not the forward pass."""
        return self.place is not None and bool(self.place.gradient_of)

    @property
    def advice(self) -> str:
        """How to keep the operation from it, if there is a usual way; else empty."""
        if self.place is not None and self.place.gradient_of:
            return _ADVICE_FOR_GRADIENTS.get(self.place.gradient_of, "")
        if self.op in _DIVISIONS and (not self.operands or self.operands[-1].value != 0):
            return ""
        return _ADVICE.get(self.op, "")

    @property
    def _origin(self) -> Place | None:
        if self.place is not None and self.place.forward is not None:
            return self.place.forward
        return self.place

    def __str__(self) -> str:
        return f"{self._what()}{self._where()}{self._inputs()}"

    def _what(self) -> str:
        kind = f"{self.dtype}{list(self.shape)}"
        where = f"at {list(self.index)} of {kind}" if self.shape else f"({kind})"
        more = f", {self.count} elements in all" if self.count > 1 else ""
        if self.op in _GIVEN:
            given = f"the variable {self.name!r}" if self.name else "a value that was given"
            return f"{given} holds {self.value:g} {where}{more}"
        rule = ""
        if self.place is not None and self.place.gradient_of:
            rule = f", in the gradient rule of {self.place.gradient_of},"
        return f"{_LOOPS.get(self.op, self.op)}{rule} gave {self.value:g} {where}{more}"

    def _where(self) -> str:
        place = self._origin
        if place is None:
            return ""
        layer = f", in layer {place.layer!r} ({place.layer_class})" if place.layer else ""
        return f"{layer}, at {self.line}" if self.line else layer

    def _inputs(self) -> str:
        if not self.operands:
            return ""
        shown = [str(each) for each in self.operands[:_MOST_OPERANDS]]
        more = len(self.operands) - len(shown)
        return f". What went in: {'; '.join(shown)}{f'; and {more} more' if more else ''}"


def described(node: Node, result: Array, inputs: Iterable[Array], name: str = "") -> NonFinite:
    """What there is to say of a result that is not finite.

    Args:
        node: the operation.
        result: its value.
        inputs: the values of its inputs.
        name: the name of the variable whose value the node is.
    """
    numbers = _bad_numbers(result)
    assert numbers is not None
    bad = ~np.isfinite(numbers)
    index = tuple(int(each) for each in np.argwhere(bad)[0])
    found = [operand_of(node, place, each, index) for place, each in enumerate(inputs)]
    return NonFinite(
        op=node.op,
        shape=numbers.shape,
        dtype=str(numbers.dtype) if numbers is not result else node.dtype.name,
        index=index,
        value=float(np.real(numbers[index])),
        count=int(bad.sum()),
        operands=tuple(each for each in found if each is not None),
        place=place_of(node),
        name=name,
    )


@contextmanager
def remembering() -> Iterator[list[Node]]:
    """While this is entered, this thread's nodes keep how they came about, and their place.

    Returns:
        The nodes that are made meanwhile.
    """
    intervals = [[float(next_serial()), math.inf]]
    pin_history(id(intervals), intervals)
    try:
        with noting() as nodes:
            yield nodes
    finally:
        unpin_history(id(intervals))


def ways_to(target: Node) -> Ways:
    """The inputs of all nodes that wait for their values, before they are computed and forget."""
    ways: dict[Node, tuple[Node, ...]] = {}
    stack = [target]
    while stack:
        node = stack.pop()
        if node not in ways and node.inputs:
            ways[node] = node.inputs
            stack.extend(each for each in node.inputs if each.value is None)
    return ways


def first_nonfinite(
    targets: Iterable[Node], ways: Ways | None = None, names: Mapping[Node, str] | None = None
) -> NonFinite | None:
    """The operation that was the first to make NaN or infinity on the way to `targets`.

    Args:
        targets: in which order does not matter.
        ways: the inputs of nodes that may have forgotten them.
        names: the names of variables, by the nodes of their values.

    Returns:
        `None` if all targets are finite.
    """
    return _Search(list(targets), ways or {}, names or {}).result()


@dataclass
class _Search:
    """One search: `bad` nodes are not finite, `accepted` ones are infinite by intent."""

    targets: list[Node]
    ways: Ways
    names: Mapping[Node, str]
    bad: set[Node] = field(default_factory=set)
    accepted: set[Node] = field(default_factory=set)

    def result(self) -> NonFinite | None:
        """What is to blame."""
        order = self._order(self.targets)
        for node, value in self._values(order, frozenset()):
            self._judge(node, value)
        blamed = self._blamed()
        return None if blamed is None else self._described(blamed)

    def inputs(self, node: Node) -> tuple[Node, ...]:
        """What a node was made of."""
        inputs = node.inputs or self.ways.get(node, ())
        return inputs[:1] if node.op in _OF_FIRST else inputs

    def _order(self, targets: Iterable[Node]) -> list[Node]:
        """All nodes on the way to `targets`, each after its inputs."""
        found = dict.fromkeys(targets)
        waiting = list(found)
        for node in waiting:  # grows while it is read
            for each in self.inputs(node):
                if each not in found:
                    found[each] = None
                    waiting.append(each)
        return sorted(found, key=_serial)

    def _values(
        self, order: list[Node], kept: frozenset[Node]
    ) -> Iterator[tuple[Node, Array | None]]:
        """The value of each node; `None` where only a call of a traced function knows it."""
        uses: dict[Node, int] = {}
        for node in order:
            for each in self.inputs(node):
                uses[each] = uses.get(each, 0) + 1
        values: dict[Node, Array | None] = {}
        with np.errstate(all="ignore"), _unchecked():
            for node in order:
                value = values[node] = self._value(node, values)
                yield node, value
                for each in self.inputs(node):
                    uses[each] -= 1
                    if not uses[each] and each not in kept:
                        del values[each]

    def _value(self, node: Node, values: Mapping[Node, Array | None]) -> Array | None:
        if node.value is not None:
            return node.value
        if node.op == "input":
            return None
        inputs = [values[each] for each in self.inputs(node)]
        known = [each for each in inputs if each is not None]
        if node.op in _OF_FIRST:
            return known[0] if known else None
        return evaluate(node, known) if len(known) == len(inputs) else None

    def _judge(self, node: Node, value: Array | None) -> None:
        value = None if value is None else _bad_numbers(value)
        if value is None:
            return
        self.bad.add(node)
        if node.op == "constant" or (node.op == "data" and not node.shape):
            passed = True
        else:
            bad = [each for each in self.inputs(node) if each in self.bad]
            passed = bool(bad) and node.op in _PASSING and self.accepted.issuperset(bad)
        # Who writes -inf means it: as a mask of softmax, or where a maximum begins.
        if passed and not np.isnan(value).any():
            self.accepted.add(node)

    def _blamed(self) -> Node | None:
        """The first node that is bad by its own doing, on a way of bad ones from the targets."""
        reached = {each for each in self.targets if each in self.bad}
        waiting = list(reached)
        first: list[Node] = []
        for node in waiting:  # grows while it is read
            bad = [each for each in self.inputs(node) if each in self.bad]
            if node not in self.accepted and self.accepted.issuperset(bad):
                first.append(node)
            for each in bad:
                if each not in reached:
                    reached.add(each)
                    waiting.append(each)
        # If nothing but given infinities is wrong, they are what there is to tell.
        return min(first or reached, key=_serial, default=None)

    def _described(self, node: Node) -> NonFinite:
        inputs = self.inputs(node)
        kept = frozenset([*inputs, node])
        found: dict[Node, Array] = {}
        for each, value in self._values(self._order([node]), kept):
            if each in kept and value is not None:
                found[each] = value
        arrays = [found[each] for each in inputs if each in found]
        name = self.names.get(node, "")
        return described(node, found[node], arrays if len(arrays) == len(inputs) else (), name)


def _bad_numbers(value: Array) -> Array | None:
    """A value if it is not finite; of the results of a loop, the first that is not."""
    if value.dtype.kind == "O" and isinstance(value[()] if not value.shape else None, list):
        found = (_bad_numbers(np.asarray(each)) for each in value[()])
        return next((each for each in found if each is not None), None)
    if value.dtype.kind not in "fc" or np.isfinite(value).all():
        return None
    return value


@contextmanager
def _unchecked() -> Iterator[None]:
    """While this is entered, the interpreter lets NaN and infinity pass."""
    before, config.check_numerics = config.check_numerics, False
    try:
        yield
    finally:
        config.check_numerics = before
