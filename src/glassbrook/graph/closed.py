"""`ClosedGraph`: a graph as a function, whose leaves are inputs instead of values.

It is what the engines turn into programs: the pending graph of a training step, or the trace of a
function, with every array that it starts from replaced by an `input` node. The same closed graph
serves whatever arrays are passed in.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from glassbrook.dtypes import DType
from glassbrook.graph.node import Array, Node, Shape, emit
from glassbrook.graph.printer import format_graph, topological_order

__all__ = ["ClosedGraph", "Program", "input_node", "shared"]


def input_node(index: int, shape: Shape, dtype: DType) -> Node:
    """The node that stands for input number `index`; never interned with one of another graph."""
    return emit("input", (), {"index": index, "shape": shape, "dtype": dtype})


@dataclass(frozen=True, eq=False)
class ClosedGraph:
    """A function from arrays to arrays that may update some of its inputs.

    Attributes:
        inputs: `input` nodes, in order; ``inputs[i].attrs["index"] == i``.
        outputs: what is returned, in order.
        updates: pairs of the number of an input and the node of its new value. That input is a
            buffer, such as the weights of a layer: when the function has run, it holds the new
            value. Every other node that uses the input sees the old value, as do all outputs.
    """

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    updates: tuple[tuple[int, Node], ...] = ()

    @cached_property
    def structure(self) -> Hashable:
        """What two graphs have in common that compute the same."""
        numbers: dict[Node, int] = {}
        lines: list[Hashable] = []
        for node in (*self.inputs, *topological_order(self.results)):
            if node not in numbers:
                numbers[node] = len(numbers)
                attrs = tuple(
                    value.structure if isinstance(value, ClosedGraph) else repr(value)
                    for name, value in node.attrs.items()
                    if name != "rule"
                )
                inputs = tuple(numbers[each] for each in node.inputs)
                lines.append((node.op, inputs, attrs, node.shape, node.dtype.name))
        lines.append(tuple(numbers[node] for node in self.outputs))
        lines.append(tuple((index, numbers[node]) for index, node in self.updates))
        return tuple(lines)

    @property
    def results(self) -> tuple[Node, ...]:
        """All that must be computed: outputs, then the new values of inputs."""
        return (*self.outputs, *(node for _, node in self.updates))

    def __repr__(self) -> str:
        text = format_graph(self.results)
        changes = "".join(f"\ninput {index} becomes {node.op}" for index, node in self.updates)
        return text + changes


_MOST_SHARED = 256
_shared: OrderedDict[Hashable, ClosedGraph] = OrderedDict()
_sharing = threading.Lock()


def shared(graph: ClosedGraph) -> ClosedGraph:
    """The graph, or one that was given lately and computes the same.

    What has been found out about a graph can then be kept for the next one that is like it.
    """
    key = graph.structure
    with _sharing:
        found = _shared.setdefault(key, graph)
        _shared.move_to_end(key)
        if len(_shared) > _MOST_SHARED:
            _shared.popitem(last=False)
    return found


class Program(Protocol):
    """A closed graph made ready to run by one of the engines."""

    graph: ClosedGraph

    def run(self, arrays: Sequence[Array]) -> list[Array]:
        """Compute the outputs, and update the inputs that are to be updated, in place.

        Args:
            arrays: one for each input, of its shape and dtype. Those that are updated must be
                C-contiguous, aligned, writable, and nobody else's.

        Raises:
            GlassbrookError: a value cannot be computed, such as for an index out of range. The
                arrays are then what they were.
        """

    def repeat(self, arrays: Sequence[Array], strides: Sequence[int], steps: int) -> list[Array]:
        """Run `steps` times, each time on what the time before left; return the last outputs.

        Args:
            arrays: as for `run`. An input with a stride is an array with a first axis of at least
                `steps` more than the input has: turn `t` sees ``array[t]``.
            strides: for each input, by how many bytes its start moves from turn to turn; 0 for
                what stays, and for what is updated.
            steps: how many turns, at least 1.
        """
