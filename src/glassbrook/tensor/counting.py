"""Loops whose number of turns is known before they run: gradients flow through them.

What the condition of a loop depends on is often known while a function is traced: a counter and
its limit. It is then run ahead, alone, and the loop becomes a scan of that many turns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassbrook.engine.interpreter.closed import Steps
from glassbrook.engine.tracing import (
    Closing,
    NeedsValue,
    Trace,
    depends_on_call,
    known_value,
    suspended,
)
from glassbrook.gradients.scan import with_residuals
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, shared
from glassbrook.graph.node import Array, Node
from glassbrook.graph.printer import topological_order
from glassbrook.tensor.loops import read_outside

__all__ = ["close_counted_loop"]

_MOST_TURNS = 1_000_000


def close_counted_loop(
    trace: Trace, initial: Sequence[Node], condition: Node, following: Sequence[Node]
) -> list[Node]:
    """Make a loop of the graph through which gradients flow; call it outside of the body's trace.

    Args:
        trace: that of the body.
        initial: the first values of its arguments.
        condition: whether there is another turn, a truth value.
        following: the next values of the arguments.

    Returns:
        The nodes of the last values.

    Raises:
        NeedsValue: the number of turns depends on what only a call knows, the body assigns a
            variable, or it has a gradient of the user's own.
    """
    if any(state.assigned for state in trace.states.values()):
        raise NeedsValue("the gradient of a loop that assigns a variable")
    closing = Closing(trace.start, trace.arguments, differentiable=True)
    goes_on, *outputs = closing.close([condition, *following])
    if closing.has_rules:
        raise NeedsValue("the gradient of a loop with a gradient of the user's own")
    turns = _turns(closing, initial, goes_on, outputs)
    states = {state.input: state for state in trace.states.values()}
    captured = [
        read_outside(states[node]) if node in states else node
        for node in closing.sources[len(initial) :]
    ]
    body = shared(ClosedGraph(tuple(closing.inputs), tuple(outputs)))
    body = with_residuals(body, len(initial), 0)
    bundle = build.scan(initial, [], captured, body, turns)
    return [build.scanned(bundle, index) for index in range(len(initial))]


def _turns(
    closing: Closing, initial: Sequence[Node], condition: Node, following: Sequence[Node]
) -> int:
    """How many turns there are, found by running what the condition depends on."""
    places = {node: place for place, node in enumerate(closing.inputs)}
    needed: set[int] = set()
    found = _places_in([condition], places)
    while found != needed:
        needed = found
        carried = [following[place] for place in needed if place < len(initial)]
        found = needed | _places_in(carried, places)
    sources = [*initial, *closing.sources[len(initial) :]]
    values: list[Array] = [np.zeros(())] * len(sources)
    for place in needed:
        values[place] = _known(sources[place])
    counters = sorted(place for place in needed if place < len(initial))
    results = (condition, *(following[place] for place in counters))
    steps = Steps(ClosedGraph(tuple(closing.inputs), results))
    for turn in range(_MOST_TURNS):
        goes_on, *after = steps.results(values)
        if not goes_on.reshape(())[()]:
            return turn
        for place, value in zip(counters, after, strict=True):
            values[place] = value
    raise NeedsValue(f"the gradient of a loop of more than {_MOST_TURNS:,} turns")


def _places_in(nodes: Sequence[Node], places: dict[Node, int]) -> set[int]:
    return {places[each] for each in topological_order(nodes) if each in places}


def _known(node: Node) -> Array:
    if depends_on_call(node):
        raise NeedsValue("the number of turns of a loop, to know its gradient")
    with suspended():
        return known_value(node)
