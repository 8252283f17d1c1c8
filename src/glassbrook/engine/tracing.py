"""Traces: what a Python function does, as a graph whose leaves are known at each call only.

While a thread traces, the arguments of the function and the variables that it touches are `input`
nodes. Variables are left alone: a trace keeps their present nodes, reads and assignments in order.
What Python must work out anew at each call, such as the learning rate of a step or the seed of
random numbers, is *supplied*; what must be done after each call, such as printing, is an *effect*.

If Python needs a value that only a call knows, as in ``if x > 0:``, the trace ends with
`NeedsValue`, and whoever traced goes another way.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

import numpy as np

from glassbrook.dtypes import DType, int32
from glassbrook.errors import DTypeError, InvalidArgumentError, user_line
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Array, Node, Shape, leaf, next_serial
from glassbrook.graph.printer import format_type, topological_order

__all__ = [
    "Closing",
    "Effect",
    "NeedsValue",
    "Owner",
    "State",
    "Supply",
    "Trace",
    "active",
    "depends_on_call",
    "give_up",
    "is_tracing",
    "need_value",
    "require_known",
    "supplied",
    "supplied_group",
    "suspended",
]


class NeedsValue(BaseException):
    """A trace cannot go on: Python needs a value that only a call knows.

    Attributes:
        reason: what is needed, as part of a sentence.
        place: the user's line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = user_line()


class Owner(Protocol):
    """A variable, as a trace sees it."""

    def stored_node(self) -> Node:
        """Its present version outside of all traces."""


class State:
    """A variable within a trace.

    Attributes:
        owner: the variable.
        input: the node that stands for its value when the function is called.
        node: its present node: `input`, or what was assigned last.
    """

    __slots__ = ("input", "node", "owner")

    def __init__(self, owner: Owner, input: Node) -> None:
        self.owner = owner
        self.input = input
        self.node = input

    @property
    def assigned(self) -> bool:
        """Whether it was assigned within the trace."""
        return self.node is not self.input


class Supply:
    """Values that Python works out anew for each call.

    Attributes:
        function: takes how many calls ahead of the next one, and gives one array per node.
        nodes: the `input` nodes that stand for the values.
    """

    __slots__ = ("function", "nodes")

    def __init__(self, function: Callable[[int], Sequence[Array]], nodes: tuple[Node, ...]) -> None:
        self.function = function
        self.nodes = nodes


class Effect:
    """What is to be done after each call with some of the values.

    Attributes:
        function: takes the values of `nodes`.
        nodes: of which nodes the values are needed.
    """

    __slots__ = ("function", "nodes")

    def __init__(self, function: Callable[..., None], nodes: tuple[Node, ...]) -> None:
        self.function = function
        self.nodes = nodes


MOST_TENSORS = 10_000
"""How many tensors a function may make while it is traced; an unrolled loop may make any number."""


class _Active(threading.local):
    trace: Trace | None = None


active = _Active()
"""The trace that runs in this thread, if one does: ``active.trace``."""


def is_tracing() -> bool:
    """Whether this thread traces a function."""
    return active.trace is not None


def give_up(reason: str) -> None:
    """End the trace, if there is one: `reason` cannot be part of a graph.

    Raises:
        NeedsValue: there is a trace.
    """
    if active.trace is not None:
        raise NeedsValue(reason)


def need_value(node: Node) -> NoReturn:
    """The engine came to an `input` node, whose value only a call knows.

    Raises:
        NeedsValue: the node belongs to the trace that runs.
        DTypeError: it belongs to one that has ended.
    """
    if active.trace is not None:
        raise NeedsValue(_described(node))
    raise DTypeError(
        f"A tensor of shape {list(node.shape)} and dtype {node.dtype.name} is out of scope: it was "
        "made while a tf.function was traced, and has no value outside of it. Return it from the "
        "function, or assign it to a tf.Variable."
    )


def _described(node: Node) -> str:
    return f"the value of a tensor, {node.op} {format_type(node)}"


def require_known(nodes: Sequence[Node]) -> None:
    """Raise `NeedsValue` if a trace runs and one of `nodes` depends on what only a call knows."""
    for node in nodes:
        if depends_on_call(node):
            raise NeedsValue(_described(node))


def depends_on_call(target: Node) -> bool:
    """Whether the value of a node is known at each call of a traced function only."""
    seen: set[Node] = set()
    stack = [target]
    while stack:
        node = stack.pop()
        if node.value is None and node not in seen:
            if node.op == "input":
                return True
            seen.add(node)
            stack.extend(node.inputs)
    return False


@contextmanager
def suspended() -> Iterator[None]:
    """While this is entered, the thread does not trace: variables are the real ones."""
    before, active.trace = active.trace, None
    try:
        yield
    finally:
        active.trace = before


def supplied(function: Callable[[int], Array], dtype: DType, shape: Shape) -> Node:
    """A leaf whose value Python works out anew for each call of the function that is traced.

    Args:
        function: takes how many calls ahead of the next one, 0 for the next one itself. It is
            called once for each call, in their order.
        dtype: the dtype of what it gives.
        shape: the shape of what it gives.

    Returns:
        An `input` node; or, if nothing is traced, a leaf of ``function(0)``.
    """
    trace = active.trace
    if trace is None:
        return leaf(function(0), dtype)
    return trace.supply(lambda ahead: (function(ahead),), ((shape, dtype),))[0]


def supplied_group(
    function: Callable[[int], Sequence[Array]], types: Sequence[tuple[Shape, DType]]
) -> tuple[Node, ...]:
    """Several leaves whose values come from one function; see `supplied`."""
    trace = active.trace
    if trace is None:
        values = function(0)
        return tuple([leaf(value, dtype) for value, (_, dtype) in zip(values, types, strict=True)])
    return trace.supply(function, types)


class Trace:
    """What a function has done so far.

    A trace may be a part of another: a branch, or the body of a loop.

    Args:
        may_create: whether variables may be created.
        unrolls: whether ``for`` loops over tensors are traced turn by turn.

    Attributes:
        start: the serial above those of all nodes made before.
        arguments: the `input` nodes of the arguments, in order.
        states: the variables that were touched, by their `id`, in order of first use.
        supplies: what Python supplies to each call.
        effects: what is done after each call.
        created: the variables that were created.
        notes: what users of the trace want to remember as long as it lasts.
        outer: the trace that this one is a part of, if there is one.
        loops: whether it is the body of a loop.
        turns: how often that body runs, if it is known.
        native_loops: how many ``for`` loops over tensors became loops of the graph.
        broken_loop: whether one of them turned out to be none, too late to end the trace.
    """

    def __init__(self, *, may_create: bool = True, unrolls: bool = False) -> None:
        self.start = next_serial()
        self.may_create = may_create
        self.unrolls = unrolls
        self.arguments: list[Node] = []
        self.states: dict[int, State] = {}
        self.supplies: list[Supply] = []
        self.effects: list[Effect] = []
        self.created: list[Any] = []
        self.notes: dict[Any, Any] = {}
        self.outer: Trace | None = None
        self.is_part = False
        self.loops = False
        self.turns: int | None = None
        self.native_loops = 0
        self.broken_loop = False
        self._turn: Node | None = None
        self._arrays: dict[Node, Array] = {}
        self._made: list[weakref.ref[Any]] = []

    @classmethod
    def branch(cls, outer: Trace) -> Trace:
        """A trace for a part that runs at most once in each call."""
        trace = cls()
        trace.outer, trace.is_part = outer, True
        return trace

    @classmethod
    def loop(cls, outer: Trace | None, turns: int | None = None) -> Trace:
        """A trace for the body of a loop, within a trace or outside of all."""
        trace = cls()
        trace.outer, trace.is_part, trace.loops, trace.turns = outer, True, True, turns
        return trace

    @property
    def root(self) -> Trace:
        """The trace that this one is a part of in the end."""
        return self if self.outer is None else self.outer.root

    def turn(self) -> Node:
        """How many turns the loop has done before, an int32 scalar: one more argument."""
        if self._turn is None:
            self._turn = self.argument((), int32)
        return self._turn

    @property
    def counts_turns(self) -> bool:
        """Whether somebody asked for `turn`, the last of the arguments then."""
        return self._turn is not None

    @contextmanager
    def running(self) -> Iterator[None]:
        """While this is entered, the thread traces into this trace."""
        before, active.trace = active.trace, self
        try:
            yield
        finally:
            active.trace = before

    @contextmanager
    def outside(self) -> Iterator[None]:
        """While this is entered, the thread traces into what this trace is a part of."""
        before, active.trace = active.trace, self.outer
        try:
            yield
        finally:
            active.trace = before

    def argument(self, shape: Shape, dtype: DType, array: Array | None = None) -> Node:
        """An `input` node for the next argument; `array` is its value in the call at hand."""
        node = _input(shape, dtype)
        self.arguments.append(node)
        if array is not None:
            self._arrays[node] = array
        return node

    def argument_value(self, node: Node) -> Array | None:
        """The value of an argument in the call at hand, if it is known; it may differ in others."""
        return self._arrays.get(node)

    def state(self, owner: Owner) -> State:
        """What the trace knows about a variable."""
        state = self.states.get(id(owner))
        if state is None:
            like = owner.stored_node()
            state = self.states[id(owner)] = State(owner, _input(like.shape, like.dtype))
        return state

    def supply(
        self, function: Callable[[int], Sequence[Array]], types: Sequence[tuple[Shape, DType]]
    ) -> tuple[Node, ...]:
        """Leaves whose values `function` gives anew for each call."""
        if self.is_part:
            return self._supply_part(function, types)
        nodes = tuple([_input(shape, dtype) for shape, dtype in types])
        self.supplies.append(Supply(function, nodes))
        return nodes

    def _supply_part(
        self, function: Callable[[int], Sequence[Array]], types: Sequence[tuple[Shape, DType]]
    ) -> tuple[Node, ...]:
        """What is supplied to a part: by the trace outside, for all turns of a loop at once."""
        outer, turns = self.outer, self.turns
        if outer is None or (self.loops and turns is None):
            raise NeedsValue("a number that changes from turn to turn")
        if turns is None:
            return outer.supply(function, types)

        def for_all_turns(ahead: int) -> list[Array]:
            first = ahead * turns
            values = [function(first + turn) for turn in range(turns)]
            return [np.stack(column) for column in zip(*values, strict=True)]

        stacked = outer.supply(for_all_turns, [((turns, *shape), dtype) for shape, dtype in types])
        return tuple([build.gather(node, self.turn()) for node in stacked])

    def effect(self, function: Callable[..., None], nodes: Sequence[Node]) -> None:
        """Let `function` be called with the values of `nodes` after each call."""
        if self.is_part:
            raise NeedsValue("an effect, such as printing, in a branch or a loop")
        self.effects.append(Effect(function, tuple(nodes)))

    def create(self, owner: Owner, initial: Node) -> Node:
        """Note a variable that is being created; give the leaf that holds its first value.

        Raises:
            ValueError: the function has been traced before.
        """
        if not self.may_create:
            raise InvalidArgumentError(
                "tf.function only supports singleton tf.Variables created on the first call. Make "
                "sure the tf.Variable is only created once or created outside tf.function, as in "
                "`if self.v is None: self.v = tf.Variable(...)`. Layers are made in __init__, "
                "not in call."
            )
        self.created.append(owner)
        return leaf(self.value_now(initial), initial.dtype)

    def value_now(self, node: Node) -> Array:
        """The value that a node of the trace has in the call at hand."""
        # The engine's interpreter knows nothing of traces.
        from glassbrook.engine.interpreter.closed import Steps

        if self.is_part:
            raise NeedsValue("the first value of a variable")
        closing = Closing(self.start)
        results = closing.close([node])
        graph = ClosedGraph(tuple(closing.inputs), results)
        with suspended():
            arrays = [self._array_now(each) for each in closing.sources]
            return Steps(graph).results(arrays)[0].copy()

    def _array_now(self, node: Node) -> Array:
        for state in self.states.values():
            if state.input is node:
                node = state.owner.stored_node()
        for supply in self.supplies:
            if node in supply.nodes:
                return supply.function(0)[supply.nodes.index(node)]
        if node in self._arrays:
            return self._arrays[node]
        return known_value(node)

    def note_made(self, holder: Any) -> None:
        """Note a tensor that was made while tracing."""
        self._made.append(weakref.ref(holder))
        if len(self._made) > MOST_TENSORS:
            raise NeedsValue(
                f"a loop of the graph, such as tf.while_loop, in place of {MOST_TENSORS:,} tensors "
                "one by one"
            )

    def survivors(self) -> list[Any]:
        """The tensors made while tracing that somebody still holds."""
        return [each for reference in self._made if (each := reference()) is not None]

    def is_complete(self, nodes: Sequence[Node]) -> bool:
        """Whether `nodes` depend on no `input` nodes but those of this trace."""
        known = {*self.arguments}
        known.update(state.input for state in self.states.values())
        known.update(node for supply in self.supplies for node in supply.nodes)
        return all(node.op != "input" or node in known for node in topological_order(nodes))


def _input(shape: Shape, dtype: DType) -> Node:
    """A node of its own, which stands for a value of a trace."""
    return Node("input", (), {"index": -1, "shape": shape, "dtype": dtype}, shape, dtype)


def known_value(node: Node) -> Array:
    """The value of a node outside of traces, computed if it waits for one."""
    if node.value is None:
        from glassbrook.engine.realize import realize

        realize([node])
    assert node.value is not None
    return node.value


class Closing:
    """Copies what was traced onto inputs of its own, for a `ClosedGraph`.

    What a trace starts from becomes an input: its own `input` nodes, values, and whatever was made
    before `start`. Nodes that only matter for gradients are left out.

    Args:
        start: nodes with a lower serial are inputs.
        inputs: nodes of the trace that are the first inputs, used or not.
        differentiable: whether gradients will be asked for, so that they must stay stopped where
            the trace stops them.

    Attributes:
        inputs: the inputs of the closed graph.
        sources: for each of them, the node that it stands for.
        has_rules: whether there was a node with a gradient rule of the user's own.
    """

    def __init__(
        self, start: int, inputs: Sequence[Node] = (), *, differentiable: bool = False
    ) -> None:
        self._start = start
        self._differentiable = differentiable
        self._closed: dict[Node, Node] = {}
        self.inputs: list[Node] = []
        self.sources: list[Node] = []
        self.has_rules = False
        for node in inputs:
            self.input(node)

    def input(self, node: Node) -> Node:
        """The input that stands for a node; a new one at its first use."""
        closed = self._closed.get(node)
        if closed is None:
            attrs = {"index": len(self.inputs), "shape": node.shape, "dtype": node.dtype}
            closed = self._closed[node] = Node("input", (), attrs, node.shape, node.dtype)
            self.inputs.append(closed)
            self.sources.append(node)
        return closed

    def close(self, results: Sequence[Node]) -> tuple[Node, ...]:
        """Copies of `results` and of all that they need."""
        closed = self._closed
        stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(results)]
        while stack:
            node, inputs_done = stack.pop()
            if inputs_done:
                closed[node] = self._copy(node)
            elif node not in closed:
                if self._is_input(node):
                    self.input(node)
                else:
                    stack.append((node, True))
                    stack.extend((each, False) for each in reversed(node.inputs))
        return tuple([closed[node] for node in results])

    def _is_input(self, node: Node) -> bool:
        if node.op in ("constant", "iota"):
            return False
        return node.op == "input" or node.value is not None or node.serial < self._start

    def _copy(self, node: Node) -> Node:
        op = node.op
        if op in ("identity", "variable", "custom_gradient"):
            self.has_rules |= op == "custom_gradient"
            inner = self._closed[node.inputs[0]]
            if op == "variable" and self._differentiable:
                return Node("stop_gradient", (inner,), {}, node.shape, node.dtype)
            return inner
        inputs = tuple([self._closed[each] for each in node.inputs])
        return Node(op, inputs, node.attrs, node.shape, node.dtype)
