"""`Recipe`: what all pending graphs of one key have in common, for programs that run them.

It says how the graph becomes a closed one, where the results of the program go, and how often each
node is referred to if nobody else holds it: that decides whether variables may be updated in place.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.capture import Capture, capture
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node
from glassbrook.graph.node import leaf as leaf_node

__all__ = ["SAME_AS_INPUT", "Recipe", "references"]

_LEAST_DEFERRED = 4096
# They give what their first input is; what else they take matters to tapes only.
SAME_AS_INPUT = frozenset({"custom_gradient", "identity", "stop_gradient", "variable"})


class Recipe:
    """How graphs of one key are run by a program; nodes are told by their places.

    Attributes:
        graph: the graph on inputs, one per leaf.
        kept: pairs of a place among the kept nodes and the number of the output it is.
        extra: the same for nodes of `order`, whose values somebody needs later.
        passed: the places of kept nodes that are no more than a leaf, with the leaf's place.
        updates: triples for variables: the place of the new version among the kept nodes, that of
            the old version among the leaves, and how often the old one is referred to by the graph.
        private: places in `order` of the nodes that read a variable that is updated, by themselves
            or through others, and will not have a value: nobody else may hold them.
        expected: how often they are referred to if nobody does, and a list holds them besides.
    """

    def __init__(self, found: Capture) -> None:
        order = found.order
        uses = Counter(each for node in order for each in node.inputs)
        places = {node: place for place, node in enumerate(found.leaves)}
        versions = _updates_of(found.kept, places)
        updated = {place for _, place in versions}
        deferred, needed = _deferred(found, places, updated)
        closed = _closed(found)
        outputs: dict[Node, int] = {}
        self.kept: list[tuple[int, int]] = []
        self.passed: list[tuple[int, int]] = []
        new_versions = {place for place, _ in versions}
        inputs = {closed[node]: place for node, place in places.items()}
        for place, node in enumerate(found.kept):
            if place in new_versions or node in deferred:
                continue
            result = closed[node]
            source = inputs.get(result)
            if source is None:
                self.kept.append((place, outputs.setdefault(result, len(outputs))))
            else:
                self.passed.append((place, source))
        self.extra = _outputs_for(needed, order, closed, outputs)
        self.updates = [
            (place, source, uses[found.leaves[source]] + _OWN_REFERENCES)
            for place, source in versions
        ]
        self.graph = ClosedGraph(
            tuple([closed[node] for node in found.leaves]),
            tuple(outputs),
            tuple([(source, closed[found.kept[place]]) for place, source in versions]),
        )
        stays = {*found.kept, *needed} - deferred
        self.private = _readers(order, {found.leaves[place] for place in updated}, stays)
        self.expected = [uses[order[place]] + _OWN_REFERENCES + 1 for place in self.private]


def references(nodes: Iterable[object]) -> list[int]:
    """How often each of some objects is referred to."""
    return list(map(sys.getrefcount, nodes))


def _updates_of(kept: Sequence[Node], places: dict[Node, int]) -> list[tuple[int, int]]:
    """New versions whose previous one is a leaf: each leaf is updated once."""
    updates: dict[int, int] = {}
    for place, node in enumerate(kept):
        # Strings are objects: no program writes them in place.
        if node.op == "variable" and len(node.inputs) == 2 and node.dtype is not dtypes.string:
            source = places.get(node.inputs[1])
            if source is not None:
                updates.setdefault(source, place)
    return [(place, source) for source, place in updates.items()]


def _deferred(
    found: Capture, places: dict[Node, int], updated: set[int]
) -> tuple[set[Node], list[Node]]:
    """Outputs that nobody asked for and that are better computed when somebody does.

    These are large products of small matrices: the gradients of weights, which a training loop
    holds while the optimizer applies them, and seldom looks at. Without them, an update can be
    added to the weights as it is computed. They stay right whatever happens: all that they are
    made of gets a value.

    Returns:
        The outputs that are put off, and the pending nodes that they need.
    """
    deferred: set[Node] = set()
    needed: dict[Node, None] = {}
    for node in found.kept[found.wanted :]:
        if node.op != "matmul" or node.size < _LEAST_DEFERRED:
            continue
        pending = [each for each in node.inputs if each not in places]
        if (
            sum(each.size for each in pending) <= 2 * node.size
            and not any(places.get(each) in updated for each in node.inputs)
            and deferred.isdisjoint(pending)
            and node not in needed
        ):
            deferred.add(node)
            needed.update(dict.fromkeys(each for each in pending if each.inputs))
    return deferred, list(needed)


def _outputs_for(
    needed: Sequence[Node],
    order: Sequence[Node],
    closed: dict[Node, Node],
    outputs: dict[Node, int],
) -> list[tuple[int, int]]:
    """The places of needed nodes in `order`, and the numbers of the outputs that they become."""
    if not needed:
        return []
    places = {node: place for place, node in enumerate(order)}
    return [(places[node], outputs.setdefault(closed[node], len(outputs))) for node in needed]


def _closed(found: Capture) -> dict[Node, Node]:
    """For each node its copy on inputs."""
    closed: dict[Node, Node] = {}
    for index, leaf in enumerate(found.leaves):
        attrs = {"index": index, "shape": leaf.shape, "dtype": leaf.dtype}
        closed[leaf] = Node("input", (), attrs, leaf.shape, leaf.dtype)
    for node in found.made:
        closed[node] = Node(node.op, (), node.attrs, node.shape, node.dtype)
    for node in found.order:
        if node.op in SAME_AS_INPUT:
            closed[node] = closed[node.inputs[0]]
        else:
            sources = tuple([closed[each] for each in node.inputs])
            closed[node] = Node(node.op, sources, node.attrs, node.shape, node.dtype)
    return closed


def _readers(order: Sequence[Node], updated: set[Node], stays: set[Node]) -> list[int]:
    """Places of the nodes without lasting value that need the old value of what is updated."""
    reading = set(updated)
    places = []
    for place, node in enumerate(order):
        if node not in stays and not reading.isdisjoint(node.inputs):
            reading.add(node)
            places.append(place)
    return places


def _own_references() -> int:
    """What `references` says of a captured node that nothing else uses."""
    start = leaf_node(np.zeros(()), dtypes.float64)
    outputs = [Node("neg", (start,), {}, (), dtypes.float64)]
    found = capture(outputs, 1)
    outputs.clear()
    found.kept.clear()
    return references(found.order)[0]


_OWN_REFERENCES = _own_references()
