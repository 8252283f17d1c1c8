"""Read a pending graph off its nodes: its order, what it starts from, and what it looks like.

Two graphs with the same *key* compute the same from other values. The key holds operations,
attributes, types and which node feeds which, but no values. Capturing is on the way of every eager
step, so it is written for speed: well under a microsecond per node.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from operator import attrgetter

from glassbrook.engine.history import Intervals, is_pinned
from glassbrook.engine.tracing import need_value
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Attrs, Node

__all__ = ["MADE", "Capture", "capture"]

_serial = attrgetter("serial")

MADE = frozenset({"constant", "iota"})
"""Leaves that are part of the program: they are made of their attributes, value or not."""

_WITH_GRAPHS = frozenset({"cond", "while", "scan"})


class Capture:
    """A pending graph.

    Attributes:
        order: its pending nodes with inputs, each after its inputs.
        leaves: the nodes with values that it starts from, in order of first use.
        made: its constants and counts, in order of first use.
        positions: a number for each of these nodes.
        kept: the nodes whose values stay: those that are asked for, those still in use, new
            versions of variables, and what a tape may ask about.
        wanted: how many of the first `kept` are asked for.
        has_loops: whether there is a loop in it.
        has_versions: whether a variable gets a new value.
        is_pinned: whether a tape may ask how some of the nodes came about.
        key: what it looks like.
    """

    __slots__ = (
        "has_loops",
        "has_versions",
        "is_pinned",
        "kept",
        "key",
        "leaves",
        "made",
        "order",
        "positions",
        "wanted",
    )

    def __init__(
        self,
        order: list[Node],
        leaves: list[Node],
        made: list[Node],
        positions: dict[Node, int],
        kept: list[Node],
    ) -> None:
        self.order = order
        self.leaves = leaves
        self.made = made
        self.positions = positions
        self.kept = kept
        self.wanted = 0
        self.has_loops = False
        self.has_versions = False
        self.is_pinned = False
        self.key: tuple[Hashable, ...] = ()


def capture(outputs: Sequence[Node], wanted: int, held: Sequence[Intervals] = ()) -> Capture:
    """The pending graph of `outputs`, none of which has a value.

    To be called under the engine's lock: nodes must not be computed meanwhile.

    Args:
        outputs: different nodes; those that are asked for come first.
        wanted: how many are asked for.
        held: what is pinned by tapes.

    Raises:
        NeedsValue, DTypeError: the graph depends on what only a call of a traced function knows.
    """
    order, leaves, made = _pending(outputs)
    # Nodes are made after their inputs.
    order.sort(key=_serial)
    positions = dict(zip([*leaves, *made, *order], itertools.count()))
    position_of = positions.__getitem__
    versions: list[Node] = []
    loops = False
    key: list[Hashable] = []
    add = key.append
    for node in leaves:
        add(node.shape)
        add(node.dtype)
    for node in made:
        _add_made(node, key)
    for node in order:
        op = node.op
        attrs = node.attrs
        add(op)
        if attrs:
            _add_attributes(op, attrs, key)
            loops = loops or op == "while"
        elif op == "variable":
            versions.append(node)
        add(tuple(map(position_of, node.inputs)))
    pinned = [node for node in order if is_pinned(node, held)] if held else []
    kept = list(dict.fromkeys([*outputs, *versions, *pinned]))
    found = Capture(order, leaves, made, positions, kept)
    found.has_loops = loops
    found.has_versions = bool(versions)
    found.is_pinned = bool(pinned)
    found.wanted = wanted
    add(wanted)
    add(tuple(map(position_of, kept)))
    found.key = tuple(key)
    return found


def _pending(outputs: Sequence[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """What `outputs` need: nodes without a value, leaves with one, and what is made of attributes.

    The order follows from what the graph looks like.
    """
    seen = set(outputs)
    found = list(outputs)
    pending: list[Node] = []
    leaves: list[Node] = []
    made: list[Node] = []
    for node in found:  # grows while it is read
        inputs = node.inputs
        if inputs:
            pending.append(node)
            for each in inputs:
                if each not in seen:
                    seen.add(each)
                    if each.op in MADE:
                        made.append(each)
                    elif each.value is None:
                        found.append(each)
                    else:
                        leaves.append(each)
        elif node.op in MADE:
            made.append(node)
        else:
            _refuse(node)
    return pending, leaves, made


def _add_attributes(op: str, attrs: Attrs, key: list[Hashable]) -> None:
    if op in _WITH_GRAPHS:
        # Graphs count by what they compute.
        values = attrs.values()
        key.append(
            tuple([each.structure if type(each) is ClosedGraph else each for each in values])
        )
    elif "value" in attrs:
        key.append(repr(attrs))  # 0 == 0.0 == -0.0 == False
    elif op != "custom_gradient":  # its rule has nothing to do with its value
        key.append(tuple(attrs.values()))


def _add_made(node: Node, key: list[Hashable]) -> None:
    attrs = node.attrs
    key.append(node.op)
    key.append(node.shape)
    key.append(node.dtype)
    key.append(repr(attrs["value"]) if "value" in attrs else tuple(attrs.values()))


def _refuse(node: Node) -> None:
    """Raise the error for a node that can neither be computed nor has a value."""
    if node.op == "input":
        need_value(node)
    raise RuntimeError(
        f"{node.op}: a value is needed while it is being computed by the same thread."
    )
