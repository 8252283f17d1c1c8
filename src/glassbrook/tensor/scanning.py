"""Loops over the slices of tensors that are part of a graph, and through which gradients flow.

The turn of such a loop is traced once. What does not depend on what is carried from turn to turn is
taken out: products of slices with weights become one product for all turns, before the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glassbrook.dtypes import int32
from glassbrook.engine.tracing import Closing, NeedsValue, Trace, active, give_up
from glassbrook.errors import ShapeError
from glassbrook.gradients.scan import with_residuals
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, shared
from glassbrook.graph.node import Node
from glassbrook.tensor import recording
from glassbrook.tensor.hoisting import hoisted
from glassbrook.tensor.loops import read_outside

__all__ = ["Turn", "scan", "unrolled_scan"]

Turn = Callable[[list[Node], list[Node]], tuple[Sequence[Node], Sequence[Node]]]
"""From carried values and slices to the next carried values and the outputs of a turn."""


def scan(
    turn: Turn, initial: Sequence[Node], sequences: Sequence[Node], *, reverse: bool = False
) -> tuple[list[Node], list[Node]]:
    """Do a turn for each slice of some tensors, carrying values along.

    Args:
        turn: called once, with nodes that stand for the values of all turns.
        initial: the first values of what is carried.
        sequences: at least one tensor; all have the same first axis.
        reverse: whether to begin with the last slices. Outputs stay beside their slices.

    Returns:
        The last values of what is carried, and the outputs of all turns, stacked.

    Raises:
        NeedsValue: the turn cannot be part of a graph, as Python needs a value in it, or as it
            assigns a variable.
        ShapeError: a carried value changes its shape or dtype.
    """
    length = sequences[0].shape[0]
    records = bool(recording.thread.active)
    trace = Trace.loop(active.trace, length)
    following, outputs = _traced(turn, trace, initial, sequences)
    _check(initial, following)
    sequences = list(sequences)
    if trace.counts_turns:
        sequences.append(build.iota(length, int32))
    body, captured = _closed(trace, [*following, *outputs], differentiable=records)
    body, sequences, captured = hoisted(body, len(initial), sequences, captured)
    body = shared(body)
    if records:
        body = with_residuals(body, len(initial), len(sequences))
    bundle = build.scan(initial, sequences, captured, body, length, reverse)
    count = len(following) + len(outputs)
    found = [build.scanned(bundle, index) for index in range(count)]
    return found[: len(initial)], found[len(initial) :]


def _traced(
    turn: Turn, trace: Trace, initial: Sequence[Node], sequences: Sequence[Node]
) -> tuple[Sequence[Node], Sequence[Node]]:
    """What a turn does with arguments of a trace; no tape listens."""
    carried = [trace.argument(each.shape, each.dtype) for each in initial]
    slices = [trace.argument(each.shape[1:], each.dtype) for each in sequences]
    heard, recording.thread.active = recording.thread.active, []
    try:
        with trace.running():
            results = turn(carried, slices)
            if any(state.assigned for state in trace.states.values()):
                give_up("a loop over the slices of a tensor that assigns a variable")
    finally:
        recording.thread.active = heard
    return results


def _closed(
    trace: Trace, results: Sequence[Node], *, differentiable: bool
) -> tuple[ClosedGraph, list[Node]]:
    """A turn as a graph of its own, and what it takes from outside besides its arguments."""
    closing = Closing(trace.start, trace.arguments, differentiable=differentiable)
    outputs = closing.close(results)
    if closing.has_rules and differentiable:
        raise NeedsValue("a gradient of the user's own, in a loop over the slices of a tensor")
    states = {state.input: state for state in trace.states.values()}
    captured = [
        read_outside(states[node]) if node in states else node
        for node in closing.sources[len(trace.arguments) :]
    ]
    return ClosedGraph(tuple(closing.inputs), outputs), captured


def _check(before: Sequence[Node], after: Sequence[Node]) -> None:
    for old, new in zip(before, after, strict=True):
        if old.shape != new.shape or old.dtype is not new.dtype:
            raise ShapeError(
                f"A state enters a loop with shape {list(old.shape)} and dtype {old.dtype.name}, "
                f"but has shape {list(new.shape)} and dtype {new.dtype.name} after one turn. It "
                "must stay the same."
            )


def unrolled_scan(
    turn: Turn, initial: Sequence[Node], sequences: Sequence[Node], *, reverse: bool = False
) -> tuple[list[Node], list[Node]]:
    """What `scan` gives, by calling the turn in Python for each slice."""
    length = sequences[0].shape[0]
    carried = list(initial)
    rows: list[Sequence[Node]] = []
    for place in reversed(range(length)) if reverse else range(length):
        following, outputs = turn(carried, [_slice(each, place) for each in sequences])
        _check(carried, following)
        carried = list(following)
        rows.append(outputs)
    if reverse:
        rows.reverse()
    columns = zip(*rows, strict=True)
    stacked = [
        build.concat([build.expand_dims(each, 0) for each in column], 0) for column in columns
    ]
    return carried, stacked


def _slice(x: Node, place: int) -> Node:
    row = build.slice(x, (place, *(0,) * (x.rank - 1)), (1, *x.shape[1:]))
    return build.reshape(row, x.shape[1:])
