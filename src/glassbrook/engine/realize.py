"""Decide what runs, and when.

Tensors and variables that wait for a value are *holders*: they belong to the thread that made
them. When one value is needed, every holder of the thread that is still alive is computed in the
same run, so that a loss printed later costs nothing extra.

Afterwards a computed node forgets its inputs, unless a live tape may still ask how it came about.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from glassbrook import config
from glassbrook.engine import tracing
from glassbrook.engine.binding import Run
from glassbrook.engine.capture import Capture, capture
from glassbrook.engine.history import Intervals, let_go, pins
from glassbrook.engine.lock import lock
from glassbrook.engine.recipe import SAME_AS_INPUT
from glassbrook.engine.tiers import Tier, sighting
from glassbrook.graph.node import Node, next_serial
from glassbrook.graph.verify import verify

__all__ = ["apart", "await_value", "realize"]


class Holder(Protocol):
    """What keeps a node in use: a tensor or a variable."""

    @property
    def node(self) -> Node:
        """The node in use."""


class _Waiting(threading.local):
    """The holders of one thread that wait for a value.

    Attributes:
        holders: they, by weak references.
        since: the serial from which on nodes count as waiting.
        apart: whether what is computed now is to leave no trace; see `apart`.
    """

    apart = False

    def __init__(self) -> None:
        self.holders: list[weakref.ref[Holder]] = []
        self.since = next_serial()


_waiting = _Waiting()


def await_value(holder: Holder, node: Node) -> None:
    """Note that `holder` waits for the value of `node`; compute if too much is waiting."""
    trace = tracing.active.trace
    if trace is not None:
        # What is traced has no value; what does not depend on the call is computed on demand.
        trace.note_made(holder)
        return
    _waiting.holders.append(weakref.ref(holder))
    if node.serial - _waiting.since > config.max_pending_nodes:
        realize([node])


@contextmanager
def apart() -> Iterator[None]:
    """While this is entered, this thread computes in the interpreter, and nothing else is computed.

    What waits goes on waiting, and graphs that are seen do not count: afterwards everything runs
    as if nothing had been computed meanwhile, down to the last bits.
    """
    before = _waiting.holders, _waiting.since, _waiting.apart
    begin = next_serial()
    _waiting.holders, _waiting.since, _waiting.apart = [], begin, True
    try:
        yield
    finally:
        _waiting.holders, since, _waiting.apart = before
        _waiting.since = since + next_serial() - begin


def realize(nodes: Sequence[Node]) -> None:
    """Compute the values of `nodes`, and of everything else of this thread that waits for one.

    Large gradients that nobody asked for may be put off; what they need is computed.

    Raises:
        GlassbrookError: a value cannot be computed, such as for an index out of range.
    """
    wanted = [node for node in nodes if node.value is None]
    if not wanted:
        return
    if tracing.active.trace is not None:
        tracing.require_known(wanted)
    if len(wanted) == 1 and _is_passed_on(wanted[0]):
        return
    # Holders outside of a trace have nothing to do with what a trace needs to know.
    others = _alive() if tracing.active.trace is None else []
    try:
        _run(wanted, others)
    except Exception:
        # Another holder's failure must not hide a value that can be had; it will raise again
        # when someone looks at that holder.
        if not others:
            raise
        _run(wanted, [])


def _is_passed_on(node: Node) -> bool:
    """Give a node that is nothing but another one its value, if that is known.

    A learning rate that is set must not split the program of a step in two.
    """
    if node.op not in SAME_AS_INPUT:
        return False
    with lock:
        if node.value is None:
            value = node.inputs[0].value
            if value is None:
                return False
            node.value = value
            let_go([node], pins())
    return True


def _alive() -> list[Node]:
    """The nodes of this thread's holders, which are not waiting any more."""
    holders, _waiting.holders = _waiting.holders, []
    _waiting.since = next_serial()
    return [holder.node for reference in holders if (holder := reference()) is not None]


def _run(wanted: Sequence[Node], others: Sequence[Node]) -> None:
    """Compute the values of `wanted`, and those of `others` in the same run."""
    is_new = True
    while True:
        with lock:
            # Another thread, which held the lock, may have been quicker.
            asked = dict.fromkeys([node for node in wanted if node.value is None])
            if not asked:
                return
            outputs = [*asked, *[node for node in others if node.value is None]]
            held = pins()
            found = capture(list(dict.fromkeys(outputs)), len(asked), held)
            if config.debug:
                verify(found.kept)
            tier = None if _waiting.apart else sighting(found, is_new)
            if tier is None or tier.program is not None:
                run = _prepared(found, tier)
                if found.has_versions:
                    # While a variable gets a new value, nobody may come to read the old one.
                    _finish(run, held)
                    return
                break
        tier.finish()
        is_new = False
    _finish(run, held)


def _prepared(found: Capture, tier: Tier | None) -> Run:
    return Run(found, None, None) if tier is None else Run(found, tier.recipe, tier.program)


def _finish(run: Run, held: Sequence[Intervals]) -> None:
    try:
        run.compute()
    except KeyboardInterrupt as interrupt:
        if run.interrupted(interrupt):
            with lock:
                run.publish(held)
        raise
    with lock:
        run.publish(held)
