"""Sums of slices that were put back to their places, written as one concatenation.

The gradient of slices of a tensor is a sum of tensors that are zero but for one slice. If the
slices lie side by side, they are joined instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.printer import topological_order

__all__ = ["joined"]


def joined(results: Sequence[Node]) -> list[Node]:
    """The same nodes with every such sum rewritten, from the inputs on."""
    new: dict[Node, Node] = {}
    for node in topological_order(results):
        inputs = tuple([new[each] for each in node.inputs])
        if inputs != node.inputs:
            copy = Node(node.op, inputs, node.attrs, node.shape, node.dtype)
        else:
            copy = node
        new[node] = (_side_by_side(copy) or copy) if node.op == "add" else copy
    return [new[node] for node in results]


def _side_by_side(total: Node) -> Node | None:
    """The concatenation that is equal to a sum of placed slices, if there is one."""
    terms = _terms(total)
    if terms is None:
        return None
    axes = {
        axis
        for term in terms
        for axis, size in enumerate(term.inputs[0].shape)
        if size != total.shape[axis]
    }
    if len(axes) != 1:
        return None
    (axis,) = axes
    terms.sort(key=lambda term: int(term.attrs["begin"][axis]))
    place = 0
    for term in terms:
        if term.attrs["begin"][axis] != place:
            return None
        place += term.inputs[0].shape[axis]
    if place != total.shape[axis]:
        return None
    return build.concat([term.inputs[0] for term in terms], axis)


def _terms(node: Node) -> list[Node] | None:
    """The placed slices that a sum is made of; `None` if there is anything else in it."""
    if node.op == "unslice":
        return [node] if all(step == 1 for step in node.attrs["strides"]) else None
    if node.op != "add" or any(each.shape != node.shape for each in node.inputs):
        return None
    found = [_terms(each) for each in node.inputs]
    if found[0] is None or found[1] is None:
        return None
    return [*found[0], *found[1]]
