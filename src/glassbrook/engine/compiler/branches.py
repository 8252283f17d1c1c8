"""Branches that cost little are both computed, and the condition selects: no gap in the program.

A branch that may fail, loop, or take long stays a branch: only the one that is wanted runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from glassbrook.engine.compiler.support import supported
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node
from glassbrook.graph.printer import topological_order

__all__ = ["with_selections"]

_MOST_ELEMENTS = 65_536
_MAY_FAIL = frozenset("gather take_along gather_nd scatter_add put_along_add scatter_nd".split())


def with_selections(graph: ClosedGraph) -> ClosedGraph:
    """The graph with a `select` in place of each small branch; itself if there is none."""
    order = topological_order(graph.results)
    if not any(node.op == "cond" and _is_small(node) for node in order):
        return graph
    new: dict[Node, Node] = {node: node for node in graph.inputs}
    for node in order:
        if node in new:
            continue
        inputs = tuple([new[each] for each in node.inputs])
        if node.op == "cond" and _is_small(node):
            condition, *captured = inputs
            branches = tuple(
                _copied(with_selections(node.attrs[name]), captured) for name in ("true", "false")
            )
            new[node] = Node("select", (condition, *branches), {}, node.shape, node.dtype)
        elif inputs == node.inputs:
            new[node] = node
        else:
            new[node] = Node(node.op, inputs, node.attrs, node.shape, node.dtype)
    return ClosedGraph(
        graph.inputs,
        tuple(new[node] for node in graph.outputs),
        tuple((index, new[node]) for index, node in graph.updates),
    )


def _is_small(node: Node) -> bool:
    """Whether both branches of a `cond` can be computed without harm."""
    if not node.inputs[0].dtype.is_bool or node.inputs[0].shape:
        return False
    inside = [
        each
        for name in ("true", "false")
        for each in topological_order(node.attrs[name].results)
        if each.op != "input"
    ]
    return sum(each.size for each in inside) <= _MOST_ELEMENTS and all(
        _is_small(each) if each.op == "cond" else supported(each) and each.op not in _MAY_FAIL
        for each in inside
    )


def _copied(branch: ClosedGraph, captured: Sequence[Node]) -> Node:
    """The output of a branch that takes these nodes."""
    new = dict(zip(branch.inputs, captured, strict=True))
    for node in topological_order(branch.results):
        if node not in new:
            inputs = tuple([new[each] for each in node.inputs])
            new[node] = Node(node.op, inputs, node.attrs, node.shape, node.dtype)
    return new[branch.outputs[0]]
