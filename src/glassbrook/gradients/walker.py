"""Reverse-mode differentiation: walk a graph from its targets back to its sources.

For every node on the way, the gradient of all targets with respect to the node is the sum over
the node's users of what their rules give. Nothing is computed: rules emit nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from glassbrook.gradients.table import NON_DIFFERENTIABLE, VJP
from glassbrook.graph import build
from glassbrook.graph.node import Attrs, Node, Shape
from glassbrook.graph.provenance import reads_local

__all__ = ["Recorded", "Witness", "gradients", "nodes_between", "unbroadcast"]

Recorded = Callable[[Node], bool]
Witness = Callable[[Node, int, Node, Node, Node], None]
"""Told of each use of a rule: the node, which of its inputs, the gradient that came in, what the
rule gave, and that summed over the axes along which the input was stretched."""
_serial = attrgetter("serial")
_ALWAYS: Mapping[Node, int] = {}


def unbroadcast(grad: Node, shape: Shape) -> Node:
    """Sum `grad` over the axes along which a tensor of `shape` was stretched."""
    if grad.shape == shape:
        return grad
    added = len(grad.shape) - len(shape)
    stretched = (
        axis + added
        for axis, size in enumerate(shape)
        if size == 1 and grad.shape[axis + added] != 1
    )
    summed = build.sum(grad, (*range(added), *stretched))
    return summed if summed.shape == shape else build.reshape(summed, shape)


def _sum(x: Node, y: Node) -> Node:
    """Two gradients of one node, added up; of a scan, the gradients of all its results."""
    if x.op == "bundle":
        return Node("bundle", x.inputs + y.inputs, _both(x, y), x.shape, x.dtype)
    return build.add(x, y)


def _both(x: Node, y: Node) -> Attrs:
    return {"indices": x.attrs["indices"] + y.attrs["indices"]}


def nodes_between(
    targets: Sequence[Node], sources: Sequence[Node], recorded: Recorded
) -> tuple[list[Node], set[Node]]:
    """The nodes on a differentiable way from `sources` to `targets`.

    Returns:
        The nodes that gradients may pass through, each after its inputs, and the set of all
        that a source reaches.
    """
    order: list[Node] = []
    seen = set(targets)
    found = list(seen)
    for node in found:  # grows while it is read
        inputs = node.inputs
        if (
            inputs
            and node.dtype.is_floating
            and node.op not in NON_DIFFERENTIABLE
            and recorded(node)
        ):
            order.append(node)
            for each in inputs:
                if each not in seen:
                    seen.add(each)
                    found.append(each)
    # Nodes are made after their inputs.
    order.sort(key=_serial)
    reached = set(sources)
    for node in order:
        if not reached.isdisjoint(node.inputs):
            reached.add(node)
    return order, reached


def gradients(
    targets: Sequence[Node],
    seeds: Sequence[Node],
    sources: Sequence[Node],
    recorded: Recorded,
    watched_since: Mapping[Node, int] = _ALWAYS,
    witness: Witness | None = None,
) -> list[Node | None]:
    """The gradient of Σ seeds·targets with respect to each source, or `None` if unconnected.

    Args:
        targets: what to differentiate.
        seeds: one gradient per target, of its shape, from which the walk starts.
        sources: with respect to what.
        recorded: whether a node may be walked through.
        watched_since: for a source, the serial before which its users do not count.
        witness: is told of each step of the chain rule.
    """
    order, reached = nodes_between(targets, sources, recorded)
    grads: dict[Node, Node] = {}
    for target, seed in zip(targets, seeds, strict=True):
        if target in reached:
            grads[target] = build.add(grads[target], seed) if target in grads else seed
    for node in reversed(order):
        grad = grads.get(node)
        if grad is None or reached.isdisjoint(node.inputs):
            continue
        parts = VJP[node.op](node, grad)
        for position, (each, part) in enumerate(zip(node.inputs, parts, strict=True)):
            if (
                part is not None
                and each in reached
                and each.dtype.is_floating
                and watched_since.get(each, -1) < node.serial
            ):
                if type(part) is not Node:
                    part = part()  # type: ignore[operator]
                given = part
                if part.shape != each.shape:
                    part = unbroadcast(part, each.shape)
                if witness is not None:
                    witness(node, position, grad, given, part)
                known = grads.get(each)
                grads[each] = part if known is None else _sum(known, part)
    return [grads.get(source) for source in sources]


# Whose rule makes a node, its provenance tells.
reads_local("node", gradients, "node")
