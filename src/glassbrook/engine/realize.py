"""Decide what runs, and when.

Tensors and variables that wait for a value are *holders*: they belong to the thread that made
them. When one value is needed, every holder of the thread that is still alive is computed in the
same run, so that a loss printed later costs nothing extra.

Afterwards a computed node forgets its inputs, unless a live tape may still ask how it came about.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from typing import Protocol

from glassbrook import config
from glassbrook.engine import interpreter
from glassbrook.engine.history import is_pinned, let_go, pins
from glassbrook.engine.interpreter.run import pending_order
from glassbrook.graph.node import Node, next_serial
from glassbrook.graph.verify import verify

__all__ = ["await_value", "realize"]


class Holder(Protocol):
    """What keeps a node in use: a tensor or a variable."""

    @property
    def node(self) -> Node:
        """The node in use."""


class _Waiting(threading.local):
    """The holders of one thread that wait for a value."""

    def __init__(self) -> None:
        self.holders: list[weakref.ref[Holder]] = []
        self.since = next_serial()


_waiting = _Waiting()


def await_value(holder: Holder, node: Node) -> None:
    """Note that `holder` waits for the value of `node`; compute if too much is waiting."""
    _waiting.holders.append(weakref.ref(holder))
    if node.serial - _waiting.since > config.max_pending_nodes:
        realize([node])


def realize(nodes: Sequence[Node]) -> None:
    """Compute the values of `nodes`, and of everything else of this thread that waits for one.

    Raises:
        GlassbrookError: a value cannot be computed, such as for an index out of range.
    """
    wanted = [node for node in nodes if node.value is None]
    if not wanted:
        return
    holders, _waiting.holders = _waiting.holders, []
    _waiting.since = next_serial()
    alive = [holder.node for reference in holders if (holder := reference()) is not None]
    outputs = list(dict.fromkeys([*wanted, *(node for node in alive if node.value is None)]))
    try:
        _run(outputs)
    except Exception:
        # Another holder's failure must not hide a value that can be had; it will raise again
        # when someone looks at that holder.
        if len(outputs) == len(wanted):
            raise
        _run(wanted)


def _run(outputs: Sequence[Node]) -> None:
    if config.debug:
        verify(outputs)
    held = pins()
    order = pending_order(outputs)
    kept = set(outputs)
    if held:
        kept.update(node for node in order if is_pinned(node, held))
    interpreter.run(order, kept)
    let_go(kept, held)
