"""A cell applied to one time step after the other, with masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from glassbrook.engine.tracing import NeedsValue, Trace, active
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.tensor import Tensor, as_node, nest, recording
from glassbrook.tensor.scanning import scan, unrolled_scan

__all__ = ["Results", "run_steps"]

Step = Callable[[Any, Any], tuple[Any, Any]]


class Results(NamedTuple):
    """What came of all time steps.

    Attributes:
        last: the last output.
        outputs: the outputs of all time steps, [batch, time, …], or `None` if nobody wants them.
        states: the last states.
    """

    last: Tensor
    outputs: Tensor | None
    states: Any


class _Steps:
    """The time steps of one call of a layer.

    What is carried from step to step: the states, and for masks that repeat an output, the output.
    """

    def __init__(self, step: Step, inputs: Any, states: Any, mask: Node | None) -> None:
        self._step = step
        self._inputs = inputs
        self._states = states
        self._mask = mask
        self._count = len(nest.flatten(states))
        self.sequences = [_time_first(as_node(each)) for each in nest.flatten(inputs)]
        if mask is not None:
            self.sequences.append(_time_first(mask))
        self.initial = [as_node(each) for each in nest.flatten(states)]
        # Which of the next states is the output, if one is.
        self.output_state: int | None = None
        self.repeats = False
        self._zero: Node | None = None

    def carry_output(self) -> None:
        """Let masked steps repeat the output of the step before; the first one gives zeros."""
        output = self._probed()
        self.repeats = True
        self.initial.append(build.zeros(output.shape, output.dtype))

    def _probed(self) -> Node:
        """An output, of which nothing is computed but its shape."""
        trace = Trace.loop(active.trace, self.sequences[0].shape[0])
        heard, recording.thread.active = recording.thread.active, []
        try:
            with trace.running():
                carried = [trace.argument(each.shape, each.dtype) for each in self.initial]
                slices = [trace.argument(each.shape[1:], each.dtype) for each in self.sequences]
                return self._called(carried, slices)[0]
        finally:
            recording.thread.active = heard

    def _called(self, carried: Sequence[Node], slices: Sequence[Node]) -> tuple[Node, list[Node]]:
        """The output of the cell and its next states."""
        count = len(nest.flatten(self._inputs))
        inputs = nest.pack_like(self._inputs, [Tensor(each) for each in slices[:count]])
        states = nest.pack_like(self._states, [Tensor(each) for each in carried[: self._count]])
        output, following = self._step(inputs, states)
        flat = [as_node(each) for each in nest.flatten(following)]
        if len(flat) != self._count:
            raise InvalidArgumentError(
                f"RNN: the cell was given {self._count} states, but it returned {len(flat)}. It "
                "must return its output and the next states: return output, [state]."
            )
        return as_node(output), flat

    def turn(
        self, carried: Sequence[Node], slices: Sequence[Node]
    ) -> tuple[list[Node], list[Node]]:
        """One time step: from what is carried to what is carried on, and the output."""
        output, states = self._called(carried, slices)
        if self._mask is None:
            matches = [place for place, each in enumerate(states) if each is output]
            self.output_state = matches[0] if matches else None
            return states, [output]
        counts = slices[-1]
        before = carried[self._count] if self.repeats else build.zeros(output.shape, output.dtype)
        output = _where(counts, output, before)
        states = [
            _where(counts, new, old)
            for new, old in zip(states, carried[: self._count], strict=True)
        ]
        return [*states, output] if self.repeats else states, [output]

    def results(self, last: list[Node], stacked: Node, reverse: bool, wanted: bool) -> Results:
        """What is given to whoever called the layer."""
        states = nest.pack_like(self._states, [Tensor(each) for each in last[: self._count]])
        if self.repeats:
            output = last[self._count]
        elif self.output_state is not None:
            output = last[self.output_state]
        else:
            length = stacked.shape[0]
            place = 0 if reverse else length - 1
            begin = (place, *(0,) * (stacked.rank - 1))
            row = build.slice(stacked, begin, (1, *stacked.shape[1:]))
            output = build.reshape(row, stacked.shape[1:])
        outputs = None
        if wanted:
            if reverse:
                stacked = _reversed(stacked)
            outputs = Tensor(_time_first(stacked))
        return Results(Tensor(output), outputs, states)


def run_steps(
    step: Step,
    inputs: Any,
    states: Any,
    mask: Any = None,
    *,
    go_backwards: bool = False,
    zero_output_for_mask: bool = False,
    all_outputs: bool = True,
) -> Results:
    """Apply a step to the inputs of one time step after the other.

    Args:
        step: takes the inputs of a time step and the states; gives the output and the next states.
        inputs: a tensor of shape [batch, time, …], or a structure of some.
        states: the first states, a structure of tensors.
        mask: true where a time step counts, [batch, time]. Elsewhere the states stay, and the
            output is that of the step before.
        go_backwards: whether to begin with the last time step. Outputs are in the order of steps.
        zero_output_for_mask: whether the output of steps that do not count is 0 instead.
        all_outputs: whether the outputs of all steps are wanted.

    Raises:
        InvalidArgumentError: the step gives another number of states than it takes.
    """
    node = None if mask is None else as_node(mask)
    if node is not None and not node.dtype.is_bool:
        node = build.not_equal(node, build.zeros((), node.dtype))
    steps = _Steps(step, inputs, states, node)
    try:
        if node is not None and not zero_output_for_mask:
            steps.carry_output()
        last, stacked = scan(steps.turn, steps.initial, steps.sequences, reverse=go_backwards)
    except NeedsValue:
        # Python needs a value within the cell, or the cell keeps one: step by step, then.
        if node is not None and not zero_output_for_mask and not steps.repeats:
            raise
        last, stacked = unrolled_scan(
            steps.turn, steps.initial, steps.sequences, reverse=go_backwards
        )
    return steps.results(last, stacked[0], go_backwards, all_outputs)


def _time_first(x: Node) -> Node:
    """The first two axes exchanged."""
    return build.transpose(x, (1, 0, *range(2, x.rank)))


def _reversed(x: Node) -> Node:
    begin = (x.shape[0] - 1, *(0,) * (x.rank - 1))
    return build.slice(x, begin, x.shape, (-1, *(1,) * (x.rank - 1)))


def _where(counts: Node, new: Node, old: Node) -> Node:
    """New values where a sequence's time step counts, old ones elsewhere."""
    counts = build.reshape(counts, (counts.shape[0], *(1,) * (new.rank - 1)))
    return build.select(build.broadcast_to(counts, new.shape), new, old)
