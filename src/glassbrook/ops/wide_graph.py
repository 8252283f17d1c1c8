"""A graph computed again in float64, whatever the dtypes in it: differences need the digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from glassbrook.dtypes import DType, float64
from glassbrook.engine import realize
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, input_node
from glassbrook.graph.node import Array, Node, emit
from glassbrook.graph.printer import topological_order
from glassbrook.tensor import GradientTape, Tensor

__all__ = ["WideGraph"]

_ROUNDED = "random_"


class WideGraph:
    """The graph behind some results, kept as it was built.

    Args:
        call: gives the results.
        sources: gives, after that, the nodes that values may be put in for.

    Attributes:
        results: the nodes of the results.
        sources: the nodes of the sources.
    """

    def __init__(
        self, call: Callable[[], Sequence[Tensor]], sources: Callable[[], Sequence[Node]]
    ) -> None:
        # A tape keeps nodes apart from equal ones that were computed before, and their inputs.
        self._tape = GradientTape(persistent=True, watch_accessed_variables=False)
        with self._tape:
            self.results = [each.node for each in call()]
        self.sources = list(sources())
        self._order = topological_order(self.results)
        self._closed: dict[ClosedGraph, ClosedGraph] = {}
        self._fixed: dict[Node, dict[Node, Node]] = {}

    def between(self, source: Node) -> list[Node]:
        """The nodes that depend on a source, in order."""
        reached = {source}
        for node in self._order:
            if not reached.isdisjoint(node.inputs):
                reached.add(node)
        return [node for node in self._order if node in reached and node is not source]

    def values(self, source: Node, value: Array) -> list[Array]:
        """The results in float64, with another value of a source.

        Raises:
            GlassbrookError: an operation takes no float64, or other shapes than before.
        """
        if source not in self._fixed:
            self._fixed[source] = self._without(source)
        new = {**self._fixed[source], source: build.data(value)}
        self._widened(self.results, new)
        found = [new[each] for each in self.results]
        realize(found)
        return [np.asarray(each.value, np.float64) for each in found]

    def _without(self, source: Node) -> dict[Node, Node]:
        """What does not depend on a source, computed once."""
        depending = {source, *self.between(source)}
        others = [node for node in self._order if node not in depending]
        new: dict[Node, Node] = {}
        self._widened(others, new)
        used = {each for node in depending for each in node.inputs} | set(self.results)
        kept = {node: new[node] for node in others if node in used}
        realize([node for node in kept.values() if node.dtype.numpy.kind != "O"])
        return kept

    def _widened(self, results: Sequence[Node], new: dict[Node, Node]) -> None:
        """Fill `new` with float64 copies of all that `results` need."""
        for node in _missing(results, new):
            if not node.inputs or node.op.startswith(_ROUNDED):
                new[node] = _cast(node)
                continue
            attrs = {name: self._attribute(value) for name, value in node.attrs.items()}
            inputs = tuple([new[each] for each in node.inputs])
            if node.op == "cast" and inputs[0].dtype is attrs["dtype"]:
                new[node] = inputs[0]
            else:
                new[node] = emit(node.op, inputs, attrs)

    def _attribute(self, value: Any) -> Any:
        if isinstance(value, DType):
            return float64 if value.numpy.kind == "f" else value
        return self._wide(value) if isinstance(value, ClosedGraph) else value

    def _wide(self, graph: ClosedGraph) -> ClosedGraph:
        """The body of a loop, or a branch, in float64."""
        if graph not in self._closed:
            inputs = [
                input_node(place, each.shape, self._attribute(each.dtype))
                for place, each in enumerate(graph.inputs)
            ]
            new = dict(zip(graph.inputs, inputs, strict=True))
            self._widened(graph.outputs, new)
            self._closed[graph] = ClosedGraph(
                tuple(inputs), tuple([new[each] for each in graph.outputs])
            )
        return self._closed[graph]


def _missing(results: Sequence[Node], new: Mapping[Node, Node]) -> Iterator[Node]:
    """What `results` need and `new` lacks, inputs first."""
    stack = [(node, False) for node in reversed(results)]
    while stack:
        node, inputs_done = stack.pop()
        if node in new:
            continue
        if inputs_done or not node.inputs:
            yield node
        else:
            stack.append((node, True))
            stack.extend((each, False) for each in reversed(node.inputs))


def _cast(node: Node) -> Node:
    return build.cast(node, float64) if node.dtype.numpy.kind == "f" else node
