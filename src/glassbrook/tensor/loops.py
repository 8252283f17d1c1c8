"""Loops of a graph: the body of a loop that was traced, closed; and ``for`` over a tensor.

A ``for`` loop over a tensor within `tf.function` calls its body once, with an element that stands
for all of them. If the body has done nothing but to change variables, it becomes a loop of the
graph. If it has rebound local names, kept tensors, or left the loop, the function is traced again
with its loops unrolled.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

from glassbrook.dtypes import int32
from glassbrook.engine.tracing import Closing, NeedsValue, State, Trace, active
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node
from glassbrook.tensor import nest, recording

__all__ = ["assign_outside", "close_loop", "elements", "is_for_loop", "read_outside"]

_FEWEST_TURNS = 17
_NESTED_LEVELS = 3


def read_outside(state: State) -> Node:
    """The present node of a variable outside of the part that touched it."""
    variable: Any = state.owner
    node: Node = variable.used_node()
    return node


def assign_outside(owner: Any, node: Node) -> None:
    """Assign to a variable outside of the part that assigned it."""
    owner.assign_node(node, "assign")


def close_loop(
    trace: Trace, initial: Sequence[Node], condition: Node, following: Sequence[Node]
) -> list[Node]:
    """Make a loop of the graph; call it outside of the body's trace.

    Args:
        trace: that of the body. Variables that it assigned get their last values.
        initial: the first values of its arguments.
        condition: whether there is another turn, a truth value.
        following: the next values of the arguments.

    Returns:
        The nodes of the last values.
    """
    assigned = [state for state in trace.states.values() if state.assigned]
    carried = [*trace.arguments, *(state.input for state in assigned)]
    closing = Closing(trace.start, carried)
    closed_condition = closing.close([condition])
    closed_body = closing.close([*following, *(state.node for state in assigned)])
    inputs = tuple(closing.inputs)
    states = {state.input: state for state in trace.states.values()}
    captured = [
        read_outside(states[node]) if node in states else node
        for node in closing.sources[len(carried) :]
    ]
    outputs = build.while_loop(
        [*initial, *(read_outside(state) for state in assigned)],
        captured,
        ClosedGraph(inputs, closed_condition),
        ClosedGraph(inputs, closed_body),
    )
    for state, node in zip(assigned, outputs[len(initial) :], strict=True):
        assign_outside(state.owner, node)
    return outputs


def is_for_loop(frame: FrameType, count: int) -> bool:
    """Whether a frame is about to begin a long ``for`` loop that may become one of the graph."""
    trace = active.trace
    if trace is None or count < _FEWEST_TURNS or trace.root.unrolls or recording.thread.active:
        return False
    # In `for i, x in enumerate(tensor)` it is enumerate that iterates.
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] == "GET_ITER"


def elements(x: Node, make: Callable[[Node], Any], frame: FrameType) -> Iterator[Any]:
    """One element of a tensor that stands for all of them, for the ``for`` loop of `frame`.

    Args:
        x: the node of the tensor.
        make: makes a tensor of a node.
        frame: where the loop runs.

    Raises:
        NeedsValue: the body did more than to change variables.
    """
    outer = active.trace
    assert outer is not None
    count = x.shape[0]
    trace = Trace.loop(outer, count)
    outer.root.native_loops += 1
    before = dict(frame.f_locals)
    finished = False
    active.trace = trace
    try:
        element = make(build.gather(x, trace.turn()))
        yield element
        finished = active.trace is trace
    finally:
        if active.trace is trace:
            active.trace = outer
        outer.root.broken_loop |= not finished
    _check_body(trace, before, frame.f_locals, element)
    one, turns = build.constant(1, int32), build.constant(count, int32)
    close_loop(
        trace,
        [build.constant(0, int32)],
        build.less(trace.turn(), turns),
        [build.add(trace.turn(), one)],
    )


def _check_body(trace: Trace, before: dict[str, Any], after: dict[str, Any], element: Any) -> None:
    """Raise `NeedsValue` if the body of a loop did more than to change variables."""
    for name, value in before.items():
        new = after.get(name)
        if new is not value and new is not element:
            raise NeedsValue(f"the values of {name!r} from turn to turn")
    local: set[int] = set()
    for name, value in after.items():
        if name not in before or value is element:
            _collect(value, local, _NESTED_LEVELS)
    if any(id(each) not in local for each in trace.survivors()):
        raise NeedsValue("the tensors that the body of a loop keeps")


def _collect(value: Any, found: set[int], levels: int) -> None:
    """The identities of a value, and of what is in it if it is a structure."""
    found.add(id(value))
    if levels and nest.is_nested(value):
        for each in nest.children(value):
            _collect(each, found, levels - 1)
