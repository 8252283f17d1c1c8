"""Run a closed graph node by node: what a program of the compiler does, in NumPy."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import numpy as np

from glassbrook.engine.interpreter.run import evaluate
from glassbrook.engine.interpreter.table import Array
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node
from glassbrook.graph.printer import topological_order

__all__ = ["Steps", "steps_of"]


class Steps:
    """The nodes of a closed graph in order, with places for their values.

    Args:
        graph: what to run. Nodes without a value that are no inputs are computed.
    """

    def __init__(self, graph: ClosedGraph) -> None:
        places = {node: place for place, node in enumerate(graph.inputs)}
        self._first: list[Array | None] = [None] * len(places)
        computed: list[Node] = []
        for node in topological_order(graph.results):
            if node not in places:
                places[node] = len(self._first)
                self._first.append(node.value)
                if node.value is None:
                    computed.append(node)
        self._results = [places[node] for node in graph.results]
        self._steps = _with_last_uses(computed, places, {*self._results})

    def results(self, arrays: Sequence[Array]) -> list[Array]:
        """The values of the graph's results for the arrays of its inputs; nothing is updated."""
        values: list[Array | None] = [*arrays, *self._first[len(arrays) :]]
        with np.errstate(all="ignore"):
            for node, sources, place, unused in self._steps:
                inputs = [values[source] for source in sources]
                values[place] = evaluate(node, inputs)  # type: ignore[arg-type]
                for source in unused:
                    values[source] = None
        return [values[place] for place in self._results]  # type: ignore[misc]


_Step = tuple[Node, tuple[int, ...], int, tuple[int, ...]]


def _with_last_uses(
    computed: Sequence[Node], places: dict[Node, int], kept: set[int]
) -> list[_Step]:
    """Each node, where its inputs are, where it goes, and which values are not needed any more."""
    steps: list[_Step] = []
    seen = set(kept)
    for node in reversed(computed):
        sources = tuple([places[each] for each in node.inputs])
        unused = tuple(set(sources) - seen)
        seen.update(unused)
        steps.append((node, sources, places[node], unused))
    return steps[::-1]


_steps: weakref.WeakKeyDictionary[ClosedGraph, Steps] = weakref.WeakKeyDictionary()


def steps_of(graph: ClosedGraph) -> Steps:
    """The steps of a graph, prepared once."""
    steps = _steps.get(graph)
    if steps is None:
        steps = _steps[graph] = Steps(graph)
    return steps
