"""Scans that do only what somebody needs: outputs that nobody picks are left out of their turns.

The forward pass of a training step stacks what gradients need; the same scan without a gradient
need not. And a gradient that nobody asks for need not be carried along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, input_node
from glassbrook.graph.node import Node
from glassbrook.graph.printer import topological_order

__all__ = ["with_needed_results"]


def with_needed_results(graph: ClosedGraph) -> ClosedGraph:
    """The graph with the scans that are in it made smaller; itself if there is none."""
    order = topological_order(graph.results)
    if not any(node.op == "scan" for node in order):
        return graph
    # What somebody keeps as a whole may be asked for anything later.
    picked: dict[Node, set[int]] = {
        node: set(range(len(node.attrs["body"].outputs)))
        for node in graph.results
        if node.op == "scan"
    }
    # Users come after what they use: a scan that is left smaller may need less of others.
    smaller: dict[Node, _Smaller] = {}
    needed = set(graph.results)
    for node in reversed(order):
        if node not in needed:
            continue
        inputs: Sequence[Node] = node.inputs
        if node.op == "item":
            picked.setdefault(node.inputs[0], set()).add(node.attrs["index"])
        elif node.op == "scan":
            smaller[node] = _Smaller(node, picked.get(node, set()))
            inputs = [node.inputs[place] for place in smaller[node].inputs]
        needed.update(inputs)
    new: dict[Node, Node] = {node: node for node in graph.inputs}
    for node in order:
        if node in needed and node not in new:
            new[node] = _renewed(node, new, smaller)
    return ClosedGraph(
        graph.inputs,
        tuple(new[node] for node in graph.outputs),
        tuple((index, new[node]) for index, node in graph.updates),
    )


def _renewed(node: Node, new: dict[Node, Node], smaller: dict[Node, _Smaller]) -> Node:
    if node.op == "scan":
        return smaller[node].made(new.__getitem__)
    inputs = tuple([new[each] for each in node.inputs])
    if node.op == "item" and node.inputs[0] in smaller:
        attrs = {**node.attrs, "index": smaller[node.inputs[0]].results[node.attrs["index"]]}
        return Node("item", inputs, attrs, node.shape, node.dtype)
    if inputs == node.inputs:
        return node
    return Node(node.op, inputs, node.attrs, node.shape, node.dtype)


class _Smaller:
    """A scan without what nobody needs.

    Args:
        node: the scan.
        picked: the numbers of its results that are needed.

    Attributes:
        inputs: the numbers of the inputs that it still takes.
        results: for each result that is left, its new number.
    """

    def __init__(self, node: Node, picked: set[int]) -> None:
        self._node = node
        self._body: ClosedGraph = node.attrs["body"]
        self._count: int = node.attrs["carried"]
        outputs = sorted(index for index in picked if index >= self._count)
        carried = {index for index in picked if index < self._count}
        while True:
            wanted = [self._body.outputs[index] for index in (*sorted(carried), *outputs)]
            used = set(topological_order(wanted))
            found = {place for place in range(self._count) if self._body.inputs[place] in used}
            if found <= carried:
                break
            carried |= found
        kept = [*sorted(carried), *outputs]
        self.results = {index: place for place, index in enumerate(kept)}
        self._carried = sorted(carried)
        rest = range(self._count, len(self._body.inputs))
        self.inputs = [
            *self._carried,
            *(place for place in rest if self._body.inputs[place] in used),
        ]

    def made(self, new: Callable[[Node], Node]) -> Node:
        """The smaller scan; `new` gives the nodes that stand for its inputs."""
        attrs = self._node.attrs
        last = self._count + attrs["sequences"]
        taken = [self._body.inputs[place] for place in self.inputs]
        copies = {
            each: input_node(place, each.shape, each.dtype) for place, each in enumerate(taken)
        }
        outputs = [self._body.outputs[index] for index in self.results]
        for each in topological_order(outputs):
            if each not in copies:
                inputs = tuple([copies[source] for source in each.inputs])
                copies[each] = Node(each.op, inputs, each.attrs, each.shape, each.dtype)
        outer = [new(self._node.inputs[place]) for place in self.inputs]
        carried = len(self._carried)
        moving = carried + sum(self._count <= place < last for place in self.inputs)
        body = ClosedGraph(
            tuple(copies[each] for each in taken), tuple(copies[each] for each in outputs)
        )
        return build.scan(
            outer[:carried],
            outer[carried:moving],
            outer[moving:],
            body,
            attrs["length"],
            attrs["reverse"],
        )
