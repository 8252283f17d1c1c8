"""Which computed nodes may forget how they were computed.

A node that has its value could be a leaf, and should: otherwise a training loop would keep its
whole past. But a tape may still ask how a node came about that was made while it recorded. A tape
therefore *pins* the stretches of serial numbers in which it records. What is computed outside of
them forgets at once; what is computed inside forgets when the last tape that pins it lets go.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence

from glassbrook.graph.node import Node

__all__ = ["Intervals", "is_pinned", "let_go", "pin_history", "pins", "unpin_history"]

Intervals = list[list[float]]
"""Stretches of serial numbers, [begin, end]; the end is infinite while a tape records."""

_pins: dict[int, Intervals] = {}

_FEWEST_TO_SWEEP = 256


class _Remembering:
    """The computed nodes that keep their inputs for a tape's sake."""

    def __init__(self) -> None:
        self.nodes: list[weakref.ref[Node]] = []
        self.sweep_at = _FEWEST_TO_SWEEP

    def sweep(self) -> None:
        """Let those forget that no tape pins any more."""
        held = pins()
        kept: list[weakref.ref[Node]] = []
        nodes, self.nodes = self.nodes, []
        for reference in nodes:
            node = reference()
            if node is None or not node.inputs:
                continue
            if is_pinned(node, held):
                kept.append(reference)
            else:
                node.forget()
        self.nodes += kept
        # Beside a tape that lives long, sweep when the list has doubled, not after every step.
        self.sweep_at = max(2 * len(kept), _FEWEST_TO_SWEEP)


_remembering = _Remembering()


def pins() -> list[Intervals]:
    """What is pinned now, by each tape."""
    return list(_pins.values())


def is_pinned(node: Node, held: Sequence[Intervals]) -> bool:
    """Whether a node was made within one of the pinned stretches."""
    serial = node.serial
    return any(begin < serial < end for intervals in held for begin, end in intervals)


def pin_history(owner: int, intervals: Intervals) -> None:
    """Pin what is made within `intervals`, a list that may grow, until `owner` unpins."""
    _pins[owner] = intervals


def unpin_history(owner: int) -> None:
    """Give up what `owner` pinned, if it did."""
    if _pins.pop(owner, None) is not None and (
        not _pins or len(_remembering.nodes) > _remembering.sweep_at
    ):
        _remembering.sweep()


def let_go(computed: Iterable[Node], held: Sequence[Intervals]) -> None:
    """Let computed nodes forget their inputs, now or when no tape pins them any more."""
    for node in computed:
        if node.inputs:
            if held and is_pinned(node, held):
                _remembering.nodes.append(weakref.ref(node))
            else:
                node.forget()
