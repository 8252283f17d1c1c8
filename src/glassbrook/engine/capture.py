"""Read a pending graph off its nodes: its order, what it starts from, and what it looks like.

Two graphs with the same *key* compute the same from other values. The key holds operations,
attributes, types and which node feeds which, but no values. Capturing is on the way of every eager
step, so it is written for speed: well under a microsecond per node.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import attrgetter

from glassbrook.engine.history import Intervals, is_pinned
from glassbrook.engine.tracing import need_value
from glassbrook.graph.node import Node

__all__ = ["MADE", "Capture", "capture"]

_serial = attrgetter("serial")

MADE = frozenset({"constant", "iota"})
"""Leaves that are part of the program: they are made of their attributes, value or not."""


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
        has_versions: whether a variable gets a new value.
        is_pinned: whether a tape may ask how some of the nodes came about.
        key: what it looks like.
    """

    __slots__ = (
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
    order = _pending(outputs)
    # Nodes are made after their inputs.
    order.sort(key=_serial)
    leaves: list[Node] = []
    made: list[Node] = []
    positions: dict[Node, int] = {}
    versions: list[Node] = []
    key: list[Hashable] = []
    add = key.append
    known = positions.get
    count = 0
    for node in order:
        op = node.op
        add(op)
        for each in node.inputs:
            position = known(each)
            if position is None:
                position = positions[each] = count
                count += 1
                if each.op in MADE:
                    _add_made(each, key)
                    made.append(each)
                else:
                    if each.value is None:
                        _refuse(each)
                    add(each.shape)
                    add(each.dtype)
                    leaves.append(each)
            add(position)
        attrs = node.attrs
        if attrs:
            if op == "custom_gradient":
                pass  # its rule has nothing to do with its value
            elif "value" in attrs:
                add(repr(attrs))  # 0 == 0.0 == -0.0 == False
            else:
                add(tuple(attrs.values()))
        elif op == "variable":
            versions.append(node)
        positions[node] = count
        count += 1
    pinned = [node for node in order if is_pinned(node, held)] if held else []
    kept = list(dict.fromkeys([*outputs, *versions, *pinned]))
    found = Capture(order, leaves, made, positions, kept)
    found.has_versions = bool(versions)
    found.is_pinned = bool(pinned)
    found.wanted = wanted
    add("kept")
    add(wanted)
    for node in found.kept:
        position = known(node)
        if position is None:  # nothing else uses it, and it has no inputs
            if node.op not in MADE:
                _refuse(node)
            position = positions[node] = count
            count += 1
            _add_made(node, key)
            made.append(node)
        add(position)
    found.key = tuple(key)
    return found


def _pending(outputs: Sequence[Node]) -> list[Node]:
    """The nodes with inputs and without a value that `outputs` need, in no order."""
    seen = set(outputs)
    found = list(outputs)
    pending = []
    for node in found:  # grows while it is read
        inputs = node.inputs
        if inputs:
            pending.append(node)
            for each in inputs:
                if each.value is None and each not in seen:
                    seen.add(each)
                    found.append(each)
    return pending


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
